/**
 * One live network followed: its socket, its frames, its weights and the course of its losses, kept in a store.
 * A page may follow many; `close` ends it.
 *
 * @import {Dataset, Frame, History, Network} from "./types.js"
 */
import { api, Problem, reasonIn } from "./api.js";
import { fillIn, missing } from "./model/data.js";
import { cut, emptyHistory, fromServer, grow, isPast, parted } from "./model/history.js";
import { Socket } from "./socket.js";

/**
 * @typedef {{network: Network | null, dataset: Dataset | null, frame: Frame | null, weights: Float32Array | null,
 *   arrived: number,
 *   history: History, historyVersion: number, rate: number | null, connection: "connecting" | "live" | "lost"}} RunState `arrived` grows when samples of the dataset have come
 * @typedef {Parameters<Socket["handlers"]["look"]>[0]} Seen
 * @typedef {{problem?: (reason: unknown) => void, look?: (seen: Seen) => void, blind?: (request: any) => void, stopped?: (by: {rule: string, value: number, step: number}) => void, restored?: (step: number, reason: import("./api.js").Reason | null) => void, gone?: () => void, parted?: (run: number, step: number, last: number) => void, back?: (played: boolean) => Promise<void>,
 *   took?: (before: Network | null, network: Network, sameData: boolean) => object}} Told
 *   what whoever follows is told; `blind` which look was refused; `took` gives what else changes in the state with a network
 */

/** Where a run's state begins. @returns {RunState} */
export const runState = () => ({ network: null, dataset: null, arrived: 0, frame: null, weights: null, history: emptyHistory(), historyVersion: 0, rate: null, connection: "connecting" });

/** @template {RunState} S */
export class Run {
  /**
   * @param {import("./store.js").Store<S>} store
   * @param {Told} told
   */
  constructor(store, told = {}) {
    this.store = store;
    this.told = told;
    this.socket = new Socket({
      frame: (f) => this.#frame(f),
      look: (l) => told.look?.(l),
      event: (e) => this.#event(e),
      connected: () => this.#connected(),
      lost: () => this.#set({ connection: "lost" }),
      gone: () => told.gone?.(),
      mark: () => {
        const { step } = store.state.history;
        return step.length ? `${this.generation}:${step[step.length - 1]}` : "";
      },
    });
    this.playing = false;
    /** Of the run that the history is of. */
    this.generation = 0;
    /** @type {{revision: number, weights: Float32Array} | null} */
    this.latest = null;
    /** @type {Promise<void> | null} */
    this.refreshing = null;
    /** Of samples under way. @type {Set<string>} */
    this.asked = new Set();
  }

  get id() {
    return this.store.state.network?.id ?? "";
  }

  /** @param {Partial<RunState>} changes */
  #set(changes) {
    this.store.set(/** @type {Partial<S>} */ (changes));
  }

  /** Follow this network from now on. @param {Network} network */
  async open(network) {
    // Of a network that has not begun there is no course; the first frame says where it stands.
    const begun = network.last_step > 0;
    const [dataset, told] = await Promise.all([api.dataset(network.id), begun ? api.history(network.id) : null]);
    if (network.id !== this.id) {
      // Nothing of the network before may be taken for this one's.
      this.latest = null;
      this.playing = false;
      this.#set({ frame: null, weights: null, ...this.told.took?.(null, network, false) });
    }
    this.generation = told?.generation ?? network.generation;
    this.#set({ network, dataset, rate: network.learning_rate, history: told ? fromServer(told) : emptyHistory(), historyVersion: this.store.state.historyVersion + 1 });
    this.socket.open(network.id);
  }

  /**
   * Samples that are to be drawn: those that are not here yet come.
   * @param {import("./model/data.js").Part} part
   * @param {number[]} places
   */
  async bring(part, places) {
    const { dataset } = this.store.state, gap = dataset && missing(dataset, part, places);
    if (!gap) return;
    const key = `${dataset.digest} ${part} ${gap.first} ${gap.count}`;
    if (this.asked.has(key)) return;
    this.asked.add(key);
    try {
      const came = fillIn(dataset, await api.samples(this.id, { part, ...gap }));
      if (came && dataset === this.store.state.dataset) this.#set({ arrived: this.store.state.arrived + 1 });
    } catch (reason) {
      this.told.problem?.(reason);
    } finally {
      this.asked.delete(key);
    }
  }

  /** What to see of its inside besides its frames; null ends it. @param {object | null} wanted as the socket takes it */
  look(wanted) {
    this.socket.look(wanted);
  }

  /** Follow it no longer. */
  close() {
    this.socket.close();
  }

  /** @param {Parameters<Socket["handlers"]["frame"]>[0]} received */
  #frame({ frame, weights, steps, losses, lows, highs }) {
    const { state } = this.store, { network } = state;
    if (!network) return;
    const another = frame.generation !== this.generation, before = state.frame;
    // It went on from its past: the same curve up to there, and the run that was left is told of.
    const left = another && before !== null && isPast(before) && frame.step >= before.step && frame.run !== before.run;
    const history = left ? parted(state.history, before.step) : another ? emptyHistory() : state.history;
    this.generation = frame.generation;
    // A server that crashed goes on from its last checkpoint: what came after is not part of the run.
    const end = Math.max(frame.step, frame.last_step ?? 0);
    if (!another && before && end < Math.max(before.step, before.last_step ?? 0)) cut(history, end);
    grow(history, frame, { step: steps, loss: losses, low: lows, high: highs });
    if (frame.revision !== network.revision) this.#refreshSoon();
    /** @type {Partial<RunState>} */
    const changes = { frame, history, historyVersion: state.historyVersion + 1, rate: frame.learning_rate };
    if (weights && weights.length === network.parameters && frame.revision === network.revision) changes.weights = weights;
    this.playing = frame.state === "playing";
    if (weights) this.latest = { revision: frame.revision, weights };
    this.#set(changes);
    if (another && end > 0) void this.#renew();
    if (left) this.told.parted?.(before.run ?? 0, before.step, before.last_step ?? 0);
  }

  /** The course of another run, which may be one that went on before. */
  async #renew() {
    const generation = this.generation;
    const told = await api.history(this.id).catch(() => null);
    if (!told || told.generation !== generation || generation !== this.generation) return;
    const history = fromServer(told), { history: now, frame, historyVersion } = this.store.state;
    if (frame) grow(history, frame, now);
    history.ghost = now.ghost;
    this.#set({ history, historyVersion: historyVersion + 1 });
  }

  /** @param {any} event */
  #event(event) {
    if (event.event === "problem" && event.look !== undefined) this.told.blind?.(event.look);
    else if (event.event === "problem") this.told.problem?.(new Problem(event.problem));
    if (event.event === "restored") this.told.restored?.(event.step, reasonIn(event, "reason"));
    if (event.event === "state" && event.code === "until") this.told.stopped?.(event);
    else if (event.event === "state" && event.reason) this.told.problem?.(reasonIn(event, "reason"));
    if (event.event === "deleted") this.told.gone?.();
  }

  async #connected() {
    const { connection, network } = this.store.state;
    if (connection === "lost" && network) {
      const played = this.playing;
      // Whatever was known: after a crash the server may be behind it.
      await api.network(this.id).then((found) => this.take(found, true)).catch(() => {});
      await this.told.back?.(played);
    }
    this.#set({ connection: "live" });
  }

  /** Fetch the network once more; again, where it has changed by the time the answer is here. */
  #refreshSoon(wait = 40) {
    this.refreshing ??= this.#catchUp(wait).catch(() => {}).finally(() => {
      this.refreshing = null;
      if (this.#isBehind()) this.#refreshSoon(100);
    });
  }

  /** Of an edit made here the answer is on its way with the frame: after a moment nothing has to be fetched. @param {number} wait */
  async #catchUp(wait) {
    await new Promise((resolve) => { setTimeout(resolve, wait); });
    if (this.#isBehind()) await this.refresh();
  }

  #isBehind() {
    const { frame, network } = this.store.state;
    return Boolean(frame && network && frame.revision > network.revision);
  }

  /** Fetch the network and, where the data changed, the dataset. */
  async refresh() {
    await this.take(await api.network(this.id));
  }

  /**
   * The network as an answer says it is now; one that comes late does not undo what is known since.
   * @param {Network} network
   * @param {boolean} [anyway] also where it is behind what is known
   */
  async take(network, anyway = false) {
    const late = () => {
      const now = this.store.state.network;
      return now?.id !== network.id || (!anyway && (now.generation > network.generation || (now.generation === network.generation && now.revision > network.revision)));
    };
    if (late()) return;
    const before = this.store.state.network;
    // An edit is told twice, by its answer and by the frame that came first: the page is built anew once.
    if (!anyway && before?.generation === network.generation && before.revision === network.revision && JSON.stringify([before.spec, before.marks]) === JSON.stringify([network.spec, network.marks])) return;
    const sameData = Boolean(before) && JSON.stringify(before?.spec.dataset) === JSON.stringify(network.spec.dataset);
    const dataset = sameData ? this.store.state.dataset : await api.dataset(network.id);
    if (late()) return;
    /** @type {Partial<RunState>} */
    const changes = { network, dataset, rate: network.learning_rate, ...this.told.took?.(before, network, sameData) };
    // The frame with the weights of this spec may have come before the spec itself.
    const { latest } = this;
    if (latest?.revision === network.revision && latest.weights.length === network.parameters) changes.weights = latest.weights;
    else if (this.store.state.weights?.length !== network.parameters) changes.weights = null;
    const { history, historyVersion } = this.store.state;
    if (network.generation === this.generation && history.marks.length !== network.marks.length) {
      history.marks = network.marks;
      changes.historyVersion = historyVersion + 1;
    }
    this.#set(changes);
  }
}
