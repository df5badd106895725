/** How the gradient fares on its way back through time, in a sentence. */
import { short } from "../canvas.js";
import { reachOf } from "../model/time.js";
import { t } from "../words.js";

/**
 * @typedef {import("../model/time.js").Way} Way
 * @typedef {import("../wire.js").UnrolledOut} Found
 * @typedef {ReturnType<typeof reachOf> & {way: number, truncate: number}} Reach
 */

/** Of every way that can tell. @param {Way[]} ways @param {Found} found @returns {Reach[]} */
export const reaches = (ways, found) => found.layers.map((one, way) => ({ ...reachOf(one), way, truncate: one.truncate }))
  // What reads from the end and is read by another hears of the loss at every step: no two of them tell how much came through.
  .filter(({ way }) => ways[way] && !(ways[way].back && ways[way].layer !== ways[ways.length - 1].layer));

/** The one to be told of all: the first where it fares badly. @param {Reach[]} all */
export const worst = (all) => all.find(({ what }) => what !== "arrives" && what !== "none") ?? all[0];

/** @param {Reach} reach */
export const saidOf = ({ cell, what, near, far, ratio, truncate }) =>
  t(`time.said.${what}`, { of: t(cell ? "time.ofCell" : "time.ofState"), near: near + 1, far: far + 1, ratio: short(ratio, ratio < 0.1 ? 4 : 2), k: truncate });
