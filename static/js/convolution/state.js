/**
 * The sandbox's state, and what it shows: the settings, or where they are impossible the last that were not.
 *
 * @import {Shown} from "./link.js"
 * @typedef {{grid: "x" | "w" | "y", row: number, column: number}} Pointed counted from the grid's first cell, its border not counted
 * @typedef {import("../shell.js").ShellState & Shown & {catalog: any, hover: Pointed | null, tap: number | null, playing: boolean}} State
 *   `tap` is a product that is pointed at, by its place in the window
 * @typedef {import("../store.js").Store<State>} PageStore
 */
import { outputAt, outputOf } from "../model/sliding.js";
import { axisOf, coverage, refusalOf } from "../model/windows.js";
import { BEGINNING, inputOf, weightsOf } from "./link.js";

/** What changes the picture. @type {(keyof State)[]} */
export const SETTINGS = ["operation", "n", "window", "picture", "drawn", "kernel", "own", "by"];

/** The engine's layer with these settings. @param {Pick<Shown, "operation" | "window">} s @param {number} [filters] */
export function layerOf({ operation, window: { size, stride, dilation, padding } }, filters = 1) {
  if (operation === "conv") return { kind: "conv2d", filters, kernel_size: size, strides: stride, padding, dilation_rate: dilation, groups: 1 };
  return { kind: operation === "max" ? "max_pool2d" : "avg_pool2d", pool_size: size, strides: stride, padding };
}

/** Why these settings cannot be, or null. @param {Shown} s */
export const impossible = (s) => refusalOf(layerOf(s), [s.n, s.n, 1]);

/** @typedef {ReturnType<typeof lookedAt>} Looked */

/** Everything that is drawn of settings that are possible. @param {Shown} s */
function lookedAt(s) {
  const axis = axisOf(s.n, s.window), x = inputOf(s), { w, by } = weightsOf(s), weights = w.map((one) => one / by);
  const y = outputOf(s.operation, x, weights, axis);
  return { settings: s, axis, x, w, by, weights, y, covered: coverage(axis), at: (/** @type {number} */ i, /** @type {number} */ j) => outputAt(s.operation, x, weights, axis, i, j) };
}

/** @type {Looked | null} */
let last = null;
/** @type {unknown[]} */
let key = [];

/** What there is to see: of the settings, or of the last that were possible. @param {State} s @returns {Looked} */
export function looked(s) {
  const now = SETTINGS.map((name) => s[name]);
  if (last && now.every((one, i) => one === key[i])) return last;
  if (impossible(s)) return last ?? lookedAt(BEGINNING);
  key = now;
  // A copy: the store's state is changed in its place.
  last = lookedAt({ ...s });
  return last;
}

/** The output that is looked at, within what there is. @param {State} s @returns {[number, number]} */
export function placeOf(s) {
  const { axis: { positions } } = looked(s), [i, j] = s.hover?.grid === "y" ? [s.hover.row, s.hover.column] : s.at;
  return [Math.min(i, positions - 1), Math.min(j, positions - 1)];
}
