/** Matrices and vectors of the update as heat maps: all of them at once, or the one beside a line. */
import { colours, fit, rgb } from "../canvas.js";
import { h } from "../dom.js";
import { figure } from "../formula.js";
import { named, t } from "../words.js";
import { titleOf } from "./lines.js";

const WRITTEN = 6, WRITTEN_ROOMY = 8; // columns at most where every cell says its number
const CELL = 14, CELL_ROOMY = 28;
const MOST_CELLS = 20_000;
const ACROSS = 72; // cells of maps side by side

/**
 * @typedef {{layer: string, array: string, values: any, shape: number[], sample: number | null, parameter: string | null}} Matrix
 *   `sample` its place in the batch, of arrays that have one; `parameter` where it is one's own numbers or its gradient
 */

/** @param {any} values @returns {number[]} */
function shapeOf(values) {
  /** @type {number[]} */
  const shape = [];
  for (let at = values; Array.isArray(at); at = at[0]) shape.push(at.length);
  return shape;
}

/** What of the trace is shown of a layer, in the order in which it comes about. @param {any} trace @param {string} layer @param {number} n @returns {Matrix[]} */
export function matricesOf(trace, layer, n) {
  /** @type {Matrix[]} */
  const found = [];
  const put = (/** @type {string} */ array, /** @type {any} */ values, /** @type {number | null} */ sample, /** @type {string | null} */ parameter = null) => {
    const own = sample === null ? values : values?.[sample];
    if (own === undefined || own === null || !Array.isArray(own)) return;
    const shape = shapeOf(own);
    if (shape.reduce((a, b) => a * b, 1) <= MOST_CELLS) found.push({ layer, array, values: own, shape, sample, parameter });
  };
  for (const entry of trace.entries.filter((/** @type {any} */ one) => one.layer === layer)) {
    if (entry.stage === "forward") {
      for (const part of ["weight", "recurrent_weight", "bias", "slope"]) put(part, entry[part], null, part);
      for (const part of ["normal", "z", "scale", "a"]) put(part, entry[part], n);
    }
    if (entry.stage === "backward") {
      put("delta", entry.delta, n);
      for (const part of ["weight", "recurrent_weight", "bias", "slope"]) put(`grad_${part}`, entry[`grad_${part}`], null, part);
    }
  }
  return found;
}

/** What went into a layer. @param {any} trace @param {string} layer @param {number} n @returns {Matrix | null} */
export function inputOf(trace, layer, n) {
  const values = trace.entries.find((/** @type {any} */ one) => one.layer === layer && one.stage === "forward" && one.x)?.x?.[n];
  return Array.isArray(values) ? { layer, array: "x", values, shape: shapeOf(values), sample: n, parameter: null } : null;
}

/** Rows and columns of an array of any shape: channels and filters stand side by side. @param {Matrix} matrix */
export function laidOut({ values, shape, sample }) {
  const at = (/** @type {number[]} */ index) => index.reduce((part, k) => part?.[k], values);
  if (shape.length <= 1) return { rows: 1, columns: shape[0] ?? 1, index: (/** @type {number} */ _, /** @type {number} */ c) => (shape.length ? [c] : []), at };
  // Of a sequence time runs from left to right.
  if (shape.length === 2 && sample !== null) return { rows: shape[1], columns: shape[0], index: (/** @type {number} */ r, /** @type {number} */ c) => [c, r], at };
  if (shape.length === 2) return { rows: shape[0], columns: shape[1], index: (/** @type {number} */ r, /** @type {number} */ c) => [r, c], at };
  // Filters stand side by side, a row of them for every channel; maps wrap where they are many.
  const [height, width, ...rest] = shape, last = rest[rest.length - 1], kernels = rest.length > 1;
  const across = kernels ? last : Math.min(last, Math.max(1, Math.floor(ACROSS / width))), down = kernels ? rest[0] : Math.ceil(last / across);
  return {
    rows: height * down, columns: width * across, tile: [height, width], at,
    index: (/** @type {number} */ r, /** @type {number} */ c) => {
      const i = Math.floor(r / height), j = Math.floor(c / width);
      return [r % height, c % width, ...(kernels ? [i, j] : [i * across + j])];
    },
  };
}

/**
 * A heat map: a table of figures where it is small, a picture where it is not.
 * @param {Matrix} matrix
 * @param {{digits: number, chosen: number[] | null, choose: (index: number[]) => void, marks?: Set<string>, roomy?: boolean}} options
 *   `marks`: the places that a line is made of; `roomy`: with the whole screen for it
 */
export function drawMatrix(matrix, { digits, chosen, choose, marks = new Set(), roomy = false }) {
  const { rows, columns, index, at } = laidOut(matrix);
  let most = 0;
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) most = Math.max(most, Math.abs(at(index(r, c)) ?? 0));
  const key = (/** @type {number[]} */ place) => `${matrix.layer}/${matrix.array}/${(matrix.sample === null ? place : [matrix.sample, ...place]).join(".")}`;
  const same = (/** @type {number[]} */ place) => chosen !== null && place.join() === chosen.join();
  if (columns <= (roomy ? WRITTEN_ROOMY : WRITTEN) && rows <= 24) {
    return h("table", { class: "matrix" }, ...Array.from({ length: rows }, (_, r) => h("tr", {}, ...Array.from({ length: columns }, (_, c) => {
      const place = index(r, c), value = at(place), cell = h("td", { class: same(place) || marks.has(place.join()) ? "pointable chosen" : "pointable", "data-at": key(place), onclick: () => choose(place) }, roomy ? narrow(value) : figure(value, Math.min(3, digits)));
      const strength = most ? Math.min(0.4, Math.abs(value) / most * 0.4) : 0;
      cell.style.background = `color-mix(in srgb, var(--${value < 0 ? "negative" : "positive"}) ${Math.round(strength * 100)}%, var(--paper))`;
      return cell;
    }))));
  }
  const canvas = h("canvas", { class: "matrix", role: "img", "aria-label": `${named(matrix.array, "array")}: ${matrix.shape.join(" × ")}` });
  const size = Math.max(2, Math.min(roomy ? CELL_ROOMY : CELL, Math.floor(420 / columns), Math.floor(220 / rows)));
  canvas.style.width = `${columns * size}px`;
  canvas.style.height = `${rows * size}px`;
  requestAnimationFrame(() => paint(canvas, matrix, most, chosen, marks));
  const place = (/** @type {MouseEvent} */ event) => index(Math.min(rows - 1, Math.floor(event.offsetY / canvas.clientHeight * rows)), Math.min(columns - 1, Math.floor(event.offsetX / canvas.clientWidth * columns)));
  canvas.addEventListener("pointermove", (event) => {
    const here = place(event);
    canvas.setAttribute("data-at", key(here));
    canvas.title = `[${here.map((k) => k + 1).join(", ")}] ${figure(at(here), digits + 2)}`;
  });
  canvas.addEventListener("click", (event) => choose(place(event)));
  return canvas;
}

/** A number that leaves room for others beside it. @param {number} value */
function narrow(value) {
  const size = Math.abs(value);
  return (size === 0 ? "0" : size < 0.01 || size >= 1000 ? value.toExponential(1).replace("e+", "e") : value.toFixed(size < 1 ? 3 : size < 10 ? 2 : 1)).replaceAll("-", "−");
}

/** @param {HTMLCanvasElement} canvas @param {Matrix} matrix @param {number} most @param {number[] | null} chosen @param {Set<string>} marks */
function paint(canvas, matrix, most, chosen, marks) {
  const { rows, columns, tile, index, at } = laidOut(matrix), { context, width, height } = fit(canvas), theme = colours();
  const middle = rgb(theme.paper), ends = [rgb(theme.negative), rgb(theme.positive)];
  const w = width / columns, hgt = height / rows;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const place = index(r, c), value = at(place), share = most ? Math.min(1, Math.abs(value) / most) : 0, end = ends[value < 0 ? 0 : 1];
      context.fillStyle = `rgb(${middle.map((from, k) => Math.round(from + (end[k] - from) * share)).join(",")})`;
      context.fillRect(c * w, r * hgt, Math.ceil(w), Math.ceil(hgt));
      if ((chosen && place.join() === chosen.join()) || marks.has(place.join())) {
        context.strokeStyle = theme.ink;
        context.lineWidth = 2;
        context.strokeRect(c * w + 1, r * hgt + 1, Math.max(2, w - 2), Math.max(2, hgt - 2));
      }
    }
  }
  if (!tile) return;
  context.strokeStyle = theme["line-2"];
  context.lineWidth = 1;
  context.beginPath();
  for (let c = tile[1]; c < columns; c += tile[1]) {
    context.moveTo(Math.round(c * w) + 0.5, 0);
    context.lineTo(Math.round(c * w) + 0.5, height);
  }
  for (let r = tile[0]; r < rows; r += tile[0]) {
    context.moveTo(0, Math.round(r * hgt) + 0.5);
    context.lineTo(width, Math.round(r * hgt) + 0.5);
  }
  context.stroke();
}

/**
 * Every matrix of every layer, from the input up: where to look closer.
 * @param {import("../session.js").State} s
 * @param {import("./walk.js").Walk} walk
 */
export function drawOverview(s, walk) {
  const { trace, found } = walk;
  if (!trace || !found || !s.network) return h("p", { class: "hint" }, t("bp.waiting"));
  const n = found.samples.indexOf(found.sample);
  const rows = s.network.layers.map(({ name }) => h("div", { class: "overview-row" }, h("h3", {}, h("button", { type: "button", class: "quiet", onclick: () => walk.go(walk.lines.findIndex((line) => line.layer === name && line.chapter > 2)) }, titleOf(s, name))),
    h("div", { class: "overview-maps" }, ...matricesOf(trace, name, n).map((matrix) => h("figure", {}, h("figcaption", {}, named(matrix.array, "array"), h("small", {}, ` ${matrix.shape.join(" × ")}`)),
      drawMatrix(matrix, { digits: walk.digits, chosen: chosenIn(found, matrix), choose: (place) => void closer(walk, matrix, place) }))))));
  const input = trace.entries.find((/** @type {any} */ entry) => entry.chapter === 2)?.x?.[n];
  const given = input ? [h("div", { class: "overview-row" }, h("h3", {}, t("bp.input")), h("div", { class: "overview-maps" }, h("figure", {}, h("figcaption", {}, "x"),
    drawMatrix({ layer: found.lines[0].layer, array: "x", values: input, shape: shapeOf(input), sample: n, parameter: null }, { digits: walk.digits, chosen: null, choose: () => walk.jump(2) }))))] : [];
  return h("div", { class: "overview" }, h("p", { class: "hint" }, t("bp.overviewHint")), ...given, ...rows);
}

/** The place in a matrix that is looked at. @param {any} found @param {Matrix} matrix */
export function chosenIn(found, matrix) {
  if (matrix.parameter) return found.places[`${matrix.layer}.${matrix.parameter}`] ?? null;
  const unit = found.units[matrix.layer];
  return unit && unit.length === matrix.shape.length ? unit : unit && matrix.shape.length === 1 ? unit.slice(-1) : null;
}

/** From a cell to the line that makes it. @param {import("./walk.js").Walk} walk @param {Matrix} matrix @param {number[]} place */
export async function closer(walk, matrix, place) {
  const { layer, array, parameter } = matrix;
  if (parameter) await walk.choosePlace(`${layer}.${parameter}`, place);
  else {
    const unit = /** @type {any} */ (walk.found).units[layer];
    if (unit.length === place.length) walk.units[layer] = place;
    await walk.refresh();
  }
  const wanted = array.startsWith("grad_") ? "gradient" : array;
  const at = walk.lines.findIndex((line) => line.layer === layer && (parameter && array.startsWith("grad_") ? line.what === wanted && line.left.startsWith(`d${letterOf(`.${parameter}`)}`) : parameter ? line.what === `as_it_is.${parameter}` : line.at?.array === array));
  if (at >= 0) walk.go(at);
  else walk.changed();
}

/** The letter of a parameter, by its name. @param {string} name */
export const letterOf = (name) => LETTERS[name.split(".")[1].replace("backward_", "")] ?? "";

const LETTERS = /** @type {Record<string, string>} */ ({ weight: "w", bias: "b", recurrent_weight: "u", recurrent_bias: "c", slope: "α" });
