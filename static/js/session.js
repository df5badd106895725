/**
 * The experiment on this page: one live network, driven through the API, and everything one can do
 * to it as an edit that can be undone.
 *
 * @import {Dataset, Frame, History, Network, Spec} from "./types.js"
 */
import { api, Problem } from "./api.js";
import { Socket } from "./socket.js";
import { Edits } from "./store.js";

const LAYERS = /^(layers|output)(?:\.(\d+))?(?:\.|$)(.*)/;

const MOST_POINTS = 3000;
const TAB = "glassbox-network";

/**
 * @typedef {{catalog: any, network: Network | null, dataset: Dataset | null, frame: Frame | null,
 *   weights: Float32Array | null, picture: any, history: History, historyVersion: number,
 *   connection: "connecting" | "live" | "lost", message: {kind: "bad" | "note", key: string, text?: string, actions?: string[]} | null,
 *   layer: number, speed: number, canUndo: boolean, canRedo: boolean, waiting: boolean,
 *   language: string, theme: string, logScale: boolean, showTest: boolean, brush: number | "erase" | null, probe: {u: number, v: number} | null,
 *   look: import("./types.js").Look | null, sample: number, shown: number[], rate: number | null,
 *   refused: import("./types.js").Refusal | null}} State
 *   `sample` counts the test samples first, then the training samples; `shown` are those in view
 */

/** @returns {History} */
const emptyHistory = () => ({ step: [], loss: [], measureStep: [], train: [], test: [], accuracy: [], testAccuracy: [] });

/** Steps a second of the speed slider's positions; the last is as fast as it goes. */
export const SPEEDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000, null];

export class Session {
  /** @param {import("./store.js").Store<State>} store */
  constructor(store) {
    this.store = store;
    this.edits = new Edits(() =>
      store.set({ canUndo: this.edits.done.length > 0, canRedo: this.edits.undone.length > 0 }));
    this.socket = new Socket({
      frame: (f) => this.#frame(f),
      event: (e) => this.#event(e),
      connected: () => this.#connected(),
      lost: () => store.set({ connection: "lost" }),
      gone: () => void this.#gone(),
      mark: () => {
        const { history } = store.state;
        return history.step.length ? `${this.generation}:${history.step[history.step.length - 1]}` : "";
      },
    });
    this.wasPlaying = false;
    /** Of the run that the history is of. */
    this.generation = 0;
    /** @type {{revision: number, weights: Float32Array} | null} */
    this.latest = null;
    /** @type {Promise<void> | null} */
    this.refreshing = null;
  }

  get id() {
    return this.store.state.network?.id ?? "";
  }

  /** @returns {Spec} */
  get spec() {
    return /** @type {Network} */ (this.store.state.network).spec;
  }

  // Opening

  /**
   * The network of the link, of this tab, or a new one.
   * @param {{id: string | null, spec: any}} wanted
   */
  async open(wanted) {
    const kept = wanted.id ?? sessionStorage.getItem(TAB);
    let network = null;
    if (kept) {
      network = await patiently(() => api.network(kept)).catch((/** @type {Problem} */ e) => {
        if (e.status < 400 || e.status >= 500) throw e;
        if (wanted.id || e.status !== 404) this.say("note", "linkGone");
        return null;
      });
      const asked = { ...this.store.state.catalog.presets[0].spec, ...wanted.spec };
      // A link says what differs from the defaults; without one this tab's own network goes on.
      if (network && !wanted.id && wanted.spec && !sameSpec(network.spec, asked)) network = null;
    }
    if (!network) {
      network = await api.create(wanted.spec ?? {}).catch((/** @type {Problem} */ e) => {
        if (e.status !== 422 || !wanted.spec) throw e;
        this.say("bad", "badLink", e.message);
        return api.create({});
      });
    }
    await this.#adopt(network);
  }

  /** @param {Network} network */
  async #adopt(network) {
    const [dataset, history] = await Promise.all([api.dataset(network.id), api.history(network.id)]);
    sessionStorage.setItem(TAB, network.id);
    if (network.id !== this.id) {
      // Nothing of the network before may be taken for this one's, least of all its edits.
      this.edits.clear();
      this.latest = null;
      this.wasPlaying = false;
      this.store.set({ frame: null, weights: null, picture: null, look: null, refused: null, sample: 0, shown: [] });
    }
    this.generation = history.generation;
    if (network.state === "playing") this.store.set({ speed: nearestSpeed(network.steps_per_second) });
    const layer = Math.min(Math.max(0, this.store.state.layer), network.layers.length - 1);
    this.store.set({ network, dataset, rate: network.learning_rate, history: fromServer(history), historyVersion: this.store.state.historyVersion + 1, layer });
    this.socket.open(network.id);
  }

  // What comes in

  /** @param {ReturnType<typeof import("./socket.js").readFrame>} received */
  #frame({ frame, weights, steps, losses }) {
    const { state } = this.store;
    const network = state.network;
    if (!network) return;
    let { history } = state;
    if (frame.generation !== this.generation) history = emptyHistory();
    this.generation = frame.generation;
    // A server that crashed goes on from its last checkpoint: what came after is not part of the run.
    if (state.frame && frame.step < state.frame.step) cut(history, frame.step);
    for (let i = 0; i < steps.length; i++) {
      if (history.step.length && steps[i] <= history.step[history.step.length - 1]) continue;
      history.step.push(steps[i]);
      history.loss.push(losses[i]);
    }
    measure(history, frame);
    thin(history);
    if (frame.revision !== network.revision && !this.refreshing) {
      this.refreshing = this.refresh().catch(() => {}).finally(() => { this.refreshing = null; });
    }
    /** @type {Partial<State>} */
    const changes = { frame, history, historyVersion: state.historyVersion + 1, rate: frame.learning_rate };
    if (weights && weights.length === network.parameters && frame.revision === network.revision) changes.weights = weights;
    this.wasPlaying = frame.state === "playing";
    if (weights) this.latest = { revision: frame.revision, weights };
    this.store.set(changes);
  }

  /** @param {any} event */
  #event(event) {
    if (event.event === "problem") this.say("bad", "problem", event.problem.detail);
    if (event.event === "restored") this.say("note", "restored", String(event.step));
    if (event.event === "deleted") void this.#gone();
  }

  async #connected() {
    const { connection, network } = this.store.state;
    if (connection === "lost" && network) {
      const played = this.wasPlaying;
      await this.refresh().catch(() => {});
      if (played && this.store.state.network?.state !== "playing") await this.play().catch(() => {});
      this.say("note", "back");
    }
    this.store.set({ connection: "live" });
  }

  /** The server no longer has the network: make it again from what the page knows. */
  async #gone() {
    const { network, weights } = this.store.state;
    if (!network) return;
    this.socket.close();
    try {
      const made = await api.create(network.spec);
      if (weights && weights.length === made.parameters) await api.weights(made.id, nested(made, weights));
      await this.#adopt(made);
      this.say("note", "remade");
    } catch (error) {
      const refused = error instanceof Problem && error.status >= 400 && error.status < 500;
      if (!refused) {
        this.store.set({ connection: "lost" });
        setTimeout(() => void this.#gone(), 2000);
        return;
      }
      // It cannot be made again, its table being gone, say; something that works is better.
      await this.#adopt(await api.create({}));
      this.say("bad", "problem", error.message);
    }
  }

  /** Fetch the network and, where the data changed, the dataset. */
  async refresh() {
    const network = await api.network(this.id);
    await this.#take(network);
  }

  /** @param {Network} network */
  async #take(network) {
    // An answer about the network before, come late, is not about this one.
    if (network.id !== this.id) return;
    const before = this.store.state.network;
    const sameData = before && JSON.stringify(before.spec.dataset) === JSON.stringify(network.spec.dataset);
    const dataset = sameData ? this.store.state.dataset : await api.dataset(network.id);
    if (network.id !== this.id) return;
    const layer = Math.min(this.store.state.layer, network.layers.length - 1);
    /** @type {Partial<State>} */
    const changes = { network, dataset, layer, rate: network.learning_rate };
    if (!sameData) Object.assign(changes, { sample: 0, shown: [], look: null });
    // Layers that were refused are a proposal to change these; of others they are not.
    if (before && JSON.stringify([before.spec.layers, before.spec.dataset.kind]) !== JSON.stringify([network.spec.layers, network.spec.dataset.kind])) changes.refused = null;
    // The frame with the weights of this spec may have come before the spec itself.
    const { latest } = this;
    if (latest?.revision === network.revision && latest.weights.length === network.parameters) changes.weights = latest.weights;
    else if (this.store.state.weights?.length !== network.parameters) changes.weights = null;
    this.store.set(changes);
  }

  /**
   * @param {"bad" | "note"} kind
   * @param {string} key
   * @param {string} [text]
   * @param {string[]} [actions]
   */
  say(kind, key, text, actions) {
    const message = { kind, key, text, actions };
    this.store.set({ message });
    if (kind === "note") setTimeout(() => this.store.state.message === message && this.store.set({ message: null }), 6000);
  }

  /**
   * Do something that may fail, and say so where it does.
   * @template T
   * @param {() => Promise<T>} action
   * @param {(error: unknown) => boolean} [told] whether it has been said elsewhere
   * @returns {Promise<T | null>}
   */
  async try(action, told) {
    try {
      const result = await action();
      if (this.store.state.message?.key === "problem") this.store.set({ message: null });
      return result;
    } catch (error) {
      if (told?.(error)) return null;
      this.say("bad", "problem", error instanceof Error ? error.message : String(error));
      // Controls show what was asked for; now they show again what is.
      const { network } = this.store.state;
      if (network) this.store.set({ network: { ...network } });
      return null;
    }
  }

  // Training

  play() {
    return api.play(this.id, SPEEDS[this.store.state.speed]);
  }

  async toggle() {
    await this.try(() => (this.store.state.frame?.state === "playing" ? api.pause(this.id) : this.play()));
  }

  /** @param {{steps?: number, epochs?: number}} amount */
  async step(amount) {
    if (this.store.state.waiting) return;
    this.store.set({ waiting: true });
    await this.try(async () => {
      if (this.store.state.frame?.state === "playing") await api.pause(this.id);
      await api.train(this.id, amount);
    });
    this.store.set({ waiting: false });
  }

  /** @param {number} position of the slider */
  async setSpeed(position) {
    this.store.set({ speed: position });
    if (this.store.state.frame?.state === "playing") await this.try(() => this.play());
  }

  /** Fresh weights; undoing brings the old ones back. @param {number | null} [seed] */
  async reset(seed = null) {
    await this.try(() => this.edits.run("reset", async () => {
      const before = this.store.state.weights?.slice() ?? null;
      const old = this.spec.seed;
      return {
        redo: async () => {
          await api.reset(this.id, seed);
          await this.refresh();
        },
        undo: async () => {
          if (seed !== null) await api.patch(this.id, { seed: old });
          if (before) await this.#putWeights(before);
          await this.refresh();
        },
      };
    }));
  }

  /** @param {Float32Array} vector */
  async #putWeights(vector) {
    const network = /** @type {Network} */ (this.store.state.network);
    if (vector.length === network.parameters) await api.weights(this.id, nested(network, vector));
  }

  // Edits

  /**
   * Change settings; weights are kept as far as they can be, and undoing restores them all.
   * @param {Partial<Spec> | ((spec: Spec) => Partial<Spec>)} asked  a function is given the spec as
   *   it is when its turn comes, after edits that are still under way
   * @param {string} label
   * @param {boolean} [fresh] start anew, as a preset does
   */
  async patch(asked, label, fresh = false) {
    /** @type {any} */
    let tried = {};
    return this.try(async () => {
      await this.edits.run(label, async () => {
        const network = /** @type {Network} */ (this.store.state.network);
        const change = typeof asked === "function" ? asked(structuredClone(network.spec)) : asked;
        tried = change;
        /** @type {any} */
        const before = {};
        for (const key of Object.keys(change)) before[key] = structuredClone(/** @type {any} */ (network.spec)[key]);
        if (!fresh && sameSpec(before, change)) return null;
        const weights = this.store.state.weights?.slice() ?? null;
        const layout = JSON.stringify(network.layout);
        const apply = async (/** @type {any} */ spec) => this.#take(await api.patch(this.id, spec));
        let reshaped = fresh;
        return {
          redo: async () => {
            await apply(change);
            if (fresh) await api.reset(this.id, null);
            reshaped ||= JSON.stringify(this.store.state.network?.layout) !== layout;
          },
          undo: async () => {
            await apply(before);
            // Only where numbers were lost: training since then is not the edit's to take back.
            if (weights && reshaped) await this.#putWeights(weights);
          },
        };
      });
      if ("layers" in tried) this.store.set({ refused: null });
      return true;
    }, (error) => this.#refused(error, tried));
  }

  /**
   * Change the layers, or those that were refused last: what was typed is not lost.
   * @param {(layers: any[]) => any[]} change
   */
  changeLayers(change) {
    return this.patch((now) => ({ layers: change(structuredClone(this.store.state.refused?.layers ?? now.layers)) }), "layers");
  }

  /**
   * Layers that cannot be built are kept as a proposal, with the place of the one that does not fit.
   * @param {unknown} error
   * @param {any} tried
   */
  #refused(error, tried) {
    const found = error instanceof Problem && error.status === 422 ? (error.errors[0]?.field ?? "").match(LAYERS) : null;
    if (!found || !tried.layers || tried.dataset) return false;
    const index = found[1] === "layers" && found[2] !== undefined ? Number(found[2]) : tried.layers.length;
    const { message } = /** @type {Problem} */ (error);
    this.store.set({ refused: { layers: tried.layers, index, field: found[3], message } });
    return true;
  }

  /**
   * Set one weight or bias.
   * @param {string} name
   * @param {number} place within the parameter
   * @param {number} value
   */
  async setWeight(name, place, value) {
    await this.try(() => this.edits.run("weight", async () => {
      const { network, weights } = this.store.state;
      const parameter = network?.layout.find((p) => p.name === name);
      if (!weights || !parameter) return null;
      const before = weights[parameter.offset + place];
      const write = async (/** @type {number} */ v) => {
        const shape = this.store.state.network?.layout.find((p) => p.name === name);
        if (JSON.stringify(shape?.shape) !== JSON.stringify(parameter.shape)) return;
        await api.weights(this.id, { [name]: only(parameter, place, v) });
      };
      return { redo: () => write(value), undo: () => write(before) };
    }));
  }

  /** Takes back what was refused, if anything, else the last edit. */
  async undo() {
    if (this.store.state.refused) {
      this.store.set({ refused: null });
      return null;
    }
    return this.try(() => this.edits.undo());
  }

  redo() {
    return this.try(() => this.edits.redo());
  }
}

/**
 * A parameter's part of the flat vector in its own shape.
 * @param {import("./types.js").Parameter} parameter
 * @param {Float32Array} vector
 */
function shaped({ shape, offset }, vector) {
  const count = shape.reduce((a, b) => a * b, 1);
  return folded(Array.from(vector.subarray(offset, offset + count)), shape);
}

/**
 * A flat list as lists within lists.
 * @param {any[]} flat
 * @param {number[]} shape
 * @returns {any[]}
 */
function folded(flat, shape) {
  if (shape.length <= 1) return flat;
  const size = flat.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) => folded(flat.slice(i * size, (i + 1) * size), shape.slice(1)));
}

/**
 * A parameter with one number to set; null leaves the others as they are by then.
 * @param {import("./types.js").Parameter} parameter
 * @param {number} place
 * @param {number} value
 */
function only({ shape }, place, value) {
  const flat = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i === place ? value : null));
  return folded(flat, shape);
}

/**
 * @param {Network} network
 * @param {Float32Array} vector
 */
const nested = (network, vector) => Object.fromEntries(network.layout.map((p) => [p.name, shaped(p, vector)]));

/** @param {any} h */
function fromServer(h) {
  return { step: h.step, loss: h.loss, measureStep: h.test_step, train: h.train_loss, test: h.test_loss, accuracy: h.accuracy, testAccuracy: h.test_accuracy };
}

/**
 * @param {History} history
 * @param {Frame} frame
 */
function measure(history, frame) {
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
}

/** Forget what lies after a step. @param {History} history @param {number} step */
function cut(history, step) {
  while (history.step.length && history.step[history.step.length - 1] > step) {
    history.step.pop();
    history.loss.pop();
  }
  while (history.measureStep.length && history.measureStep[history.measureStep.length - 1] > step) {
    for (const key of /** @type {const} */ (["measureStep", "train", "test", "accuracy", "testAccuracy"])) history[key].pop();
  }
}

/** The slider's position for a pace. @param {number | null} rate */
function nearestSpeed(rate) {
  if (rate === null) return SPEEDS.length - 1;
  let best = 0;
  SPEEDS.forEach((speed, i) => { if (speed !== null && Math.abs(Math.log(speed / rate)) < Math.abs(Math.log((SPEEDS[best] ?? 1) / rate))) best = i; });
  return best;
}

/** Again, a few times, while a training process is being replaced. @template T @param {() => Promise<T>} ask @returns {Promise<T>} */
async function patiently(ask) {
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 503 || tries >= 8) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** Drop every other old point of a long run. @param {History} history */
function thin(history) {
  const halve = (/** @type {any[]} */ list) => list.filter((_, i) => i % 2 || i > (list.length * 3) / 4);
  if (history.step.length > MOST_POINTS) {
    history.loss = halve(history.loss);
    history.step = halve(history.step);
  }
  if (history.measureStep.length > MOST_POINTS) {
    for (const key of /** @type {const} */ (["train", "test", "accuracy", "testAccuracy"])) history[key] = halve(history[key]);
    history.measureStep = halve(history.measureStep);
  }
}

/**
 * Whether a running network is the experiment that a link describes.
 * @param {any} spec
 * @param {any} wanted parts of a spec
 */
function sameSpec(spec, wanted) {
  return Object.keys(wanted).every((key) => sorted(spec[key]) === sorted(wanted[key]));
}

/** The same text for the same content, in whatever order its keys came. @param {any} value @returns {string} */
function sorted(value) {
  return JSON.stringify(value, (_, v) => (v && typeof v === "object" && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort()) : v)) ?? "";
}
