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

/**
 * Each unit's worth, and what share of the greatest it is.
 * @param {Ablation} found
 * @param {Network} network
 * @returns {(l: number, unit: number) => {share: number, value: number} | null}
 */
export function worthsOf(found, network) {
  const worths = network.layers.map((layer, l) => Array.from({ length: layer.operable }, (_, unit) => worthOf(found, network, l, unit)));
  // A hundredth of the samples, or of the loss, is nothing yet: no bar may make much of it.
  const most = worths.flat().reduce((/** @type {number} */ top, v) => Math.max(top, Math.abs(v ?? 0)), found.train.accuracy !== null ? 0.02 : (found.train.loss ?? 0) / 50) || 1;
  return (l, unit) => {
    const value = worths[l]?.[unit] ?? null;
    return value === null ? null : { share: value / most, value };
  };
}
