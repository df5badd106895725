/** What is known of a run's gradients and updates: asked for while somebody looks, and gathered. */
import { api, Problem } from "../api.js";

/**
 * @typedef {import("../wire.js").FlowOut} Flow
 * @typedef {import("../wire.js").FlowPointOut} Point
 */

const EVERY_MS = 330, SHARE = 10, BINS = 32, MOST = 240;

export class FlowCourse {
  /**
   * @param {import("../session.js").Session} session
   * @param {() => void} changed
   */
  constructor(session, changed) {
    this.session = session;
    this.changed = changed;
    /** @type {Point[]} */
    this.points = [];
    /** @type {Flow["spreads"]} */
    this.spreads = {};
    /** @type {unknown} */
    this.problem = null;
  }

  #of = "";
  #revision = -1;
  #asking = false;
  #again = false;
  #timer = 0;
  /** When it may be asked for again: a small part of the time is for asking, whatever an answer takes. */
  #free = 0;

  /** Ask: at once, or while it plays when some time has passed. */
  refresh() {
    const playing = this.session.store.state.frame?.state === "playing", wait = playing ? this.#free - performance.now() : 0;
    clearTimeout(this.#timer);
    if (this.#asking) this.#again = true;
    else if (wait > 0) this.#timer = window.setTimeout(() => this.refresh(), wait);
    else void this.#ask();
  }

  async #ask() {
    const { session } = this, { network, frame } = session.store.state, id = session.id;
    if (!id || !network || !frame) return;
    const of = `${id} ${frame.run ?? network.run} ${JSON.stringify(network.layout)}`;
    if (of !== this.#of) {
      this.#of = of;
      this.points = [];
      this.spreads = {};
    }
    // After a change of settings the next update is another one; what was made before stays.
    const last = this.points[this.points.length - 1]?.step ?? -1, changed = frame.revision !== this.#revision;
    this.#revision = Number(frame.revision);
    this.#asking = true;
    const begin = performance.now();
    try {
      const found = await api.flow(id, Math.max(-1, changed ? last - 1 : last), BINS);
      if (of === this.#of) this.#take(found);
      this.problem = null;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = error;
    } finally {
      this.#asking = false;
      this.#free = begin + Math.max(EVERY_MS, SHARE * (performance.now() - begin));
    }
    this.changed();
    if (!this.#again) return;
    this.#again = false;
    this.refresh();
  }

  /** @param {Flow} found */
  #take(found) {
    const steps = new Set(found.points.map(({ step }) => step));
    this.points = [...this.points.filter(({ step }) => !steps.has(step)), ...found.points].sort((a, b) => a.step - b.step);
    // As a run grows long every other one is enough, but for the last.
    if (this.points.length > MOST) this.points = this.points.filter((_, i) => i % 2 === 0 || i === this.points.length - 1);
    this.spreads = found.spreads;
  }
}
