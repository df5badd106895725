/** The samples as points of what is drawn, wrong ones known by the last prediction. */
import { classOf } from "./classes.js";
import { realTarget, targetFor } from "./units.js";

/**
 * @param {import("../session.js").State} s
 * @returns {import("../charts/plane.js").Point[]}
 */
export function allPoints(s) {
  const { dataset, picture, network } = s;
  /** @type {import("../charts/plane.js").Point[]} */
  const points = [];
  if (!dataset || !network) return points;
  const { units, activation } = network.layers[network.layers.length - 1];
  const places = placed(dataset);
  const add = (/** @type {number[][]} */ inputs, /** @type {number[]} */ targets, /** @type {Float32Array | undefined} */ outputs, /** @type {boolean} */ test) => {
    const known = outputs && outputs.length === inputs.length * units;
    inputs.forEach((_, i) => {
      const wrong = known && dataset.classes ? classOf(outputs, activation, i * units, units) !== targets[i] : false;
      const [u, v] = (test ? places.test : places.train)[i];
      points.push({ u, v, label: targetFor(targets[i]), test, wrong: Boolean(wrong), sample: i });
    });
  };
  add(dataset.test_inputs, dataset.test_targets, picture?.test, true);
  add(dataset.inputs, dataset.targets, picture?.train, false);
  return points;
}

/**
 * The sample that lies nearest to a place, no further than a part of the plane's width; null where there is none.
 * @param {import("../session.js").State} s
 * @param {{u: number, v: number}} p
 * @param {number} reach
 * @param {(point: import("../charts/plane.js").Point) => boolean} [fits] which samples are meant
 */
export function nearestPoint(s, p, reach, fits = () => true) {
  const { dataset } = s;
  if (!dataset?.plane) return null;
  let best = null, least = (dataset.plane.high[0] - dataset.plane.low[0]) * reach;
  for (const point of allPoints(s).filter(fits)) {
    const far = Math.hypot(point.u - p.u, point.v - p.v);
    if (far < least) [best, least] = [point, far];
  }
  return best;
}

/** Multiples of it fall far from one another. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** @type {WeakMap<object, {train: number[][], test: number[][]}>} */
const known = new WeakMap();

/** Where every sample lies: it changes with the data alone. @param {import("../types.js").Dataset} dataset */
function placed(dataset) {
  const all = (/** @type {number[][]} */ inputs, /** @type {number[]} */ targets) => inputs.map((row, i) => project(dataset, row, targets[i], i));
  const found = known.get(dataset) ?? { train: all(dataset.inputs, dataset.targets), test: all(dataset.test_inputs, dataset.test_targets) };
  known.set(dataset, found);
  return found;
}

/**
 * @param {import("../types.js").Dataset} dataset
 * @param {number[]} row
 * @param {number} target
 * @param {number} [n] its number: of a single column the height says nothing, and sets samples apart
 */
function project(dataset, row, target, n = 0) {
  const { plane } = dataset;
  if (plane && dataset.columns.length === 1) return [row[0], plane.low[1] + (0.1 + 0.8 * ((n * GOLDEN) % 1)) * (plane.high[1] - plane.low[1])];
  if (!plane) return [row[0], realTarget(dataset, targetFor(target))];
  if (dataset.view === "plane") return row;
  return plane.axes.map((axis) => axis.reduce((sum, a, c) => sum + a * (row[c] - plane.origin[c]), 0));
}

/**
 * Which part of what the columns vary lies along each axis of the plane.
 * @param {import("../types.js").Dataset} dataset
 * @returns {number[]}
 */
export function shares(dataset) {
  const rows = dataset.inputs, columns = dataset.columns.length;
  const variance = (/** @type {number[]} */ values) => {
    const mean = values.reduce((a, b) => a + b, 0) / (values.length || 1);
    return values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length || 1);
  };
  let total = 0;
  for (let c = 0; c < columns; c++) total += variance(rows.map((row) => row[c]));
  return (dataset.plane?.axes ?? []).map((_, k) => variance(rows.map((row) => project(dataset, row, 0)[k])) / (total || 1));
}
