/** The same network with another kind of recurrent layer, made on the server, trained as long, and removed again: to be compared with the learner's own. */
import { api } from "../api.js";
import { percent, short } from "../canvas.js";
import { h, write } from "../dom.js";
import { parts } from "../looking.js";
import { isUnrolled } from "../model/kinds.js";
import { GATES } from "../model/time.js";
import { t, told } from "../words.js";

/** In so many parts it is trained: after each it is seen how far it is, and whether it is still wanted. */
const PARTS = 20;

/**
 * @typedef {import("../session.js").State} State
 * @typedef {{of: string, id: string, kind: string, steps: number, done: number, frame: import("../wire.js").FrameOut | null, own: import("../wire.js").FrameOut | null,
 *   found: import("../wire.js").UnrolledOut | null, sample: number, problem: unknown}} Other
 */

/** What every kind of recurrent layer has. */
const SHARED = ["units", "return_sequences", "bidirectional", "truncate", "l1", "l2", "trainable", "trainable_bias"];

/** The kind that shows what this one is about. @param {string} kind */
const instead = (kind) => (kind === "simple_rnn" ? "lstm" : "simple_rnn");

/** @param {import("../types.js").Network} network */
const kindOf = (network) => instead(network.layers.find(({ kind }) => GATES[kind])?.kind ?? "");

/**
 * The same spec with its recurrent layers exchanged. What was done to units is of the other layers, and so are starting weights; those that the
 * data's own recipe gives such layers come with them, as an LSTM remembers for long only where its forget gates start open.
 * @param {import("../types.js").Network} network @param {State["catalog"]} catalog
 */
function exchanged(network, catalog) {
  const { surgery, start, ...spec } = structuredClone(network.spec), kind = kindOf(network), suits = catalog.datasets.find((/** @type {any} */ one) => one.name === spec.dataset.kind)?.suits;
  const layers = spec.layers.map((/** @type {any} */ layer) => (GATES[layer.kind] ? { kind, ...Object.fromEntries(SHARED.map((name) => [name, layer[name]])) } : layer));
  const shape = (/** @type {any[]} */ of) => JSON.stringify(of.map((layer) => [layer.kind, layer.units]));
  const gone = network.layers.filter((layer) => GATES[layer.kind]).map(({ name }) => `${name}.`), kept = Object.entries(start ?? {}).filter(([name]) => !gone.some((one) => name.startsWith(one)));
  return { ...spec, layers, start: { ...(suits?.layers && shape(suits.layers) === shape(layers) ? suits.start : {}), ...Object.fromEntries(kept) } };
}

/** @param {import("../session.js").Session} session @param {() => void} changed */
export function mountBeside(session, changed) {
  const { store } = session;
  /** @type {Other | null} */
  let other = null;
  const button = h("button", { type: "button", id: "time-beside", onclick: () => { if (other) close(); else void start(); } }), said = h("p", { class: "hint", role: "status" });
  const aboutOf = (/** @type {State} */ s) => JSON.stringify([session.id, s.network?.revision]);

  function close() {
    if (other?.id) void api.remove(other.id).catch(() => {}); // it may be gone by itself
    other = null;
    changed();
  }

  async function start() {
    const { network, frame } = store.state;
    if (!network || !frame) return;
    const mine = other = /** @type {Other} */ ({ of: aboutOf(store.state), id: "", kind: kindOf(network), steps: frame.step, done: 0, frame: null, own: frame, found: null, sample: -1, problem: null });
    changed();
    try {
      const { id } = await api.create(exchanged(network, store.state.catalog));
      if (other !== mine) return void api.remove(id).catch(() => {});
      mine.id = id;
      while (mine.done < mine.steps && other === mine) {
        mine.frame = await api.train(id, { steps: Math.min(mine.steps - mine.done, Math.ceil(mine.steps / PARTS)) });
        mine.done = mine.frame?.step ?? mine.steps;
        changed();
        if (mine.frame?.state === "diverged") break;
      }
      await look();
    } catch (problem) {
      mine.problem = problem;
      changed();
    }
  }

  /** At the sample that is shown. */
  async function look() {
    const { dataset, sample } = store.state, mine = other;
    if (!mine?.id || !dataset || mine.sample === sample) return;
    mine.sample = sample;
    const [{ ask: { part, samples } }] = parts(dataset, [sample]), found = await api.unrolled(mine.id, { part, samples, brief: true });
    if (other === mine && mine.sample === sample) mine.found = found;
    changed();
  }

  store.on(["network", "dataset"], (s) => { if (other && other.of !== aboutOf(s)) close(); });
  store.on(["sample"], () => { if (other?.found) void look().catch(() => {}); });
  window.addEventListener("pagehide", close);

  const score = (/** @type {import("../wire.js").FrameOut | null} */ frame) => (store.state.dataset?.classes ? percent(frame?.metrics.test_accuracy ?? frame?.metrics.accuracy) : short(frame?.test_loss));
  return {
    button, said,
    /** What is drawn beside the learner's own, way by way. */
    lines: () => (other?.found ? other.found.layers.map((one) => ({ values: one.grad_c ?? one.grad_h, name: `${t(`name.${other?.kind}`)} ${one.grad_c ? "dL/dc" : "dL/dh"}` })) : []),
    tell() {
      const { network, dataset } = store.state;
      button.hidden = !isUnrolled(network);
      if (!network || button.hidden) return;
      write(button, other ? t("beside.close") : t("beside.open", { kind: t(`name.${kindOf(network)}`) }));
      if (!other) return write(said, "");
      const kind = t(`name.${other.kind}`);
      if (other.problem) return write(said, told(other.problem));
      if (other.done < other.steps && other.frame?.state !== "diverged") return write(said, t("beside.training", { kind, share: percent(other.done / other.steps, 0) }));
      return write(said, t("beside.said", { kind, n: other.steps, what: t(dataset?.classes ? "testAccuracy" : "testLoss"), its: score(other.frame), own: score(other.own) }));
    },
  };
}
