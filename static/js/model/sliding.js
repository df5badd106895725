/**
 * What a window makes of a square picture of numbers, and what of its gradient goes back. Pure.
 *
 * @import {Axis} from "./windows.js"
 * @typedef {"conv" | "max" | "avg"} Operation
 * @typedef {{u: number, v: number, row: number, column: number, inside: boolean}} Tap a cell of the window and where it lies, counted
 *   from the picture's first; outside of it is the border
 */

/** Row by row. @param {Axis} axis @param {number} i @param {number} j @returns {Tap[]} */
export function tapsOf(axis, i, j) {
  const { size, stride, dilation, before, length } = axis;
  return Array.from({ length: size * size }, (_, k) => {
    const u = Math.floor(k / size), v = k % size, row = i * stride + u * dilation - before, column = j * stride + v * dilation - before;
    return { u, v, row, column, inside: row >= 0 && row < length && column >= 0 && column < length };
  });
}

/**
 * One number of the output: the sum of products; the largest, which of several is the first; the mean of what lies inside.
 * @param {Operation} operation
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} w of a convolution
 * @param {Axis} axis
 * @param {number} i
 * @param {number} j
 * @returns {{value: number, taps: Tap[], winner: number, inside: number}} `winner` is a place among the taps, of max pooling alone
 */
export function outputAt(operation, x, w, axis, i, j) {
  const taps = tapsOf(axis, i, j), inside = taps.filter((tap) => tap.inside).length;
  const at = (/** @type {Tap} */ { row, column, inside: there }) => (there ? x[row * axis.length + column] : 0);
  let value = operation === "max" ? -Infinity : 0, winner = -1;
  taps.forEach((tap, k) => {
    if (operation === "conv") value += at(tap) * w[k];
    else if (operation === "avg") value += at(tap);
    else if (tap.inside && at(tap) > value) [value, winner] = [at(tap), k];
  });
  return { value: operation === "avg" ? value / inside : value, taps, winner, inside };
}

/** The whole output, row by row. @param {Operation} operation @param {ArrayLike<number>} x @param {ArrayLike<number>} w @param {Axis} axis */
export const outputOf = (operation, x, w, axis) => Float64Array.from({ length: axis.positions ** 2 }, (_, k) => outputAt(operation, x, w, axis, Math.floor(k / axis.positions), k % axis.positions).value);

/**
 * What one number of the output with the gradient δ gives back to each cell of its window: δ times the weight; all of δ to the one
 * that won; an equal share to each inside.
 * @param {Operation} operation
 * @param {ReturnType<typeof outputAt>} output
 * @param {ArrayLike<number>} w
 * @param {number} delta
 */
export const sharesOf = (operation, { taps, winner, inside }, w, delta) =>
  taps.map((tap, k) => (!tap.inside ? 0 : operation === "conv" ? delta * w[k] : operation === "avg" ? delta / inside : k === winner ? delta : 0));

/** All outputs whose window holds a cell of the picture, and where in the window. @param {Axis} axis @param {number} row @param {number} column */
export function outputsWith(axis, row, column) {
  const along = (/** @type {number} */ place) => {
    /** @type {[number, number][]} */
    const found = [];
    for (let i = 0; i < axis.positions; i++) {
      const u = (place + axis.before - i * axis.stride) / axis.dilation;
      if (Number.isInteger(u) && u >= 0 && u < axis.size) found.push([i, u]);
    }
    return found;
  };
  return along(row).flatMap(([i, u]) => along(column).map(([j, v]) => ({ i, j, u, v })));
}
