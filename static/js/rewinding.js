/**
 * The network taken back and forth in its own past, and branched from there. Of what is wished for while the server is under
 * way, the latest counts: a drag asks for as many steps as can be shown.
 */
import { api } from "./api.js";
import { grouped } from "./canvas.js";
import { say } from "./shell.js";
import { changeText, listed } from "./words.js";

export class Rewinding {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    this.store = session.store;
    /** @type {Promise<void> | null} */
    this.going = null;
    /** The run that was left last by going on from its past. @type {number | null} */
    this.left = null;
    /** The network that the present one was branched from. */
    this.trunk = "";
    session.parted = (run, step, last) => this.#parted(run, step, last);
  }

  /** @param {number} step */
  seek(step) {
    this.store.set({ sought: step });
    this.going ??= this.#go().finally(() => {
      this.going = null;
      this.store.set({ sought: null });
    });
    return this.going;
  }

  async #go() {
    const { session, store } = this;
    for (let done = /** @type {number | null} */ (null); done !== store.state.sought;) {
      /** @type {number} */
      const step = Number(store.state.sought);
      const frame = await session.try(async () => {
        await session.edits.turn; // what was asked before it comes before it
        return api.seek(session.id, step);
      });
      if (!frame) return;
      if (frame.restored) say(store, { kind: "note", key: "problem.seek.restored", values: { step: grouped(step), changes: changesOf(frame.restored) } });
      done = step;
    }
  }

  /** So many updates back, or epochs. @param {{steps?: number, epochs?: number}} amount */
  back({ steps, epochs }) {
    const { frame, network, sought } = this.store.state, now = sought ?? frame?.step ?? 0;
    const by = steps ?? (epochs ?? 1) * (network?.steps_per_epoch ?? 1);
    return now > 0 ? this.seek(Math.max(0, now - by)) : null;
  }

  /** As far as the run has come. */
  toEnd() {
    return this.seek(this.store.state.frame?.last_step ?? 0);
  }

  /** On with a network of its own from where it stands. */
  async branch() {
    await this.going;
    const { session } = this, trunk = session.id;
    const made = await session.try(() => api.branch(trunk, this.store.state.frame?.step ?? 0));
    if (!made) return;
    await session.try(() => session.open({ id: made.id, spec: null }));
    this.trunk = trunk;
    say(this.store, { kind: "note", key: "branched", values: { step: grouped(made.step) }, actions: ["toTrunk"] });
  }

  toTrunk() {
    return this.session.try(() => this.session.open({ id: this.trunk, spec: null }));
  }

  /** @param {number} run @param {number} step @param {number} last */
  #parted(run, step, last) {
    this.left = run;
    say(this.store, { kind: "note", key: "parted", values: { step: grouped(step), last: grouped(last) }, actions: ["toLeft"] });
  }

  toLeft() {
    return this.left === null ? null : this.session.toRun(this.left);
  }
}

/** @param {import("./wire.js").MarkOut} mark */
const changesOf = (mark) => listed(mark.what.map((_, i) => changeText(mark, i)));
