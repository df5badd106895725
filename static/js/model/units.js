/**
 * From the network's own scale to the data's units.
 *
 * @import {Dataset} from "../types.js"
 */

/**
 * A sample's target for one of the outputs: several values of a sample are a row.
 * @param {any} target
 * @param {number} [k]
 * @returns {number}
 */
export const targetFor = (target, k = 0) => (Array.isArray(target) ? target[k] : target);

/** A target or prediction as people say it: in the data's own unit. @param {Dataset} dataset @param {number} v */
export const realTarget = (dataset, v) => v * dataset.target_deviation + dataset.target_mean;

/** An input in the data's own unit. @param {Dataset} dataset @param {number} c @param {number} v */
export const realInput = (dataset, c, v) => v * (dataset.deviation[c] ?? 1) + (dataset.mean[c] ?? 0);
