/** What the card of a cell says: window, kernel and products in numbers and colours, their sum, and what became of it. */
import { short } from "../canvas.js";
import { h } from "../dom.js";
import { has } from "../model/surgery.js";
import { spot } from "../model/cells.js";
import { className } from "../names.js";
import { layerName, named, t } from "../words.js";
import { factor } from "./hover.js";

/** The largest window whose numbers are written out: of larger ones colours alone. */
const WRITTEN = 5, MOST_CHANNELS = 2, MOST_TERMS = 6;

/**
 * @typedef {import("../session.js").State} State
 * @typedef {import("../model/cells.js").Made} Made
 * @typedef {{l: number, place: number}} At
 * @typedef {{made: Made, shape: number[], into: number[], a: number, step: number, top: number[]}} Told `into` is the shape of what comes in; `top` are
 *   the channels, or the terms, that matter most: they stay while the pointer rests
 */

/** The unit, or filter, that a place belongs to. @param {number[]} shape @param {number} place */
export const unitOf = (shape, place) => (shape.length > 1 ? place % shape[shape.length - 1] : place);

/** Those of the parts of a sum that are largest. @param {Made} made @returns {number[]} */
export function largest(made) {
  if (made.of === "sum") return ranked(made.channels.map((one) => one.sum), MOST_CHANNELS);
  if (made.of === "terms") return ranked(made.terms.map(({ x, w }) => x * w), MOST_TERMS);
  return [0];
}

/** @param {number[]} values @param {number} most */
const ranked = (values, most) => values.map((_, i) => i).sort((a, b) => Math.abs(values[b]) - Math.abs(values[a])).slice(0, most).sort((a, b) => a - b);

/** Where it is, in words. @param {State} s @param {At} at @param {number[]} shape */
export function titleOf(s, { l, place }, shape) {
  const network = /** @type {import("../types.js").Network} */ (s.network), name = l < 0 ? t("inputs") : layerName(network, l);
  if (shape.length === 3) {
    const { row, column, channel } = spot(shape, place);
    const map = l < 0 ? (shape[2] > 1 ? t("cell.channel", { n: channel + 1 }) : "") : t(network.layers[l].kind === "conv2d" ? "channelN" : "cell.map", { n: channel + 1 });
    return [name, map, t("cell.at", { row: row + 1, column: column + 1 })].filter(Boolean).join(" · ");
  }
  if (shape.length === 2) return [name, t("unitN", { n: (place % shape[1]) + 1 }), t("cell.time", { n: Math.floor(place / shape[1]) + 1 })].join(" · ");
  const last = l === network.layers.length - 1 && s.dataset?.classes === network.layers[l].units;
  return `${name} · ${last ? className(s.dataset, place) : t("unitN", { n: place + 1 })}`;
}

/**
 * @param {State} s
 * @param {At} at
 * @param {Told} told
 * @returns {HTMLElement[]}
 */
export function describe(s, at, told) {
  const network = /** @type {import("../types.js").Network} */ (s.network), { made } = told;
  const layer = network.layers[at.l], off = has(network, "off", at.l, unitOf(told.shape, at.place));
  const shown = made.of === "sum" ? convolved(s, at.l, told, made) : made.of === "terms" ? summed(s, at.l, told, made)
    : made.of === "same" ? [h("span", { class: "number" }, `x = ${short(made.x, 3)}`), from(s, at.l, told, made.place)] : pooled(told, made);
  const f = layer.activation ?? "linear";
  const after = made.of === "sum" || made.of === "terms"
    ? [h("span", { class: "number line" }, off ? "a = " : `a = ${named(f)}(${f === "softmax" ? "z" : short(made.z, 2)}) = `, h("b", {}, short(told.a, 3)))]
    : [h("span", { class: "number line" }, "a = ", h("b", {}, short(told.a, 3)))];
  return [...shown, ...after, h("span", { class: "hint" }, [off ? t("unit.isOff") : "", t("cell.step", { n: told.step })].filter(Boolean).join(" · "))];
}

/**
 * Window times kernel, a channel a line.
 * @param {State} s
 * @param {number} l
 * @param {Told} told
 * @param {import("../model/cells.js").Convolved} made
 */
function convolved(s, l, { top, into }, made) {
  const shown = made.channels.filter((_, i) => top.includes(i)), rest = made.channels.length - shown.length;
  const restSum = made.channels.reduce((sum, one, i) => sum + (top.includes(i) ? 0 : one.sum), 0);
  const padded = shown.some((one) => one.cells.some((cell) => !cell.inside));
  const name = (/** @type {number} */ c) => (l === 0 && into[2] === 1 ? t("inputs") : t(l === 0 ? "cell.channel" : "cell.map", { n: c + 1 }));
  const one = (/** @type {import("../model/cells.js").Channel} */ { channel, cells, sum }) => [
    h("span", { class: "of" }, name(channel)),
    grid(cells.map((cell) => (cell.inside ? cell.x : null)), made.size, t("cell.window")), h("span", {}, "·"),
    grid(cells.map((cell) => cell.w), made.size, t("cell.kernel")), h("span", {}, "="),
    grid(cells.map((cell) => cell.x * cell.w), made.size, t("cell.products")),
    h("span", { class: "number" }, "Σ ", h("b", {}, short(sum, 2)))];
  const sums = [...shown.map((part) => part.sum), ...(rest ? [restSum] : []), made.bias];
  return [
    h("div", { class: "products" }, ...["", "x", "", "w", "", "x·w", ""].map((symbol) => h("i", { "aria-hidden": "true" }, symbol)), ...shown.flatMap(one)),
    ...(rest ? [h("span", { class: "number line" }, t("cell.more", { n: rest }), " ", h("b", {}, short(restSum, 2)))] : []),
    h("span", { class: "number line" }, "z = Σ x·w + b = ", ...sums.map((v, i) => `${i ? " + " : ""}${factor(v)}`), " = ", h("b", {}, short(made.z, 2))),
    ...(padded ? [h("span", { class: "hint" }, t("cell.padding"))] : []),
  ];
}

/** @param {Told} told @param {import("../model/cells.js").Pooled} made */
function pooled({ into }, made) {
  const size = made.size, { row, column } = made.cells[made.winner] ?? made.window;
  return [
    h("div", { class: "products" }, h("span", { class: "of" }, t("cell.map", { n: made.channel + 1 })), grid(made.cells.map((cell) => (cell.inside ? cell.x : null)), size, t("cell.window"), made.winner)),
    made.of === "max"
      ? h("span", { class: "number line" }, "max x = ", h("b", {}, short(made.a, 3)), ` (${t("cell.at", { row: row + 1, column: column + 1 })})`)
      : h("span", { class: "number line" }, `Σ x / ${made.inside} = ${factor(made.a * made.inside)} / ${made.inside} = `, h("b", {}, short(made.a, 3))),
    h("span", { class: "hint" }, made.of === "max" ? t("cell.max", { n: made.inside }) : t("cell.mean", { n: made.inside, share: short(1 / made.inside, 3) })),
    ...(into.length === 3 && made.inside < size * size && size <= WRITTEN ? [h("span", { class: "hint" }, t("cell.paddedPool"))] : []),
  ];
}

/** Where an input of the layer was before it was laid flat. @param {State} s @param {number} l @param {Told} told @param {number} place */
function from(s, l, { into }, place) {
  const { layers } = /** @type {import("../types.js").Network} */ (s.network);
  return h("span", { class: "hint" }, t(layers[l].kind === "flatten" ? "cell.flat" : "cell.from", { place: titleOf(s, { l: l - 1, place }, into) }));
}

/**
 * The greatest contributions, and all the others in one.
 * @param {State} s
 * @param {number} l
 * @param {Told} told
 * @param {import("../model/cells.js").Summed} made
 */
function summed(s, l, { top }, made) {
  const shown = made.terms.filter((_, i) => top.includes(i)), rest = made.terms.length - shown.length, most = Math.max(1e-9, ...shown.map(({ x, w }) => Math.abs(x * w)));
  const restSum = made.terms.reduce((sum, { x, w }, i) => sum + (top.includes(i) ? 0 : x * w), 0);
  const rows = shown.map(({ place, x, w }) => {
    const fill = h("i", { class: x * w < 0 ? "minus" : "plus" });
    fill.style.width = `${(Math.abs(x * w) / most) * 100}%`;
    return h("tr", {}, h("th", { scope: "row" }, nameOf(s, l - 1, place)), h("td", { class: "number" }, h("span", { class: w < 0 ? "minus" : "plus" }, factor(w)), `·${factor(x)}`), h("td", { class: "part" }, h("span", {}, fill)), h("td", { class: "number" }, short(x * w, 2)));
  });
  if (rest) rows.push(h("tr", {}, h("th", { scope: "row" }, t("moreTerms", { n: rest })), h("td", {}), h("td", {}), h("td", { class: "number" }, short(restSum, 2))));
  return [
    h("table", { class: "terms" }, h("caption", {}, t("cell.greatest")), ...rows, h("tr", {}, h("th", { scope: "row" }, t("bias")), h("td", {}), h("td", {}), h("td", { class: "number" }, short(made.bias, 2)))),
    h("span", { class: "number line" }, "z = Σ w·x + b = ", h("b", {}, short(made.z, 2))),
  ];
}

/** A number of a layer, as it is found in the pictures: of a flattened one where it was on its map. @param {State} s @param {number} l @param {number} place @returns {string} */
function nameOf(s, l, place) {
  const network = /** @type {import("../types.js").Network} */ (s.network), shape = l > 0 ? network.layers[l - 1].shape : s.dataset?.shape ?? [];
  if (l >= 0 && network.layers[l].kind === "flatten" && shape.length === 3) {
    const { row, column, channel } = spot(shape, place);
    return t("cell.spot", { map: channel + 1, row: row + 1, column: column + 1 });
  }
  return t("unitN", { n: place + 1 });
}

/**
 * Numbers of a square on the diverging scale; null is outside.
 * @param {(number | null)[]} values
 * @param {number} size
 * @param {string} name
 * @param {number} [chosen] the one that is ringed
 */
export function grid(values, size, name, chosen = -1) {
  const most = values.reduce((/** @type {number} */ top, v) => Math.max(top, Math.abs(v ?? 0)), 1e-9), written = size <= WRITTEN;
  const box = h("span", { class: written ? "kernel" : "kernel small", role: "img", "aria-label": `${name}: ${values.map((v) => (v === null ? "–" : short(v, 2))).join(" ")}` });
  box.style.setProperty("--size", String(size));
  box.append(...values.map((v, i) => {
    const cell = h("span", { class: v === null ? "outside" : i === chosen ? "chosen" : "" }, written ? (v === null ? "·" : twoPlaces(v)) : "");
    if (v) cell.style.background = tint(v / most);
    return cell;
  }));
  return box;
}

/** All alike, so that they stand below each other. @param {number} v */
const twoPlaces = (v) => (Number.isFinite(v) ? v.toFixed(Math.abs(v) < 10 ? 2 : Math.abs(v) < 100 ? 1 : 0).replace(/^-(?=[0.]*$)/, "").replace("-", "−") : "–");

/** A colour of the diverging scale that numbers can be read on. @param {number} share from -1 to 1 */
export const tint = (share) => `color-mix(in srgb, var(${share < 0 ? "--negative" : "--positive"}) ${Math.round(Math.min(1, Math.abs(share)) * 48)}%, transparent)`;

/** The same in a sentence, for those who listen. @param {State} s @param {At} at @param {Told} told @returns {string} */
export function said(s, at, { made, shape, a, top }) {
  const place = titleOf(s, at, shape), number = (/** @type {number} */ v) => short(v, 2), after = short(a, 3);
  if (made.of === "sum") return t("cell.saidSum", { place, parts: made.channels.filter((_, i) => top.includes(i)).map((one) => number(one.sum)).join(" + "), more: made.channels.length - top.length, bias: number(made.bias), z: number(made.z), a: after });
  if (made.of === "terms") return `${place}: z = ${number(made.z)}, a = ${after}`;
  if (made.of === "same") return `${place}: ${after}`;
  return `${place}: ${after} · ${t(made.of === "max" ? "cell.max" : "cell.mean", { n: made.inside, share: short(1 / made.inside, 3) })}`;
}
