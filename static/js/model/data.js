/**
 * A dataset as the server sends it: of rows of numbers all, of images, sequences and text those samples that
 * are drawn. `inputs` and `test_inputs` are as long as the parts are, with holes where a sample is not here yet.
 *
 * @import {Dataset} from "../types.js"
 * @import {Numbers} from "./tensors.js"
 * @typedef {"train" | "test"} Part
 */
import { opened } from "./tensors.js";

/** Whether samples are rows of numbers, which the browser computes itself. @param {{view: string} | null} dataset */
export const rowsOnly = (dataset) => !dataset || ["plane", "curve", "table"].includes(dataset.view);

/** Whether its samples are sounds. @param {{kind: string, sources?: number[] | null} | null} dataset */
export const isHeard = (dataset) => Boolean(dataset?.sources || dataset?.kind === "waveforms");

const PREFIX = { train: "", test: "test_" };

/** @param {ArrayBuffer} buffer @returns {Dataset} */
export function datasetOf(buffer) {
  const { metadata, arrays } = opened(buffer), told = JSON.parse(metadata.dataset);
  const whole = (/** @type {string} */ name) => (arrays[name] ? Array.from(arrays[name].data) : null);
  const dataset = {
    ...told, inputs: new Array(told.samples), test_inputs: new Array(told.test_samples),
    targets: new Array(told.samples), test_targets: new Array(told.test_samples),
    series: whole("series"), positions: whole("positions"), test_positions: whole("test_positions"), sources: whole("sources"), test_sources: whole("test_sources"), identities: whole("identities") ?? [],
  };
  put(dataset, arrays, 0);
  return dataset;
}

/**
 * Samples that came later; false where they are of other data, which the server has by now.
 * @param {Dataset} dataset
 * @param {ArrayBuffer} buffer
 */
export function fillIn(dataset, buffer) {
  const { metadata, arrays } = opened(buffer), { digest, first } = JSON.parse(metadata.dataset);
  if (digest !== dataset.digest) return false;
  put(dataset, arrays, first);
  return true;
}

/**
 * The stretch of a part that holds all of these samples that are not here yet.
 * @param {Dataset} dataset
 * @param {Part} part
 * @param {Iterable<number>} [places] all of them
 * @returns {{first: number, count: number} | null}
 */
export function missing(dataset, part, places = dataset[/** @type {"inputs"} */ (`${PREFIX[part]}inputs`)].keys()) {
  const here = dataset[/** @type {"inputs"} */ (`${PREFIX[part]}inputs`)];
  let first = Infinity, last = -1;
  for (const i of places) {
    if (here[i]) continue;
    first = Math.min(first, i);
    last = Math.max(last, i);
  }
  return last < 0 ? null : { first, count: last - first + 1 };
}

/**
 * @param {any} dataset
 * @param {Record<string, Numbers>} arrays
 * @param {number} first
 */
function put(dataset, arrays, first) {
  for (const prefix of Object.values(PREFIX)) {
    const inputs = arrays[`${prefix}inputs`], targets = arrays[`${prefix}targets`];
    const rows = !inputs ? [] : dataset.decimals ? unscaled(inputs, dataset) : nested(inputs.data, inputs.shape);
    rows.forEach((row, i) => { dataset[`${prefix}inputs`][first + i] = row; });
    // One number a sample comes whole, with the first answer.
    const from = targets?.shape.length === 1 ? 0 : first;
    if (targets) nested(targets.data, targets.shape).forEach((row, i) => { dataset[`${prefix}targets`][from + i] = row; });
  }
}

/**
 * Rows of a table, from whole numbers by column: the very operations, in the order, that the server scaled it with.
 * @param {Numbers} numbers (columns, 4, samples): the four bytes of an int32, the lowest first
 * @param {any} dataset
 */
function unscaled({ data, shape: [columns, , samples] }, { decimals, mean, deviation }) {
  const of = (/** @type {number[]} */ list, /** @type {number} */ c) => list[list.length > 1 ? c : 0];
  const byte = (/** @type {number} */ c, /** @type {number} */ b, /** @type {number} */ i) => data[(4 * c + b) * samples + i] << (8 * b);
  const whole = (/** @type {number} */ c, /** @type {number} */ i) => byte(c, 0, i) | byte(c, 1, i) | byte(c, 2, i) | byte(c, 3, i);
  return Array.from({ length: samples }, (_, i) => Array.from({ length: columns }, (_, c) => (whole(c, i) / decimals[c] - of(mean, c)) / of(deviation, c)));
}

/**
 * @param {Numbers["data"]} data
 * @param {number[]} shape
 * @returns {any[]}
 */
function nested(data, [count, ...rest]) {
  if (!rest.length) return Array.from(data);
  const size = rest.reduce((a, b) => a * b, 1);
  return Array.from({ length: count }, (_, i) => nested(data.subarray(i * size, (i + 1) * size), rest));
}
