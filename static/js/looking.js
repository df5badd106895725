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
 * A sample before it was scaled, as the API takes it; the last axis is the one that has its own scale.
 * @param {Dataset} dataset
 * @param {any} value
 * @param {number} [place]
 * @returns {any}
 */
function raw(dataset, value, place = 0) {
  if (Array.isArray(value)) return value.map((v, i) => raw(dataset, v, i));
  const { mean, deviation } = dataset;
  return Number((value * deviation[place % deviation.length] + mean[place % mean.length]).toPrecision(7));
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
    const rows = rowsOnly(dataset), moving = network.spec.schedule.kind !== "constant";
    if (rows && !moving) return;
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
      const asks = /** @type {Promise<any>[]} */ ([api.network(network.id)]);
      if (!rows) {
        asks.push(api.activations(network.id, [raw(dataset, sampleAt(dataset, sample).input)], going.signal));
        if (shown.length) asks.push(api.predict(network.id, shown.map((i) => raw(dataset, sampleAt(dataset, i).input)), going.signal));
      }
      const [now, layers, predicted] = await Promise.all(asks);
      failures = 0;
      const fresh = now.id === session.id && now.revision === store.state.network?.revision && dataset === store.state.dataset;
      if (fresh) {
        const outputs = new Map(shown.map((i, k) => [i, predicted?.outputs[k]]));
        store.set({ rate: now.learning_rate });
        if (!rows) store.set({ look: { id: now.id, revision: now.revision, step: frame?.step ?? 0, sample, layers, outputs, confusion: now.confusion } });
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
