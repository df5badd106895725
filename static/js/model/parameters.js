/**
 * Between the flat vector and the API's lists within lists.
 *
 * @import {Parameter} from "../types.js"
 */

/**
 * A flat list as lists within lists.
 * @param {any[]} flat
 * @param {number[]} shape
 * @returns {any[]}
 */
function folded(flat, shape) {
  if (shape.length <= 1) return flat;
  const size = flat.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) => folded(flat.slice(i * size, (i + 1) * size), shape.slice(1)));
}

/** @param {number[]} shape */
const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);

/**
 * A parameter with some numbers to set; null leaves the others as they are by then.
 * @param {Parameter} parameter
 * @param {Map<number, number>} values by their places
 */
export function only({ shape }, values) {
  return folded(Array.from({ length: sizeOf(shape) }, (_, i) => values.get(i) ?? null), shape);
}

/**
 * Every parameter of the flat vector by name, in its own shape.
 * @param {Parameter[]} layout
 * @param {Float32Array} vector
 */
export const nested = (layout, vector) => Object.fromEntries(layout.map(({ name, shape, offset }) =>
  [name, folded(Array.from(vector.subarray(offset, offset + sizeOf(shape))), shape)]));
