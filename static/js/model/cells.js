/**
 * What one number of an image network's layer was made of: the window, the kernel, the products and their sum; or
 * the window that was pooled. The very geometry of the server's layers (channels last, zeros where padded).
 *
 * @import {Network} from "../types.js"
 * @typedef {{row: number, column: number, inside: boolean, place: number, x: number, w: number}} Cell  `place` in the flat
 *   input; a cell of the padding is not `inside` and its x is 0
 * @typedef {{channel: number, cells: Cell[], sum: number}} Channel `sum` of x times w
 * @typedef {{of: "sum", size: number, group: number, channels: Channel[], bias: number, z: number, window: {row: number, column: number, reach: number}}} Convolved
 * @typedef {{of: "max" | "mean", size: number, channel: number, cells: Cell[], inside: number, winner: number, a: number, window: {row: number, column: number, reach: number}}} Pooled
 *   `winner` is which of the cells is the largest, the first of several: the gradient is its alone
 * @typedef {{of: "terms", terms: {place: number, x: number, w: number}[], bias: number, z: number}} Summed
 * @typedef {{of: "same", place: number, x: number}} Same a layer that takes number by number
 * @typedef {Convolved | Pooled | Summed | Same} Made
 */
import { axisOf, windowOf } from "./windows.js";

/**
 * Where the window of a layer begins, above or left of the image where it is padded, and how far it reaches.
 * @param {any} spec of the layer
 * @param {number[]} shape of what comes into it
 * @param {number} row of what leaves it
 * @param {number} column
 */
function windowAt(spec, shape, row, column) {
  const window = /** @type {import("./windows.js").Sliding} */ (windowOf(spec)), [down, across] = shape.map((length) => axisOf(length, window));
  return { row: row * window.stride - down.before, column: column * window.stride - across.before, reach: down.reach };
}

/** Row, column and channel of a place in an image, flat. @param {number[]} shape @param {number} place */
export const spot = ([, columns, channels], place) => ({ row: Math.floor(place / (columns * channels)), column: Math.floor(place / channels) % columns, channel: place % channels });

/**
 * The cells of a window over one channel, row by row.
 * @param {ArrayLike<number>} x
 * @param {number[]} shape of x
 * @param {number} channel
 * @param {{row: number, column: number}} from its upper left, above or left of the image where it is padded
 * @param {number} size
 * @param {number} dilation
 * @param {(at: number) => number} weight by the cell's number
 * @returns {Cell[]}
 */
function cellsOf(x, [rows, columns, channels], channel, from, size, dilation, weight) {
  return Array.from({ length: size * size }, (_, at) => {
    const row = from.row + Math.floor(at / size) * dilation, column = from.column + (at % size) * dilation;
    const inside = row >= 0 && column >= 0 && row < rows && column < columns, place = (row * columns + column) * channels + channel;
    return { row, column, inside, place: inside ? place : -1, x: inside ? x[place] : 0, w: weight(at) };
  });
}

/**
 * @param {Network} network
 * @param {number} l
 * @param {number} place in what leaves the layer, flat
 * @param {{shape: number[], values: ArrayLike<number>}} into what comes into it
 * @param {Float32Array} weights
 * @returns {Made | null} null of a layer that is not read cell by cell
 */
export function madeOf(network, l, place, { shape, values: x }, weights) {
  const layer = network.layers[l], spec = network.spec.layers[l];
  const parameter = (/** @type {string} */ name) => network.layout.find((p) => p.name === `${layer.name}.${name}`)?.offset ?? -1;
  const weight = parameter("weight"), bias = parameter("bias");
  if (layer.kind === "conv2d") {
    const { row, column, channel: filter } = spot(layer.shape, place), { kernel_size: size, dilation_rate: dilation, groups } = spec;
    const window = windowAt(spec, shape, row, column);
    const filters = layer.shape[2], each = shape[2] / groups, group = Math.floor(filter / (filters / groups));
    const channels = Array.from({ length: each }, (_, c) => {
      const cells = cellsOf(x, shape, group * each + c, window, size, dilation, (at) => weights[weight + (at * each + c) * filters + filter]);
      return { channel: group * each + c, cells, sum: cells.reduce((sum, cell) => sum + cell.x * cell.w, 0) };
    });
    return { of: "sum", size, group, channels, bias: weights[bias + filter], z: channels.reduce((sum, one) => sum + one.sum, weights[bias + filter]), window };
  }
  if (layer.kind === "max_pool2d" || layer.kind === "avg_pool2d") {
    const { row, column, channel } = spot(layer.shape, place), { pool_size: size } = spec, window = windowAt(spec, shape, row, column);
    return pooled(layer.kind === "max_pool2d" ? "max" : "mean", cellsOf(x, shape, channel, window, size, 1, () => 1), size, channel, window);
  }
  if (layer.kind === "global_avg_pool2d") {
    const size = Math.max(shape[0], shape[1]), cells = cellsOf(x, shape, place, { row: 0, column: 0 }, size, 1, () => 1);
    return pooled("mean", cells, size, place, { row: 0, column: 0, reach: size });
  }
  if (layer.kind === "dense" || layer.kind === "output") {
    if (weight < 0 || shape.length !== 1) return null;
    const terms = Array.from(x, (value, k) => ({ place: k, x: value, w: weights[weight + k * layer.units + place] }));
    return { of: "terms", terms, bias: weights[bias + place], z: terms.reduce((sum, term) => sum + term.x * term.w, weights[bias + place]) };
  }
  return x.length === layer.shape.reduce((a, b) => a * b, 1) ? { of: "same", place, x: x[place] } : null;
}

/**
 * @param {"max" | "mean"} of
 * @param {Cell[]} cells
 * @param {number} size
 * @param {number} channel
 * @param {{row: number, column: number, reach: number}} window
 * @returns {Pooled}
 */
function pooled(of, cells, size, channel, window) {
  const there = cells.filter((cell) => cell.inside);
  let winner = -1;
  cells.forEach((cell, i) => { if (cell.inside && (winner < 0 || cell.x > cells[winner].x)) winner = i; });
  const a = of === "max" ? cells[winner]?.x ?? NaN : there.reduce((sum, cell) => sum + cell.x, 0) / there.length;
  return { of, size, channel, cells, inside: there.length, winner: of === "max" ? winner : -1, a, window };
}

/** The places in a layer's input that a number of it was made of. @param {Made} made @returns {number[]} */
export function sources(made) {
  if (made.of === "same") return [made.place];
  if (made.of === "terms") return [];
  return (made.of === "sum" ? made.channels.flatMap((one) => one.cells) : made.cells).filter((cell) => cell.inside).map((cell) => cell.place);
}
