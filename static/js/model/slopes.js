/**
 * A chain of neurons with one weight each, and what of a gradient comes back through it. Pure.
 *
 * a_0 = x,  z_k = w a_(k-1),  a_k = f(z_k); so da_n / da_(k-1) is the product of f'(z_j) w over j = k .. n.
 *
 * @import {Function1} from "./exact.js"
 * @typedef {{z: number, a: number, slope: number, factor: number, product: number}} Link
 *   `factor` is f'(z) w, `product` what is left of the output's gradient behind this neuron
 */

/**
 * @param {Function1} f
 * @param {{n: number, w: number, x: number}} chain
 * @returns {Link[]} from the input to the output
 */
export function chain(f, { n, w, x }) {
  /** @type {Link[]} */
  const links = [];
  for (let k = 0, a = x; k < n; k++) {
    const z = w * a, slope = f.slope(z);
    a = f.value(z);
    links.push({ z, a, slope, factor: slope * w, product: 0 });
  }
  let product = 1;
  for (let k = n - 1; k >= 0; k--) links[k].product = product *= links[k].factor;
  return links;
}

/** The most that can come back through n neurons; null where the slope has no bound. @param {number | null} steepest @param {number} w @param {number} n */
export const bound = (steepest, w, n) => (steepest === null ? null : (steepest * Math.abs(w)) ** n);

/** Below the one and above the other a gradient is said to vanish or to explode. */
export const VANISHES = 1e-2, EXPLODES = 1e2;

/** What becomes of the gradient. @param {number} product @returns {"stopped" | "vanishes" | "explodes" | "passes"} */
export function verdict(product) {
  const size = Math.abs(product);
  if (!Number.isFinite(product) || size > EXPLODES) return "explodes";
  if (size === 0) return "stopped";
  return size < VANISHES ? "vanishes" : "passes";
}

/**
 * The powers of ten that a log axis needs for these sizes: it always has 1, and some room.
 * @param {number[]} sizes those that are 0 are not on it
 */
export function decades(sizes) {
  const powers = sizes.filter((size) => size > 0 && Number.isFinite(size)).map((size) => Math.log10(size));
  return { low: Math.min(-1, Math.floor(Math.min(0, ...powers) - 0.05)), high: Math.max(1, Math.ceil(Math.max(0, ...powers) + 0.05)) };
}
