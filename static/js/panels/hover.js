/** The card at the pointer: a unit's or a line's arithmetic at the probed point, following the training. */
import { short } from "../canvas.js";
import { freePlace } from "../charts/placing.js";
import { byId, h } from "../dom.js";
import { has, worthOf } from "../model/surgery.js";
import { realInput } from "../model/units.js";
import { inputName, outputName, unitName } from "../names.js";
import { placeText } from "../places.js";
import { shownWeights } from "../state.js";
import { named, t } from "../words.js";

const MOST_TERMS = 3;

/** @typedef {import("../types.js").Place} Place */
/** @typedef {import("../session.js").State} State */

/** @param {import("../session.js").Session} session */
export function mountHover(session) {
  const { store } = session, card = byId("hover-card");
  // The card is also that of a number of a map, whose own panel puts it away.
  let ours = false;
  store.on(["hover", "pinned", "picture", "weights", "network", "worth", "worthShown", "language"], (s) => {
    const place = s.hover ?? null;
    if (!place || !s.network || !s.dataset) {
      if (ours) card.hidden = true;
      ours = false;
      return;
    }
    ours = true;
    const lines = describe(s, place);
    card.hidden = !lines.length;
    // Over the unit's own card it would say the same once more; whoever listens is told all the same.
    card.classList.toggle("behind", JSON.stringify(place) === JSON.stringify(s.pinned) && document.querySelector("#neuron-card:not([hidden])") !== null);
    card.replaceChildren(...lines);
  });
  return {
    /**
     * Beside what it speaks of, never over it, and over as little else as can be; all on the screen.
     * @param {{x: number, y: number, own: import("../charts/placing.js").Box[], others: import("../charts/placing.js").Box[]}} at
     */
    put({ x, y, own, others }) {
      if (card.hidden) return;
      const stage = byId("network").getBoundingClientRect(), top = Math.max(0, stage.top), left = Math.max(0, stage.left);
      const home = { x: left, y: top, width: Math.min(innerWidth, stage.right) - left, height: innerHeight - top };
      const place = freePlace({ width: card.offsetWidth, height: card.offsetHeight }, { x, y }, own, others, home);
      card.style.left = `${place.x}px`;
      card.style.top = `${place.y}px`;
    },
  };
}

/**
 * @param {State} s
 * @param {Place} place
 * @returns {HTMLElement[]}
 */
function describe(s, place) {
  const network = /** @type {import("../types.js").Network} */ (s.network);
  const layer = network.layers[place.layer], probe = s.picture?.probe;
  if (place.layer >= 0 && !layer) return [];
  if (place.from !== undefined) return line(s, place);
  const title = place.layer < 0 ? inputName(s.dataset, network, place.unit) : `${unitName(network, place.layer, place.unit)}${place.layer === network.layers.length - 1 ? ` · ${outputName(s.dataset, network, place.unit).text}` : ""}`;
  /** @type {HTMLElement[]} */
  const made = [h("b", { class: "title" }, title)];
  if (!probe) return made;
  if (place.layer < 0) made.push(h("span", { class: "number" }, `= ${short(probe.x[place.unit], 3)}`, raw(s, place.unit, probe.x[place.unit])));
  else if (["dense", "output"].includes(layer.kind)) made.push(...sum(s, place, probe));
  else made.push(h("span", { class: "number" }, `${named(layer.kind, "layer")} = `, h("b", {}, short(probe.a[place.layer]?.[place.unit], 3))));
  made.push(...operated(s, place).map((text) => h("span", { class: "hint" }, text)), h("span", { class: "hint" }, where(s)));
  return made;
}

/** What was done to the unit, and what it is worth where that is shown. @param {State} s @param {Place} place @returns {string[]} */
export function operated(s, { layer, unit }) {
  const network = /** @type {import("../types.js").Network} */ (s.network), off = has(network, "off", layer, unit);
  const worth = s.worthShown && !off ? worthOf(s.worth, network, layer, unit) : null, classes = s.worth?.train.accuracy !== null;
  return [
    off ? t("unit.isOff") : "", has(network, "frozen", layer, unit) ? t("unit.isFrozen") : "",
    worth === null ? "" : t(classes ? "worth.adds" : "worth.lowers", { worth: worthText(worth, classes) }),
  ].filter(Boolean);
}

/** @param {number} v @param {boolean} classes */
export const worthText = (v, classes) => `${v > 0 ? "+" : v < 0 ? "−" : ""}${classes ? `${(Math.abs(v) * 100).toFixed(Math.abs(v) < 0.0995 ? 1 : 0)} %` : short(Math.abs(v), 2)}`;


/** A column's value in its own unit. @param {State} s @param {number} i @param {number} v */
function raw(s, i, v) {
  const { dataset } = s;
  if (dataset?.view !== "table") return "";
  return ` (${t("inOwnUnits", { value: short(realInput(dataset, i, v), 2) })})`;
}

/**
 * w1 x1 + w2 x2 + b = z, f(z) = a.
 * @param {State} s
 * @param {Place} place
 * @param {any} probe
 * @returns {HTMLElement[]}
 */
function sum(s, { layer: l, unit }, probe) {
  const network = /** @type {import("../types.js").Network} */ (s.network), weights = shownWeights(s);
  const layer = network.layers[l], into = l ? probe.a[l - 1] : probe.x;
  const offset = network.layout.find((p) => p.name === `${layer.name}.weight`)?.offset, bias = network.layout.find((p) => p.name === `${layer.name}.bias`)?.offset;
  if (!weights || !into || offset === undefined || bias === undefined) return [];
  const terms = into.map((/** @type {number} */ x, /** @type {number} */ k) => ({ w: weights[offset + k * layer.units + unit], x }));
  const shown = terms.length <= MOST_TERMS ? terms : [...terms].sort((a, b) => Math.abs(b.w * b.x) - Math.abs(a.w * a.x)).slice(0, MOST_TERMS - 1);
  const rest = terms.filter((/** @type {any} */ term) => !shown.includes(term));
  const parts = shown.flatMap((/** @type {{w: number, x: number}} */ { w, x }, /** @type {number} */ i) => [i ? " + " : "", product(w, x)]);
  const restSum = rest.reduce((/** @type {number} */ total, /** @type {any} */ term) => total + term.w * term.x, 0);
  if (rest.length) parts.push(sign(restSum, !shown.length), `${short(Math.abs(restSum), 2)} (${t("moreTerms", { n: rest.length })})`);
  parts.push(sign(weights[bias + unit], !terms.length), short(Math.abs(weights[bias + unit]), 2));
  const z = probe.z[l][unit], a = probe.a[l][unit];
  const f = layer.activation ?? "linear";
  return [
    h("span", { class: "number" }, ...parts, " = ", h("b", {}, short(z, 2))), h("br"),
    has(network, "off", l, unit) ? h("b", { class: "number" }, "a = 0")
      : h("span", { class: "number" }, `${named(f)}(${f === "softmax" ? "z" : short(z, 2)}) = `, h("b", {}, short(a, 3))),
  ];
}

/** Both factors as they are, the weight in its colour: they are found again on the line and on the unit. @param {number} w @param {number} x */
const product = (w, x) => h("span", {}, h("span", { class: w < 0 ? "minus" : "plus" }, factor(w)), `·${factor(x)}`);

/** In brackets where it is below 0. @param {number} v */
export const factor = (v) => (short(v, 2).startsWith("−") ? `(${short(v, 2)})` : short(v, 2));

/** @param {number} value @param {boolean} first */
const sign = (value, first) => (value < 0 ? (first ? "−" : " − ") : first ? "" : " + ");

/**
 * @param {State} s
 * @param {Place} place
 */
function line(s, { layer: l, unit, from = 0 }) {
  const network = /** @type {import("../types.js").Network} */ (s.network), layer = network.layers[l], { picture } = s, weights = shownWeights(s);
  const offset = network.layout.find((p) => p.name === `${layer.name}.weight`)?.offset;
  if (!weights || offset === undefined) return [];
  const w = weights[offset + from * layer.units + unit], x = (l ? picture?.probe?.a[l - 1] : picture?.probe?.x)?.[from];
  const source = l ? unitName(network, l - 1, from) : inputName(s.dataset, network, from);
  const made = [h("b", { class: "title" }, `${source} → ${unitName(network, l, unit)}`), h("span", { class: "number" }, `${t("weight")} `, h("b", { class: w < 0 ? "minus" : "plus" }, short(w, 3)))];
  if (x !== undefined) made.push(h("br"), h("span", { class: "number" }, `${short(w, 2)} · ${factor(x)} = `, h("b", {}, short(w * x, 3))));
  made.push(h("span", { class: "hint" }, `${where(s)} · ${t("clickEdits")}`));
  return made;
}

/** The point that the numbers are of. @param {State} s */
export function where(s) {
  const { dataset, picture } = s, point = picture?.probe?.point;
  if (!point || !dataset) return t("atFirst");
  return t("atPoint", { where: placeText(dataset, point, (name, value) => `${name} = ${value}`).join(", ") });
}
