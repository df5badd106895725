/**
 * A series and what is said of it: which places a forecast is made of, what is in view, what repeating the last value would say. Pure.
 * The engine's own words for it are in engine/insight/forecast.py.
 *
 * @import {Dataset} from "../types.js"
 * @typedef {{window: number, horizon: number}} Reach  how many values a forecast is made of, and how far after the last of them it stands
 */
import { realTarget } from "./units.js";

/** Values of a free run that are asked for at a time: some hundredths of a second of the server's. */
const MOST_AHEAD = 400;
/** Numbers of windows that are looked at with every picture. */
const MOST_NUMBERS = 12_000;

/** Values from a window's first to the one that is forecast, less one. @param {Reach} reach */
export const spanOf = ({ window, horizon }) => window + horizon - 1;

/** The window that the forecast of a place is made of: its first and last place. @param {number} place @param {Reach} reach */
export const windowBefore = (place, { window, horizon }) => ({ from: place - horizon - window + 1, to: place - horizon });

/** The whole series in its own units. @param {Dataset} dataset */
export const realSeries = (dataset) => Array.from(dataset.series ?? [], (v) => realTarget(dataset, v));

/** What repeating the last value of its window says of a place; null where that value is not known. @param {number[]} series @param {number} place @param {Reach} reach */
export const asNow = (series, place, { horizon }) => series[place - horizon] ?? null;

/** How far a free run is drawn beyond the end: far enough to be seen. @param {number} length @param {Reach} reach */
const beyond = (length, { window }) => Math.max(12, Math.min(60, Math.round(1.5 * window), Math.round(length / 4)));

/** Where a free run begins when nobody has said it: with the test part, or where the series ends. @param {Dataset} dataset */
export const firstTest = (dataset) => dataset.test_positions?.[0] ?? dataset.series?.length ?? 0;

/** Values of a free run from a place on, a little into what nobody knows. @param {number} length @param {number} from @param {Reach} reach */
export const aheadOf = (length, from, reach) => Math.max(1, Math.min(MOST_AHEAD, length + beyond(length, reach) - from));

/**
 * The first and the last place in view: the whole series, or the part that is forecast with some of what comes before it.
 * @param {Dataset} dataset
 * @param {Reach} reach
 * @param {number} from of the free run
 * @param {boolean} whole
 */
export function viewOf(dataset, reach, from, whole) {
  const length = dataset.series?.length ?? 0, tests = length - firstTest(dataset), before = 2 * spanOf(reach) + Math.round(tests / 4);
  return { from: whole ? 0 : Math.max(0, Math.min(firstTest(dataset), from) - before), to: length - 1 + beyond(length, reach) };
}

/**
 * Samples by the place that each is the forecast of, as the page counts them (looking.js): the test part first.
 * @param {Dataset} dataset
 * @returns {Map<number, number>}
 */
export function samplesByPlace(dataset) {
  const tests = dataset.test_positions ?? [];
  return new Map([...Array.from(tests, (place, i) => /** @type {[number, number]} */ ([place, i])), ...Array.from(dataset.positions ?? [], (place, i) => /** @type {[number, number]} */ ([place, i + tests.length]))]);
}

/**
 * The samples that are looked at: those of the test part, and of the training part what is in view, as many as there is time for.
 * @param {Dataset} dataset
 * @param {Map<number, number>} samples
 * @param {number[]} also
 * @param {{from: number, to: number}} view
 */
export function lookedAt(dataset, samples, also, view) {
  const most = Math.max(1, Math.floor(MOST_NUMBERS / Math.max(1, dataset.shape[0] ?? 1))), first = firstTest(dataset);
  const test = [...samples].filter(([place]) => place >= first).slice(0, most), near = [...samples].filter(([place]) => place < first && place >= view.from);
  return [...new Set([...test, ...near.slice(-Math.max(0, most - test.length))].map(([, sample]) => sample).concat(also))].sort((a, b) => a - b);
}

/**
 * By which share an error is less than another, below 0 where it is more; null where that cannot be said.
 * @param {number | null | undefined} error
 * @param {number | null | undefined} other
 */
export const betterBy = (error, other) => (typeof error === "number" && typeof other === "number" && other > 0 ? 1 - error / other : null);
