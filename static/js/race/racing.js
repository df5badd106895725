/**
 * A race on the server: begun, followed, cancelled, and its record as far as it has come.
 *
 * @import {RaceOut, VariantOut, JobOut, NetworkOut} from "../wire.js"
 * @typedef {{classes: number, activation: string | null, scale: number}} Drawn what pictures of its data need
 */
import { ask, Problem, reasonIn } from "../api.js";
import { followJob } from "../following.js";

/** The largest target's size. @param {import("../types.js").Dataset} dataset */
const scaleOf = (dataset) => dataset.targets.flat().reduce((/** @type {number} */ most, /** @type {number} */ value) => Math.max(most, Math.abs(value)), 1e-6);

export class Racing {
  /** @param {import("../session.js").Session} session @param {() => void} changed */
  constructor(session, changed) {
    this.session = session;
    this.changed = changed;
    /** What is shown. @type {RaceOut | null} */
    this.race = null;
    /** @type {Drawn} */
    this.drawn = { classes: 0, activation: null, scale: 1 };
    this.job = "";
    this.fraction = 0;
    /** @type {"none" | "asked" | "going" | "done" | "cancelled" | "failed"} */
    this.state = "none";
    /** @type {unknown} */
    this.problem = null;
    this.leave = () => {};
    this.number = 0;
  }

  get going() {
    return this.state === "asked" || this.state === "going";
  }

  /** @param {Record<string, (string | number)[]>} vary @param {number} steps @param {number | null} target */
  async start(vary, steps, target) {
    this.cancel();
    const number = ++this.number, { dataset, network } = this.session.store.state;
    Object.assign(this, { state: "asked", problem: null, fraction: 0, job: "" });
    this.changed();
    try {
      await this.session.edits.turn; // what was asked before it is part of what is raced
      /** @type {JobOut} */
      const told = await ask("POST", "/api/races?wait=0", { spec: this.session.spec, vary, steps, target_loss: target });
      if (this.number !== number) return void this.#end(told.job);
      const last = network?.layers[network.layers.length - 1];
      this.drawn = { classes: dataset?.classes ?? 0, activation: last?.activation ?? null, scale: dataset ? scaleOf(dataset) : 1 };
      this.race = blank(/** @type {any} */ (told.result));
      this.job = told.job;
      this.state = "going";
      this.leave = followJob(told.job, {
        news: (news, fraction) => {
          this.fraction = fraction ?? this.fraction;
          if (this.race) gather(this.race, news);
          this.changed();
        },
        end: (state, data) => {
          this.state = state;
          if (state === "failed") this.problem = reasonIn(data, "failure");
          this.changed();
        },
        lost: () => {
          Object.assign(this, { state: "failed", problem: new Problem({ code: "job_lost", detail: "the race was lost" }) });
          this.changed();
        },
      });
    } catch (error) {
      if (this.number !== number) return;
      Object.assign(this, { state: this.race ? "done" : "none", problem: error });
    }
    this.changed();
  }

  /** What has come so far stays. */
  cancel() {
    if (!this.going) return;
    this.number++;
    this.leave();
    if (this.job) this.#end(this.job);
    this.state = "cancelled";
    this.changed();
  }

  /** @param {string} job */
  #end(job) {
    void ask("DELETE", `/api/jobs/${encodeURIComponent(job)}`).catch(() => {});
  }

  /** A network that is that variant. @param {number} k @returns {Promise<NetworkOut>} */
  open(k) {
    return ask("POST", `/api/races/${encodeURIComponent(this.job)}/variants/${k}`);
  }

  get table() {
    return `/api/races/${encodeURIComponent(this.job)}/csv`;
  }
}

/** What is known of every variant before it begins. @param {RaceOut} told @returns {RaceOut} */
function blank(told) {
  const nothing = { step: 0, loss: null, test_loss: null, best_loss: null, best_step: null, metrics: {}, steps_to_target: null, seconds: 0, divergence: null, picture: null };
  return { ...told, summary: null, variants: told.variants.map(({ k, values }) => ({ ...nothing, k, values, state: "waiting", course: { step: [], loss: [], test_step: [], test_loss: [] } })) };
}

/** As the server gathers it: courses grow, all else is replaced. @param {RaceOut} race @param {{variants?: (Partial<VariantOut> & {k: number})[], summary?: RaceOut["summary"]}} news */
function gather(race, { variants = [], summary }) {
  for (const { k, course, ...rest } of variants) {
    const record = race.variants[k];
    Object.assign(record, rest);
    for (const [column, more] of Object.entries(course ?? {})) /** @type {any} */ (record.course)[column].push(...more);
  }
  if (summary) race.summary = summary;
}

/** What it is judged by, to be told: the share that is right, or the loss. @param {VariantOut} one */
export const quality = (one) => one.metrics.test_accuracy ?? one.metrics.accuracy ?? null;

/** The loss that is compared. @param {VariantOut} one */
export const lossOf = (one) => one.test_loss ?? one.loss;
