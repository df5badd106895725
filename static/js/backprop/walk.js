/**
 * One update of the network, walked through line by line: what is looked at, and where one stands.
 * It asks the server anew whenever the network or what is looked at has changed.
 *
 * @import {Term} from "../formula.js"
 */
import { api, Problem } from "../api.js";

/**
 * @typedef {import("../wire.js").WorkedOut} Worked
 * @typedef {Omit<import("../wire.js").LineOut, "term" | "at"> & {term: Term, at: import("../formula.js").Where | null}} Line
 * @typedef {"overview" | "lines" | "chain" | "exercise"} View
 */

/** While it plays the numbers follow so often. */
const EVERY_MS = 400;
export const MOST_SAMPLES = 8;

export class Walk {
  /**
   * @param {import("../session.js").Session} session
   * @param {() => void} changed
   */
  constructor(session, changed) {
    this.session = session;
    this.changed = changed;
    /** @type {number[]} */
    this.samples = [0];
    /** @type {number | null} */
    this.sample = null;
    /** @type {Record<string, number[]>} */
    this.units = {};
    /** @type {Record<string, number[]>} */
    this.places = {};
    /** @type {Worked | null} */
    this.found = null;
    /** The arrays of the same update. @type {any} */
    this.trace = null;
    this.at = 0;
    /** @type {View} */
    this.view = "lines";
    /** @type {unknown} */
    this.problem = null;
    this.digits = 4;
    this.network = "";
    this.#asked = 0;
    this.#last = 0;
  }

  #asked;
  #last;
  #timer = 0;
  /** Of which update the arrays are, or will be. */
  #brought = "";

  /** @returns {Line[]} */
  get lines() {
    return /** @type {any} */ (this.found?.lines ?? []);
  }

  get line() {
    return this.lines[this.at] ?? null;
  }

  /** Of another network nothing is remembered; of changed layers not the units. */
  #forget() {
    const { network, dataset } = this.session.store.state;
    const now = `${network?.id} ${network?.run} ${JSON.stringify(network?.layout)}`;
    if (now === this.network) return;
    const other = !this.network.startsWith(network?.id ?? "none");
    this.network = now;
    this.units = {};
    this.places = {};
    this.found = null;
    this.trace = null;
    this.#brought = "";
    const count = dataset?.samples ?? 0;
    if (other || this.samples.some((sample) => sample >= count)) {
      this.samples = [0];
      this.sample = null;
    }
    this.at = 0;
  }

  /** Ask, at once or, while it plays, when some time has passed. */
  refresh() {
    const playing = this.session.store.state.frame?.state === "playing";
    clearTimeout(this.#timer);
    const wait = playing ? Math.max(0, this.#last + EVERY_MS - performance.now()) : 0;
    if (!wait) return this.#ask();
    this.#timer = window.setTimeout(() => void this.#ask(), wait);
    return Promise.resolve();
  }

  async #ask() {
    this.#forget();
    const { id } = this.session;
    if (!id) return;
    const asked = ++this.#asked, before = this.#name(this.at);
    this.#last = performance.now();
    const { samples, sample, units, places } = this;
    try {
      const found = await api.worked(id, { samples, sample, units, places });
      if (asked !== this.#asked) return;
      this.found = found;
      this.problem = null;
      this.at = this.#find(before);
      this.changed();
    } catch (error) {
      if (asked !== this.#asked || !(error instanceof Problem)) return;
      this.problem = error;
      this.found = null;
      this.changed();
    }
  }

  /** The arrays of the update that is walked through, for who draws them: they are many numbers, and the lines are read first. */
  async bring() {
    const { found, samples } = this, { id, store } = this.session, { network, frame } = store.state;
    if (!found || !id) return;
    const of = `${id} ${network?.run} ${network?.revision} ${frame?.revision} ${found.step} ${samples}`;
    if (of === this.#brought) return;
    this.#brought = of;
    try {
      const trace = await api.trace(id, { samples });
      if (this.#brought !== of) return;
      this.trace = trace;
      this.changed();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#brought = "";
    }
  }

  /** What a line is called whatever unit it is of: the n-th of its kind in its layer. @param {number} i */
  #name(i) {
    const line = this.lines[i];
    if (!line) return null;
    const same = (/** @type {Line} */ one) => one.chapter === line.chapter && one.layer === line.layer && one.what === line.what;
    return { line, nth: this.lines.slice(0, i).filter(same).length };
  }

  /** @param {{line: Line, nth: number} | null} name */
  #find(name) {
    if (!name) return Math.min(this.at, Math.max(0, this.lines.length - 1));
    let nth = name.nth;
    const found = this.lines.findIndex((one) => one.chapter === name.line.chapter && one.layer === name.line.layer && one.what === name.line.what && nth-- === 0);
    if (found >= 0) return found;
    const near = this.lines.findIndex((one) => one.chapter === name.line.chapter);
    return Math.max(0, near);
  }

  // Moving

  /** @param {number} at */
  go(at) {
    this.at = Math.max(0, Math.min(this.lines.length - 1, at));
    this.view = "lines";
    this.changed();
  }

  /** @param {number} by */
  move(by) {
    this.go(this.at + by);
  }

  /** @param {number} chapter */
  jump(chapter) {
    const first = this.lines.findIndex((line) => line.chapter >= chapter);
    if (first >= 0) this.go(first);
  }

  /** @param {View} view */
  show(view) {
    this.view = view;
    this.changed();
  }

  // Choosing

  /** Another unit of a layer, along one axis of its places; the last axis is the unit's own. @param {string} layer @param {number} axis @param {number} value */
  chooseUnit(layer, axis, value) {
    const { shapes, units } = /** @type {any} */ (this.found), size = shapes[layer][axis];
    this.units[layer] = units[layer].with(axis, ((value % size) + size) % size);
    for (const name of Object.keys(this.places)) if (name.startsWith(`${layer}.`)) delete this.places[name];
    return this.refresh();
  }

  /** @param {number} by */
  nextUnit(by) {
    const { line, found } = this;
    if (!line || !found) return Promise.resolve();
    const unit = found.units[line.layer], axis = unit.length - 1;
    return this.chooseUnit(line.layer, axis, unit[axis] + by);
  }

  /** One number of a parameter, and the unit it belongs to. @param {string} name @param {number[]} place */
  choosePlace(name, place) {
    this.places[name] = place;
    const dot = name.indexOf("."), layer = name.slice(0, dot), shape = this.found?.shapes[layer];
    if (shape && place.length <= 2 && shape.length === 1 && place[place.length - 1] < shape[0]) this.units[layer] = [place[place.length - 1]];
    return this.refresh();
  }

  /** @param {number[]} samples */
  chooseSamples(samples) {
    this.samples = samples.slice(0, MOST_SAMPLES);
    this.sample = null;
    return this.refresh();
  }

  /** The line of an exercise's first blank, with its sample and unit. @param {any} made */
  follow(made) {
    const line = made.lines.find((/** @type {any} */ one) => one.blank) ?? made.lines[0];
    this.samples = made.samples;
    this.sample = made.sample;
    for (const one of made.lines) this.units[one.layer] = one.unit;
    const at = this.lines.findIndex((one) => one.layer === line.layer && one.what === line.what);
    if (at >= 0) this.at = at;
    return this.refresh();
  }

  /** @param {number} sample one of the batch */
  lookAt(sample) {
    this.sample = sample;
    return this.refresh();
  }
}
