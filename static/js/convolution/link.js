/**
 * What of the sandbox stands in the address: only what differs from the beginning. Pure.
 *
 * @import {Operation} from "../model/sliding.js"
 * @import {Sliding} from "../model/windows.js"
 * @typedef {{operation: Operation, n: number, window: Sliding, picture: string, drawn: number[], kernel: string, own: number[], by: number,
 *   at: [number, number], back: boolean}} Shown
 *   `drawn` and `own` are the picture and the kernel of one's own, in tables of the largest size so that a smaller one loses nothing;
 *   `by` is what the own kernel's numbers are divided by; `at` is the output that is looked at
 */
import { KERNEL_NAMES, hasSize, kernelOf } from "../model/kernels.js";
import { axisOf } from "../model/windows.js";
import { INK, PICTURES, pictureOf } from "./presets.js";

export const MOST = { n: 14, size: 7, stride: 8, dilation: 4, weight: 99, by: 9999 };
export const LEAST_N = 3;

const zeros = (/** @type {number} */ size) => Array.from({ length: size * size }, () => 0);

/** @type {Shown} */
export const BEGINNING = {
  operation: "conv", n: 7, window: { size: 3, stride: 1, dilation: 1, padding: "valid" }, picture: "digit", drawn: zeros(MOST.n), kernel: "sobel_x", own: zeros(MOST.size), by: 1,
  at: [0, 0], back: false,
};

/** A part of a table of another size, from its first row and column. @param {number[]} table @param {number} wide its side @param {number} size */
const part = (table, wide, size) => Array.from({ length: size * size }, (_, k) => table[Math.floor(k / size) * wide + (k % size)]);

/** A table with a smaller one over its first rows and columns. @param {number[]} table @param {number} wide @param {number[]} values @param {number} size */
export const overlaid = (table, wide, values, size) => table.map((one, k) => (k % wide < size && Math.floor(k / wide) < size ? values[Math.floor(k / wide) * size + (k % wide)] : one));

/** The picture's numbers, row by row. @param {Shown} s */
export const inputOf = ({ picture, drawn, n }) => (picture === "own" ? part(drawn, MOST.n, n) : pictureOf(picture, n));

/** The kernel's whole numbers, and what they are divided by. @param {Shown} s */
export function weightsOf({ kernel, own, by, window: { size } }) {
  if (kernel === "own") return { w: part(own, MOST.size, size), by };
  return kernelOf(hasSize(kernel, size) ? kernel : "identity", size);
}

const brief = (/** @type {number} */ value) => String(Number(value.toPrecision(6)));

/** @param {Shown} s @returns {Record<string, string>} */
function written(s) {
  const { operation, n, window, picture, kernel, by, at, back } = s;
  return {
    op: operation, n: String(n), k: String(window.size), s: String(window.stride), d: String(window.dilation), pad: window.padding,
    in: picture, ...(picture === "own" ? { x: inputOf(s).join("") } : {}), kernel, ...(kernel === "own" ? { w: weightsOf(s).w.map(brief).join(","), by: brief(by) } : {}),
    at: at.join("."), back: back ? "1" : "0",
  };
}

/** @param {Shown} s */
export function toFragment(s) {
  // A pool begins with another window, so that it is said in any case.
  /** @type {Record<string, string>} */
  const beginning = { ...written(BEGINNING), ...(s.operation === "conv" ? {} : { k: "", s: "" }) };
  return Object.entries(written(s)).filter(([key, value]) => value !== beginning[key]).map(([key, value]) => `${key}=${value}`).join("&");
}

/**
 * What a fragment says; what it doesn't say, or says wrongly, is as in the beginning. What is impossible together stands there as it
 * is said: the page tells why.
 * @param {string} fragment
 * @returns {Shown}
 */
export function fromFragment(fragment) {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ""));
  const said = (/** @type {string} */ key) => parameters.get(key) ?? "";
  const whole = (/** @type {string} */ key, /** @type {number} */ least, /** @type {number} */ most, /** @type {number} */ otherwise) => {
    const found = /^\d+$/.test(said(key)) ? Number(said(key)) : NaN;
    return found >= least && found <= most ? found : otherwise;
  };
  const one = (/** @type {string} */ key, /** @type {string[]} */ names, /** @type {string} */ otherwise) => (names.includes(said(key)) ? said(key) : otherwise);
  const operation = /** @type {Operation} */ (one("op", ["conv", "max", "avg"], BEGINNING.operation)), pool = operation !== "conv";
  const n = whole("n", LEAST_N, MOST.n, BEGINNING.n), size = whole("k", 1, MOST.size, pool ? 2 : BEGINNING.window.size);
  const window = /** @type {Sliding} */ ({ size, stride: whole("s", 1, MOST.stride, pool ? size : 1), dilation: pool ? 1 : whole("d", 1, MOST.dilation, 1), padding: one("pad", ["valid", "same"], "valid") });
  const x = said("x"), drawn = x.length === n * n && /^\d+$/.test(x) ? [...x].map(Number) : null;
  const w = said("w").split(",").map((text) => (text.trim() ? Number(text) : NaN));
  const own = w.length === size * size && w.every((value) => Math.abs(value) <= MOST.weight) ? w : null;
  const by = Number(said("by") || 1);
  const { positions } = axisOf(n, window), at = said("at").split(".").map(Number);
  return {
    operation, n, window,
    picture: one("in", drawn ? [...PICTURES, "own"] : PICTURES, BEGINNING.picture), drawn: drawn ? overlaid(BEGINNING.drawn, MOST.n, drawn, n) : BEGINNING.drawn,
    kernel: one("kernel", own ? [...KERNEL_NAMES, "own"] : KERNEL_NAMES, BEGINNING.kernel), own: own ? overlaid(BEGINNING.own, MOST.size, own, size) : BEGINNING.own,
    by: by > 0 && by <= MOST.by ? by : 1,
    at: at.length === 2 && at.every((place) => Number.isInteger(place) && place >= 0 && place < positions) ? [at[0], at[1]] : BEGINNING.at,
    back: said("back") === "1",
  };
}

/** @param {number} value a cell's number that is asked for */
export const inked = (value) => Math.max(0, Math.min(INK, Math.round(value)));
