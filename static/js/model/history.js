/**
 * The course of a run as the page keeps it, in bounded memory: batch losses in bins of one width, which doubles as the run
 * grows long, so that a bin early in the run tells as much as a late one; measurements, one a bin.
 *
 * @import {Frame, History} from "../types.js"
 */

const MOST_BINS = 600;
const BATCH = /** @type {const} */ (["step", "loss", "low", "high", "count"]);
const MEASURED = /** @type {const} */ (["measureStep", "train", "test", "accuracy", "testAccuracy"]);

/** @returns {History} */
export const emptyHistory = () => ({ step: [], loss: [], low: [], high: [], count: [], width: 1, measureStep: [], train: [], test: [], accuracy: [], testAccuracy: [], measureWidth: 1, marks: [], ghost: null });

/** As GET …/history tells it. @param {any} h @returns {History} */
export function fromServer(h) {
  const history = emptyHistory();
  h.step.forEach((/** @type {number} */ step, /** @type {number} */ i) => add(history, step, h.loss[i] ?? NaN, h.low?.[i] ?? h.loss[i] ?? NaN, h.high?.[i] ?? h.loss[i] ?? NaN, 1));
  h.test_step.forEach((/** @type {number} */ step, /** @type {number} */ i) => measure(history, [step, h.train_loss[i], h.test_loss[i], h.accuracy[i], h.test_accuracy[i]]));
  history.marks = h.marks ?? [];
  return history;
}

/**
 * Take in what a frame says.
 * @param {History} history
 * @param {Frame} frame
 * @param {{step: ArrayLike<number>, loss: ArrayLike<number>, low: ArrayLike<number>, high: ArrayLike<number>}} points  of batch losses
 */
export function grow(history, frame, { step, loss, low, high }) {
  for (let i = 0; i < step.length; i++) {
    const before = history.step.at(-1) ?? 0;
    if (history.step.length && step[i] <= before) continue;
    add(history, step[i], loss[i], low[i], high[i], Math.max(1, step[i] - before));
  }
  if (isPast(frame)) return; // it was measured when it was there
  const [quality, testQuality] = Object.values(frame.metrics);
  // While playing, a large network is not measured for every frame.
  measure(history, [frame.measured_step, frame.loss, frame.test_loss, quality, testQuality]);
}

/** Whether a run stands in its own past. @param {Frame | null} frame */
export const isPast = (frame) => frame !== null && (frame.last_step ?? 0) > frame.step;

/**
 * The course of a run that goes on from its past; the part that it leaves stays to be compared with.
 * @param {History} history
 * @param {number} step
 */
export function parted(history, step) {
  /** @type {History} */
  const after = structuredClone(history), { measureStep, train, test } = history;
  after.ghost = { step: measureStep.slice(), train: train.slice(), test: test.slice(), from: step };
  cut(after, step);
  return after;
}

/**
 * @param {History} history
 * @param {number} step
 * @param {number} loss
 * @param {number} low
 * @param {number} high
 * @param {number} count
 */
function add(history, step, loss, low, high, count) {
  const last = history.step.length - 1;
  if (last >= 0 && bin(history.step[last], history.width) === bin(step, history.width)) {
    const total = history.count[last] + count;
    history.loss[last] += ((loss - history.loss[last]) * count) / total;
    history.low[last] = Math.min(history.low[last], low);
    history.high[last] = Math.max(history.high[last], high);
    history.count[last] = total;
    history.step[last] = step;
    return;
  }
  history.step.push(step);
  history.loss.push(loss);
  history.low.push(low);
  history.high.push(high);
  history.count.push(count);
  if (history.step.length <= MOST_BINS) return;
  const { step: steps, loss: losses, low: lows, high: highs, count: counts } = history;
  history.width *= 2;
  for (const key of BATCH) history[key] = [];
  steps.forEach((at, i) => add(history, at, losses[i], lows[i], highs[i], counts[i]));
}

/** @param {number} step the last of the updates @param {number} width */
const bin = (step, width) => Math.floor(Math.max(0, step - 1) / width);

/** @param {History} history @param {(number | null | undefined)[]} values in the order of MEASURED */
function measure(history, values) {
  const step = Number(values[0]), steps = history.measureStep, last = steps.length - 1;
  // The first measurement, of the start, keeps its place.
  const same = last >= 0 && (steps[last] >= step || (last > 0 && bin(steps[last], history.measureWidth) === bin(step, history.measureWidth)));
  const at = same ? last : last + 1;
  MEASURED.forEach((key, k) => { /** @type {any} */ (history[key])[at] = values[k] ?? null; });
  if (steps.length <= MOST_BINS) return;
  const old = MEASURED.map((key) => [...history[key]]);
  history.measureWidth *= 2;
  for (const key of MEASURED) history[key] = [];
  old[0].forEach((_, i) => measure(history, old.map((column) => column[i])));
}

/** Forget what lies after a step. @param {History} history @param {number} step */
export function cut(history, step) {
  while (history.step.length && history.step[history.step.length - 1] > step) for (const key of BATCH) history[key].pop();
  while (history.measureStep.length && history.measureStep[history.measureStep.length - 1] > step) for (const key of MEASURED) history[key].pop();
  history.marks = history.marks.filter((mark) => mark.step <= step);
}
