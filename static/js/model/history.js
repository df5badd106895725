/**
 * The course of a run as the page keeps it: columns that grow with every frame and are thinned as they grow long.
 *
 * @import {Frame, History} from "../types.js"
 */

const MOST_POINTS = 3000;
const MEASURED = /** @type {const} */ (["measureStep", "train", "test", "accuracy", "testAccuracy"]);

/** @returns {History} */
export const emptyHistory = () => ({ step: [], loss: [], measureStep: [], train: [], test: [], accuracy: [], testAccuracy: [] });

/** As GET …/history tells it. @param {any} h @returns {History} */
export function fromServer(h) {
  return { step: h.step, loss: h.loss, measureStep: h.test_step, train: h.train_loss, test: h.test_loss, accuracy: h.accuracy, testAccuracy: h.test_accuracy };
}

/**
 * Take in what a frame says.
 * @param {History} history
 * @param {Frame} frame
 * @param {ArrayLike<number>} steps of the loss points that came with it
 * @param {ArrayLike<number>} losses
 */
export function grow(history, frame, steps, losses) {
  for (let i = 0; i < steps.length; i++) {
    if (history.step.length && steps[i] <= history.step[history.step.length - 1]) continue;
    history.step.push(steps[i]);
    history.loss.push(losses[i]);
  }
  const [quality, testQuality] = Object.values(frame.metrics);
  const last = history.measureStep.length - 1;
  // While playing, a large network is not measured for every frame.
  const step = frame.measured_step;
  const at = last >= 0 && history.measureStep[last] >= step ? last : last + 1;
  history.measureStep[at] = step;
  history.train[at] = frame.loss;
  history.test[at] = frame.test_loss;
  history.accuracy[at] = quality;
  history.testAccuracy[at] = testQuality;
  thin(history);
}

/** Forget what lies after a step. @param {History} history @param {number} step */
export function cut(history, step) {
  while (history.step.length && history.step[history.step.length - 1] > step) {
    history.step.pop();
    history.loss.pop();
  }
  while (history.measureStep.length && history.measureStep[history.measureStep.length - 1] > step) {
    for (const key of MEASURED) history[key].pop();
  }
}

/** Drop every other old point of a long run. @param {History} history */
function thin(history) {
  const halve = (/** @type {any[]} */ list) => list.filter((_, i) => i % 2 || i > (list.length * 3) / 4);
  if (history.step.length > MOST_POINTS) {
    history.loss = halve(history.loss);
    history.step = halve(history.step);
  }
  if (history.measureStep.length > MOST_POINTS) for (const key of MEASURED) history[key] = halve(history[key]);
}
