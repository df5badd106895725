/**
 * What one can do to the network on this page, as edits that can be undone; the network itself is followed by a Run.
 *
 * @import {Network, Spec} from "./types.js"
 */
import { api, patiently, Problem, reasonIn } from "./api.js";
import { percent, short } from "./canvas.js";
import { mustFit } from "./fitting.js";
import { isPast } from "./model/history.js";
import { nested, only } from "./model/parameters.js";
import { Run } from "./run.js";
import { say } from "./shell.js";
import { nearestSpeed, SPEEDS } from "./state.js";
import { Edits } from "./store.js";
import { sameSpec, wholeSpec } from "./link.js";

const LAYERS = /^(layers|output)(?:\.(\d+))?(?:\.|$)(.*)/;
const TAB = "glassbox-network";

/** @typedef {import("./state.js").State} State */

export class Session {
  /** Who shows what the server sees of the network's inside. @type {(seen: import("./run.js").Seen) => void} */
  looked = () => {};
  /** Whether somebody comes before training goes on, and has taken it in hand. @type {() => boolean} */
  held = () => false;
  /** What of it the server refuses to show. @type {(request: any) => void} */
  blinded = () => {};
  /** The run went on from its past, and left the one that it was. @type {(run: number, step: number, last: number) => void} */
  parted = () => {};
  /** Whether an edit is only a wish, and has been taken for that. @type {(asked: unknown) => boolean} */
  isWish = () => false;
  /** @param {import("./store.js").Store<State>} store */
  constructor(store) {
    this.store = store;
    this.edits = new Edits(() => {
      store.set({ canUndo: this.edits.done.length > 0, canRedo: this.edits.undone.length > 0 });
      // What offered to undo an edit is of an edit before.
      if (store.state.message?.actions?.includes("undo")) store.set({ message: null });
    });
    this.run = new Run(store, {
      problem: (reason) => this.say("bad", "problem", reason),
      restored: (step, reason) => (reason ? this.say("bad", "noticed", reason) : this.say("note", "restored", String(step))),
      stopped: ({ rule, value, step }) => say(store, { kind: "note", key: `stopped.${rule}`, values: { value: rule === "epochs" || rule === "patience" ? value : rule.endsWith("accuracy") ? percent(value) : short(value), step } }),
      gone: () => void this.#gone(),
      parted: (run, step, last) => this.parted(run, step, last),
      look: (seen) => this.looked(seen),
      blind: (request) => this.blinded(request),
      back: (played) => this.#back(played),
      took: (before, network, sameData) => this.#took(before, network, sameData),
    });
  }

  get id() {
    return this.run.id;
  }

  get network() {
    return /** @type {Network} */ (this.store.state.network);
  }

  /** @returns {Spec} */
  get spec() {
    return this.network.spec;
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
      // A link says what is not so by itself; without one this tab's own network goes on.
      if (network && !wanted.id && wanted.spec && !sameSpec(network.spec, wholeSpec(wanted.spec, this.store.state.catalog))) network = null;
    }
    if (!network) {
      network = await api.create(wanted.spec ?? {}).catch((/** @type {Problem} */ e) => {
        if (e.status !== 422 || !wanted.spec) throw e;
        this.say("bad", "badLink", e);
        return api.create({});
      });
    }
    await this.#adopt(network);
  }

  /** @param {Network} network */
  async #adopt(network) {
    sessionStorage.setItem(TAB, network.id);
    if (network.state === "playing") this.store.set({ speed: nearestSpeed(network.steps_per_second) });
    await this.run.open(network);
    if (network.notice) this.say("bad", "noticed", reasonIn(network, "notice"));
  }

  /**
   * What else changes in the state with a network.
   * @param {Network | null} before null where another network takes its place
   * @param {Network} network
   * @param {boolean} sameData
   * @returns {Partial<State>}
   */
  #took(before, network, sameData) {
    // Nothing of the network before may be taken for this one's, least of all its edits.
    if (!before) this.edits.clear();
    /** @type {Partial<State>} */
    const changes = { layer: Math.min(Math.max(0, this.store.state.layer), network.layers.length - 1) };
    if (!before) changes.picture = null;
    if (JSON.stringify(before?.layout) !== JSON.stringify(network.layout)) Object.assign(changes, { hover: null, pinned: null });
    if (!sameData) changes.probePinned = null;
    if (!sameData) Object.assign(changes, { sample: 0, shown: [], group: null, drawing: null, look: null });
    // Layers that were refused are a proposal to change these; of others they are not.
    if (!before || JSON.stringify([before.spec.layers, before.spec.dataset.kind]) !== JSON.stringify([network.spec.layers, network.spec.dataset.kind])) changes.refused = null;
    return changes;
  }

  /** The server answers again. @param {boolean} played */
  async #back(played) {
    if (played && this.store.state.network?.state !== "playing") await this.play().catch(() => {});
    this.say("note", "serverBack");
  }

  /** The server no longer has the network: make it again from what the page knows. */
  async #gone() {
    const { network, weights } = this.store.state;
    if (!network) return;
    this.run.close();
    try {
      const made = await api.create(network.spec);
      if (weights && weights.length === made.parameters) await api.weights(made.id, nested(made.layout, weights));
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
      this.say("bad", "problem", error);
    }
  }

  /**
   * @param {"bad" | "note"} kind
   * @param {string} key
   * @param {unknown} [about] its text, or the reason for it
   * @param {string[]} [actions]
   */
  say(kind, key, about, actions) {
    say(this.store, typeof about === "string" ? { kind, key, text: about, actions } : { kind, key, problem: about, actions });
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
      this.say("bad", "problem", error);
      // Controls show what was asked for; now they show again what is.
      const { network } = this.store.state;
      if (network) this.store.set({ network: { ...network } });
      return null;
    }
  }

  // Training

  play() {
    return api.play(this.id, SPEEDS[this.store.state.speed], this.store.state.until);
  }

  /** What plays, under the rules as they are now. */
  async replay() {
    if (this.store.state.frame?.state === "playing") await this.try(() => this.play());
  }

  async toggle() {
    if (this.store.state.frame?.state !== "playing" && this.held()) return;
    await this.try(async () => {
      if (this.store.state.frame?.state === "playing") return api.pause(this.id);
      await this.edits.turn; // a preset that is still being set would stop it again
      return this.play();
    });
  }

  /** @param {{steps?: number, epochs?: number}} amount */
  async step(amount) {
    if (this.store.state.waiting || this.held()) return;
    this.store.set({ waiting: true });
    await this.try(async () => {
      await this.edits.turn; // what was asked before it comes before it
      if (this.store.state.frame?.state === "playing") await api.pause(this.id);
      await api.train(this.id, amount);
    });
    this.store.set({ waiting: false });
  }

  /** @param {number} position of the slider */
  async setSpeed(position) {
    this.store.set({ speed: position });
    await this.replay();
  }

  /** The speed that lets one see it happen. @param {number} rate steps a second */
  setPace(rate) {
    void this.setSpeed(nearestSpeed(rate));
  }

  /** Fresh weights; undoing brings the old run back. @param {number | null} [seed] */
  async reset(seed = null) {
    await this.try(() => this.#newRun("reset", async (id) => {
      await api.reset(id, seed);
      await this.run.refresh();
    }));
  }

  /** Back to the best step so far. */
  async toBest() {
    await this.try(() => this.#newRun("best", async (id) => {
      await api.best(id);
      await this.run.refresh();
    }));
  }

  /** On with a run of before; whether it was still there. @param {number} run */
  async toRun(run) {
    return this.try(async () => {
      await this.#newRun("run", (id) => this.#restore(id, run));
      return true;
    }, (error) => error instanceof Problem && error.status === 404);
  }

  /**
   * What ends a run; undoing brings that run back whole, doing it again the one after it.
   * @param {string} label
   * @param {(id: string) => Promise<unknown>} begin of the network that it is to be done to
   */
  #newRun(label, begin) {
    return this.edits.run(label, async () => {
      const { run: from, id } = this.network, { past } = this;
      /** @type {number | null} */
      let to = null;
      return {
        redo: async () => {
          if (to !== null) return this.#restore(id, to);
          await begin(id);
          to = this.network.run;
        },
        undo: () => this.#restore(id, from, past),
      };
    });
  }

  /** @param {string} id @param {number} run @param {number | null} [step] where it stood in its past */
  async #restore(id, run, step = null) {
    await this.run.take(await api.restoreRun(id, run));
    if (step !== null) await api.seek(id, step);
  }

  /** The step where it stands in its own past, or null. */
  get past() {
    const { frame } = this.store.state;
    return isPast(frame) ? Number(frame?.step) : null;
  }

  /** @param {Float32Array} vector */
  async #putWeights(vector) {
    const network = /** @type {Network} */ (this.store.state.network);
    if (vector.length === network.parameters) await api.weights(this.id, nested(network.layout, vector));
  }

  // Edits

  /**
   * Change settings; weights are kept as far as they can be, and undoing restores them all.
   * @param {import("./wire.js").PatchIn | ((spec: Spec) => import("./wire.js").PatchIn)} asked  a function is given the spec as
   *   it is when its turn comes, after edits that are still under way
   * @param {string} label
   * @param {boolean} [fresh] start anew, as a preset does
   */
  async patch(asked, label, fresh = false) {
    if (!fresh && this.isWish(asked)) return true;
    /** @type {any} */
    let tried = {}, ended = false; // whether a run that had begun has come to its end by it
    return this.try(async () => {
      await this.edits.run(label, async () => {
        const network = /** @type {Network} */ (this.store.state.network);
        const change = typeof asked === "function" ? asked(structuredClone(network.spec)) : asked;
        tried = change;
        await mustFit(change, this.store.state.dataset);
        /** @type {any} */
        const before = {};
        for (const key of Object.keys(change)) before[key] = structuredClone(/** @type {any} */ (network.spec)[key]);
        if (!fresh && sameSpec(before, change)) return null;
        const weights = this.store.state.weights?.slice() ?? null;
        const layout = JSON.stringify(network.layout);
        // Other data and another network begin a new run: undoing brings the one before it back whole.
        const { run: from, id } = network, { past } = this, begun = Number(this.store.state.frame?.step) > 0;
        const apply = async (/** @type {any} */ spec, anew = false) => this.run.take(await api.patch(id, spec, anew));
        let reshaped = false;
        let to = from;
        return {
          redo: async () => {
            if (to !== from) return this.#restore(id, to);
            await apply(change, fresh);
            to = this.network.run;
            ended = to !== from && begun;
            reshaped ||= JSON.stringify(this.store.state.network?.layout) !== layout;
          },
          undo: async () => {
            if (to !== from) return this.#restore(id, from, past);
            await apply(before);
            // Only where numbers were lost: training since then is not the edit's to take back.
            if (weights && reshaped) await this.#putWeights(weights);
          },
        };
      });
      if ("layers" in tried) this.store.set({ refused: null });
      if (ended && !fresh) this.say("note", "anotherRun", undefined, ["undo"]);
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
    this.store.set({ refused: { layers: tried.layers, index, field: found[3], problem: /** @type {Problem} */ (error) } });
    return true;
  }

  /**
   * Set some numbers of a parameter; the others go on as they are.
   * @param {string} name
   * @param {Map<number, number>} values by their places within it
   */
  async setNumbers(name, values) {
    await this.try(() => this.edits.run("weight", async () => {
      const { network, weights } = this.store.state;
      const parameter = network?.layout.find((p) => p.name === name);
      if (!weights || !parameter) return null;
      const before = new Map([...values.keys()].map((place) => [place, weights[parameter.offset + place]]));
      const write = async (/** @type {Map<number, number>} */ numbers) => {
        const shape = this.store.state.network?.layout.find((p) => p.name === name);
        if (JSON.stringify(shape?.shape) !== JSON.stringify(parameter.shape)) return;
        await api.weights(this.id, { [name]: only(parameter, numbers) });
      };
      return { redo: () => write(values), undo: () => write(before) };
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
