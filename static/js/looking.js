/**
 * Of data that is no row of numbers the server looks into the network: what every layer makes of the
 * chosen sample, and what the network says of the samples in view. It comes over the socket, as it is
 * asked for here: while the network trains, and after every change.
 *
 * @import {Dataset} from "./types.js"
 */
import { rowsOnly } from "./model/data.js";
import { isUnrolled } from "./model/kinds.js";

const EVERY_MS = 40, DRAWING_MS = 20;
// A pen that has not moved for so long rests; an answer that has not come by then does not come.
const RESTED_MS = 250, PATIENCE_MS = 500;

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
 * @returns {{of: number[], ask: {part: "test" | "train", samples: number[]}}[]} `of` are the numbers here, in the order asked
 */
export function parts(dataset, numbers) {
  const tests = dataset.test_inputs.length;
  const part = (/** @type {"test" | "train"} */ name, /** @type {number[]} */ of, /** @type {number} */ first) =>
    (of.length ? [{ of, ask: { part: name, samples: of.map((i) => i - first) } }] : []);
  return [...part("test", numbers.filter((i) => i < tests), 0), ...part("train", numbers.filter((i) => i >= tests), tests)];
}

/**
 * What is shown as the chosen sample: a drawing, where there is one, of no known class.
 * @param {import("./session.js").State} s
 * @param {Dataset} dataset
 * @returns {ReturnType<typeof sampleAt>}
 */
export function chosenIn({ drawing, sample }, dataset) {
  const chosen = sampleAt(dataset, sample);
  return drawing ? { ...chosen, input: drawing, target: null } : chosen;
}

/**
 * What the socket is to show: the chosen sample, or a drawing, in every layer, and what is said of those in view.
 * @param {import("./session.js").State} s
 * @param {number[]} shown
 * @param {boolean} brief while the pen moves only the drawing
 * @param {boolean} plain not unrolled, which is too much
 */
function wanted({ network, dataset, sample, drawing, tab }, shown, brief, plain) {
  if (!network || !dataset || rowsOnly(dataset) || sample >= sampleCount(dataset) || document.hidden) return null;
  const [{ ask: { part, samples } }] = parts(dataset, [sample]);
  const confusion = Boolean(dataset.classes) && dataset.view !== "text" && !brief;
  const of = drawing ? { inputs: drawing } : { part, sample: samples[0], unrolled: tab?.id === "time" && isUnrolled(network) && !plain };
  return { sample: of, outputs: parts(dataset, brief ? [] : shown).map(({ ask }) => ask), confusion, every_ms: drawing ? DRAWING_MS : EVERY_MS };
}

/** @param {import("./session.js").Session} session */
export function mountLooking(session) {
  const { store } = session;
  let asked = "", of = "";
  /** What was asked for. @type {{groups: ReturnType<typeof parts>, drawing: number[][][] | null}} */
  let about = { groups: [], drawing: null };
  // Of a network whose many samples in view are more than a look may take only the chosen one is asked for.
  let large = false;
  // Where that is still too much, not by time step either.
  let plain = false;
  // While the pen moves: only the drawing is asked for, and no sooner than the answer before has come, as a queue would be late.
  let brief = false, sent = 0, behind = false, timer = 0;
  const inView = () => (large ? [store.state.sample] : store.state.shown);
  /** The newest, which may be ahead of what is known of the network. @type {import("./run.js").Seen | null} */
  let latest = null;
  /** The one in the store, unless that has been emptied since: an edit does so once or twice. @type {import("./run.js").Seen | null} */
  let taken = null;
  const ask = () => {
    behind = Boolean(brief && store.state.drawing && sent && performance.now() - sent < PATIENCE_MS);
    if (behind) return;
    const request = wanted(store.state, inView(), brief, plain), text = JSON.stringify(request);
    if (text === asked && of === session.id) return;
    if (of !== session.id) latest = null;
    asked = text;
    of = session.id;
    sent = performance.now();
    about = { groups: store.state.dataset && !brief ? parts(store.state.dataset, inView()) : [], drawing: store.state.drawing };
    session.run.look(request);
  };
  const next = () => {
    sent = 0;
    if (behind) ask();
  };
  const take = () => {
    const { network, dataset, look, sample } = store.state;
    if (!latest || !network || !dataset || (latest === taken && look) || latest.look.revision !== network.revision || JSON.stringify(latest.look.request) !== asked) return;
    const { look: { revision, step }, arrays } = latest, last = look && look.revision === revision ? look : null;
    taken = latest;
    store.set({ look: {
      id: network.id, revision, step, sample, drawing: about.drawing, layers: layersOf(arrays), unrolled: /** @type {any} */ (latest.look.request.sample).unrolled ? arrays : null,
      outputs: latest.look.request.outputs.length || !last ? outputsOf(about.groups, arrays) : last.outputs,
      confusion: confusionOf(latest, last?.confusion ?? null) ?? (latest.look.request.confusion ? null : last?.confusion ?? null),
    } });
  };
  session.looked = (seen) => {
    latest = seen;
    take();
    next();
  };
  session.blinded = (request) => {
    next();
    if ((large && plain) || JSON.stringify(request) !== asked) return;
    if (large) plain = true;
    large = true;
    ask();
  };
  store.on(["network"], () => { large = plain = false; });
  store.on(["drawing"], ({ drawing }) => {
    brief = drawing !== null;
    clearTimeout(timer);
    if (brief) timer = window.setTimeout(() => {
      brief = false;
      ask();
    }, RESTED_MS);
  });
  store.on(["network", "dataset", "sample", "drawing", "shown", "tab"], () => {
    ask();
    take();
  });
  document.addEventListener("visibilitychange", ask);
}

/**
 * @param {import("./run.js").Seen["arrays"]} arrays
 * @returns {Record<string, import("./types.js").Activity>}
 */
function layersOf(arrays) {
  /** @type {Record<string, import("./types.js").Activity>} */
  const layers = {};
  for (const [name, { data, shape }] of Object.entries(arrays)) {
    if (!name.startsWith("a.")) continue;
    const layer = name.slice(2), z = arrays[`z.${layer}`]?.data;
    layers[layer] = { a: /** @type {Float32Array} */ (data), shape };
    if (z) layers[layer].z = /** @type {Float32Array} */ (z);
  }
  return layers;
}

/**
 * By the samples' numbers here.
 * @param {ReturnType<typeof parts>} groups
 * @param {import("./run.js").Seen["arrays"]} arrays
 */
function outputsOf(groups, arrays) {
  /** @type {Map<number, Float32Array>} */
  const outputs = new Map();
  groups.forEach(({ of }, g) => {
    const { data } = arrays[`outputs.${g}`], size = data.length / of.length;
    of.forEach((i, k) => outputs.set(i, /** @type {Float32Array} */ (data.subarray(k * size, (k + 1) * size))));
  });
  return outputs;
}

/**
 * Rows of counts; the very same object as long as nothing was counted anew.
 * @param {import("./run.js").Seen} seen
 * @param {import("./wire.js").ConfusionOut | null} last
 */
function confusionOf({ arrays }, last) {
  const { "confusion.train": train, "confusion.test": test } = arrays;
  if (!train || !test) return null;
  const rows = (/** @type {typeof train} */ { data, shape: [count] }) => Array.from({ length: count }, (_, i) => Array.from(data.subarray(i * count, (i + 1) * count)));
  const same = (/** @type {typeof train} */ { data }, /** @type {number[][] | null | undefined} */ counts) => counts?.length === Math.sqrt(data.length) && counts.every((row, i) => row.every((n, j) => n === data[i * row.length + j]));
  return last && same(train, last.train) && same(test, last.test) ? last : { train: rows(train), test: rows(test) };
}
