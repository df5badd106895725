/**
 * Of data that is no row of numbers the server looks into the network: what every layer makes of the
 * chosen sample, and what the network says of the samples in view. Twice a second while it trains,
 * and once after every step.
 *
 * @import {Dataset} from "./types.js"
 */
import { api } from "./api.js";

const EVERY_MS = 500;

/** Whether samples are rows of numbers, which the browser computes itself. @param {Dataset | null} dataset */
export const rowsOnly = (dataset) => !dataset || ["plane", "curve", "table"].includes(dataset.view);

/**
 * A sample by its number, test samples first.
 * @param {Dataset} dataset
 * @param {number} i
 */
export function sampleAt(dataset, i) {
  const tests = dataset.test_inputs.length, test = i < tests;
  return test
    ? { input: dataset.test_inputs[i], target: dataset.test_targets[i], test, place: i, position: dataset.test_positions?.[i] }
    : { input: dataset.inputs[i - tests], target: dataset.targets[i - tests], test, place: i - tests, position: dataset.positions?.[i - tests] };
}

/** @param {Dataset} dataset */
export const sampleCount = (dataset) => dataset.test_inputs.length + dataset.inputs.length;

/**
 * Samples of the page by their numbers in the data, as the API takes them: the test part, then the training part.
 * @param {Dataset} dataset
 * @param {number[]} numbers
 * @returns {{of: number[], ask: import("./api.js").Chosen}[]} `of` are the numbers here, in the order asked
 */
function parts(dataset, numbers) {
  const tests = dataset.test_inputs.length;
  const part = (/** @type {"test" | "train"} */ name, /** @type {number[]} */ of, /** @type {number} */ first) =>
    (of.length ? [{ of, ask: { part: name, samples: of.map((i) => i - first) } }] : []);
  return [...part("test", numbers.filter((i) => i < tests), 0), ...part("train", numbers.filter((i) => i >= tests), tests)];
}

/** @param {import("./session.js").Session} session */
export function mountLooking(session) {
  const { store } = session;
  let busy = false, again = false, last = 0, timer = 0, failures = 0;
  let going = new AbortController();
  // An edit may bring other data, to which the samples that are under way would mean nothing.
  session.edits.begins = () => going.abort();

  const look = async () => {
    clearTimeout(timer);
    timer = 0;
    const { network, dataset, sample, shown, frame } = store.state;
    if (!network || !dataset) return;
    if (rowsOnly(dataset)) return;
    if (busy) {
      again = true;
      return;
    }
    // In the middle of an edit the server may hold other data than these samples are of.
    if (session.edits.waiting || (frame && frame.revision !== network.revision)) {
      timer = window.setTimeout(() => void look(), 60);
      return;
    }
    busy = true;
    going = new AbortController();
    last = performance.now();
    try {
      const { id, revision } = network, { signal } = going, groups = parts(dataset, shown);
      const [layers, confusion, ...predicted] = await Promise.all([
        api.activations(id, parts(dataset, [sample])[0].ask, signal),
        dataset.classes && dataset.view !== "text" ? api.confusion(id, signal) : null,
        ...groups.map(({ ask }) => api.predict(id, ask, signal)),
      ]);
      failures = 0;
      if (id === session.id && revision === store.state.network?.revision && dataset === store.state.dataset) {
        const outputs = new Map(groups.flatMap(({ of }, g) => of.map((i, k) => /** @type {[number, any]} */ ([i, predicted[g].outputs[k]]))));
        store.set({ look: { id, revision, step: frame?.step ?? 0, sample, layers, outputs, confusion } });
      }
    } catch {
      // Looking is no edit: what cannot be seen now is seen at the next look.
      again ||= failures++ < 3;
    }
    busy = false;
    if (again) {
      again = false;
      soon();
    }
  };
  const soon = () => {
    const wait = store.state.frame?.state === "playing" || failures ? EVERY_MS - (performance.now() - last) : 0;
    if (wait <= 0) void look();
    else timer ||= window.setTimeout(() => void look(), wait);
  };
  store.on(["frame", "network", "dataset"], soon);
  store.on(["sample", "shown"], () => void look());
}
