/**
 * Which units are off or frozen, what each is worth, and the spec's `surgery` with one unit changed.
 *
 * @import {Network} from "../types.js"
 * @typedef {import("../wire.js").AblationOut} Ablation
 */

/** @param {Network | null} network @param {"off" | "frozen"} part @param {number} l @param {number} unit */
export const has = (network, part, l, unit) => Boolean(network?.spec.surgery[part][network.layers[l]?.name]?.includes(unit));

/**
 * That unit off, or on again; frozen, or learning again.
 * @param {any} surgery
 * @param {"off" | "frozen"} part
 * @param {string} layer
 * @param {number} unit
 */
export function toggled(surgery, part, layer, unit) {
  const { [layer]: before = [], ...others } = surgery[part];
  const units = before.includes(unit) ? before.filter((/** @type {number} */ one) => one !== unit) : [...before, unit].sort((a, b) => a - b);
  return { ...surgery, [part]: units.length ? { ...others, [layer]: units } : others };
}

/**
 * What a unit adds: training accuracy, or, where values are fitted, by how much the loss is lower with it.
 * @param {Ablation | null} found
 * @param {Network} network
 * @param {number} l
 * @param {number} unit
 * @returns {number | null}
 */
export function worthOf(found, network, l, unit) {
  const without = found?.units.find((one) => one.unit === unit && one.layer === network.layers[l]?.name)?.train;
  if (!found || !without) return null;
  if (found.train.accuracy !== null && without.accuracy !== null) return found.train.accuracy - without.accuracy;
  return found.train.loss === null || without.loss === null ? null : without.loss - found.train.loss;
}
