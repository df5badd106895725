/**
 * The loss around the network as the server finds it: a coarse picture at most once a second while the network trains, a fine one
 * when it rests, nothing while nobody sees it.
 *
 * @import {LandscapeOut} from "../wire.js"
 * @typedef {{directions: "random" | "pca" | "weights", seed: number, span: number, weights: [number, number] | null}} Wanted
 * @typedef {Omit<LandscapeOut, "rows" | "loss" | "path"> & {path: LandscapeOut["path"] | null}} Told
 * @typedef {Told & {id: string, at: string, wanted: Wanted, resolution: number, whole: boolean, rows: Map<number, (number | null)[]>, from: [number, number]}} Found
 *   `at` says of which state of which network; `from` is added to the coordinates where they are shown: two weights show their own values
 */
import { api, Problem, reasonIn } from "../api.js";
import { followJob } from "../following.js";

const COARSE = 11, FINE = [41, 21, 11];
const EVERY_MS = 1000, REST_MS = 150, AFTER_TROUBLE_MS = 3000;

export class Asking {
  /**
   * @param {import("../session.js").Session} session
   * @param {{visible: () => boolean, held: () => boolean, changed: () => void}} page `held`: what is shown is looked at, and stays
   */
  constructor(session, page) {
    this.session = session;
    this.page = page;
    /** @type {Wanted} */
    this.wanted = { directions: "random", seed: 0, span: 1, weights: null };
    /** What is shown. @type {Found | null} */
    this.found = null;
    /** @type {unknown} */
    this.problem = null;
    /** The one under way. @type {{what: string, job: string, resolution: number, fraction: number, leave: () => void} | null} */
    this.going = null;
    /** What is not asked for again by itself: it was stopped by hand, or refused. */
    this.ended = "";
    this.stopped = false;
    this.last = -Infinity;
    this.timer = 0;
    /** Of a network whose fine picture would be too much a coarser one is drawn. */
    this.level = 0;
    this.levelOf = "";
    /** @type {Float32Array | null} */
    this.weights = null;
    this.version = 0;
  }

  /** Which state of which network there is: frames come again and again with the same weights. */
  at() {
    const { network, frame, weights } = this.session.store.state;
    if (weights && weights !== this.weights) {
      if (!this.weights || weights.length !== this.weights.length || weights.some((w, i) => !Object.is(w, this.weights?.[i]))) this.version++;
      this.weights = weights;
    }
    return JSON.stringify([network?.id, network?.revision, frame?.generation, frame?.step, this.version]);
  }

  /** Ask for what is wanted, where it is not there yet. */
  refresh() {
    clearTimeout(this.timer);
    const { network, frame, connection } = this.session.store.state;
    if (!this.page.visible() || !network || !frame || connection !== "live") return this.leave();
    // What is looked at stays, whatever was asked for before.
    if (this.page.held()) return this.leave();
    // Until an edit is done the server may be ahead of what is known here.
    if (this.session.edits.waiting) return this.#later(100);
    const of = JSON.stringify([network.id, network.revision]), playing = frame.state === "playing";
    if (of !== this.levelOf) [this.level, this.levelOf] = [0, of];
    const at = this.at(), resolution = playing ? COARSE : FINE[this.level], what = JSON.stringify([this.wanted, network.id, playing ? "" : at]);
    // While it trains one is followed to its end, though the network has gone on.
    if (this.going?.what === what) return undefined;
    const { found } = this;
    const same = found && found.at === at && JSON.stringify(found.wanted) === JSON.stringify(this.wanted);
    if (same && found.whole && found.resolution >= resolution) return this.leave();
    if (what === this.ended && !playing) return undefined;
    const wait = this.last + (playing ? EVERY_MS : REST_MS) - performance.now();
    if (wait > 0) return this.#later(wait);
    return void this.#ask(at, what, resolution);
  }

  /** @param {number} ms */
  #later(ms) {
    this.timer = window.setTimeout(() => this.refresh(), ms);
  }

  /** @param {Partial<Wanted>} changes */
  want(changes) {
    this.wanted = { ...this.wanted, ...changes };
    this.again();
  }

  /** By hand: also what was stopped or refused. */
  again() {
    this.ended = "";
    this.stopped = false;
    this.last = -Infinity;
    this.refresh();
  }

  /** By hand; what has come so far stays. */
  stop() {
    if (!this.going) return;
    this.ended = this.going.what;
    this.stopped = true;
    this.leave();
  }

  /** What is under way is wanted no longer. */
  leave() {
    clearTimeout(this.timer);
    const { going } = this;
    if (!going) return;
    this.going = null;
    going.leave();
    if (going.job) void api.cancel(going.job).catch(() => {});
    this.page.changed();
  }

  /** @param {string} at @param {string} what @param {number} resolution */
  async #ask(at, what, resolution) {
    this.leave();
    const mine = { what, job: "", resolution, fraction: 0, leave: () => {} }, { id } = this.session, { wanted, weights } = this;
    this.going = mine;
    this.last = performance.now();
    this.stopped = false;
    this.page.changed();
    const [i, j] = wanted.weights ?? [0, 0], of = wanted.directions === "weights" && weights;
    const draft = /** @type {Found} */ ({ id, at, wanted, resolution, whole: false, rows: new Map(), from: of ? [of[i] ?? 0, of[j] ?? 0] : [0, 0] });
    try {
      const { job } = await api.landscape(id, { ...wanted, resolution, weights: wanted.directions === "weights" ? wanted.weights : null });
      if (this.going !== mine) return void api.cancel(job).catch(() => {});
      mine.job = job;
      mine.leave = followJob(job, {
        news: (news, fraction) => {
          mine.fraction = fraction ?? mine.fraction;
          take(draft, news);
          // A coarse picture comes whole, or it would flicker; of a fine one the first rows are coarse enough to be seen.
          if (resolution > COARSE && draft.rows.size >= resolution / 8) this.found = draft;
          this.page.changed();
        },
        end: (state, data) => {
          this.going = null;
          if (state === "done") {
            this.found = { ...draft, whole: true };
            this.problem = null;
          } else if (state === "failed") this.#trouble(what, reasonIn(data, "failure"));
          this.page.changed();
          this.refresh();
        },
        // Somebody else ended it, or the server that had it is gone: there is another.
        lost: () => {
          this.going = null;
          this.last = performance.now() + AFTER_TROUBLE_MS;
          this.page.changed();
          this.refresh();
        },
      });
    } catch (error) {
      if (this.going !== mine) return;
      this.going = null;
      if (error instanceof Problem && error.code === "landscape.too_costly" && this.level < FINE.length - 1 && resolution > FINE[FINE.length - 1]) this.level++;
      else this.#trouble(what, error);
      this.page.changed();
      this.refresh();
    }
  }

  /** @param {string} what @param {unknown} problem */
  #trouble(what, problem) {
    this.problem = problem;
    this.ended = what;
    this.last = performance.now() + AFTER_TROUBLE_MS;
  }
}

/** A piece of the answer. @param {Found} draft @param {Partial<LandscapeOut>} news */
function take(draft, { rows, loss, ...news }) {
  Object.assign(draft, news);
  rows?.forEach((row, k) => draft.rows.set(row, loss?.[k] ?? []));
}

/**
 * What is drawn of it: rows that have not come yet lie between those that have.
 * @param {Found} found
 * @returns {import("../charts/bands.js").Field}
 */
export function fieldOf({ a, b, rows, from }) {
  const there = [...rows.keys()].sort((one, other) => one - other);
  const values = b.map((_, j) => {
    const row = rows.get(j);
    if (row) return row;
    const before = there.findLast((k) => k < j) ?? there[0], after = there.find((k) => k > j) ?? before, share = after === before ? 0 : (j - before) / (after - before);
    const [low, high] = [rows.get(before) ?? [], rows.get(after) ?? []];
    return low.map((value, i) => (value === null || high[i] === null ? null : value * (1 - share) + Number(high[i]) * share));
  });
  return { low: [a[0] + from[0], b[0] + from[1]], high: [a[a.length - 1] + from[0], b[b.length - 1] + from[1]], values };
}

/** The weights at a place as it is shown; null where the plane itself is not told. @param {Found} found @param {number[]} place */
export function weightsAt({ centre, axes, from }, [x, y]) {
  if (!centre || !axes) return null;
  const [u, v] = axes, a = x - from[0], b = y - from[1];
  return Float32Array.from(centre, (w, i) => w + a * u[i] + b * v[i]);
}
