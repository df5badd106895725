/** Drawing and erasing points on the plane. A brush also says what its class looks like: the brushes are the legend. */
import { shapeIcon } from "../canvas.js";
import { byId, explain, h, rebuild } from "../dom.js";
import { className } from "../names.js";
import { t } from "../words.js";

export const ERASE_RADIUS = 0.05; // of the plane's width

/** One stroke: shows points (or takes them away) while it goes on, and is one edit when it ends. */
export class Brush {
  /**
   * @param {import("../session.js").Session} session
   * @param {"erase"} [kind]
   */
  constructor(session, kind) {
    this.session = session;
    this.kind = kind ?? session.store.state.brush ?? 0;
    const { points, erased } = session.spec.dataset;
    this.points = structuredClone(points ?? []);
    /** @type {Set<number>} */
    this.erased = new Set(erased ?? []);
    /** @type {{u: number, v: number} | null} */
    this.last = null;
    this.changed = false;
    /** @type {{u: number, v: number}[]} */
    this.trail = [];
    this.known = this.points.length;
    const plane = session.store.state.dataset?.plane;
    this.radius = plane ? (plane.high[0] - plane.low[0]) * ERASE_RADIUS : 0;
  }

  /** The points of this stroke so far. @returns {import("../charts/plane.js").Point[]} */
  drawn() {
    if (this.kind === "erase") return [];
    return this.points.slice(this.known).map((/** @type {number[]} */ [u, v, label]) => ({ u, v, label, test: false, wrong: false }));
  }

  /** Whether this stroke has erased a point. @param {import("../charts/plane.js").Point} p */
  covers(p) {
    return !p.test && this.trail.some((q) => Math.hypot(q.u - p.u, q.v - p.v) <= this.radius);
  }

  /** @param {{u: number, v: number}} p */
  touch(p) {
    const { dataset } = this.session.store.state;
    if (!dataset?.plane) return;
    const width = dataset.plane.high[0] - dataset.plane.low[0];
    if (this.kind === "erase") {
      this.last = p;
      this.trail.push(p);
      this.#erase(p, width * ERASE_RADIUS, dataset);
    } else if (!this.last || Math.hypot(p.u - this.last.u, p.v - this.last.v) > width * 0.04) {
      this.last = p;
      const value = dataset.classes || dataset.task === "classification" ? this.kind : (this.kind === 0 ? -1 : 1);
      this.points.push([round(p.u), round(p.v), value]);
      this.changed = true;
    }
  }

  /**
   * @param {{u: number, v: number}} p
   * @param {number} radius
   * @param {import("../types.js").Dataset} dataset
   */
  #erase(p, radius, dataset) {
    dataset.inputs.forEach((row, i) => {
      if (Math.hypot(row[0] - p.u, row[1] - p.v) > radius) return;
      const identity = dataset.identities[i];
      if (identity >= 0) {
        this.changed ||= !this.erased.has(identity);
        this.erased.add(identity);
      }
    });
    this.changed ||= this.points.some((/** @type {number[]} */ q) => Math.hypot(q[0] - p.u, q[1] - p.v) <= radius);
  }

  end() {
    if (!this.changed) return;
    // What this stroke did, done to whatever is there when its turn comes.
    const drawn = this.points.slice(this.known), { erased, trail, radius } = this;
    const gone = (/** @type {number[]} */ q) => trail.some((c) => Math.hypot(q[0] - c.u, q[1] - c.v) <= radius);
    void this.session.patch((now) => ({
      dataset: {
        ...now.dataset,
        points: [...(now.dataset.points ?? []).filter((/** @type {number[]} */ q) => !gone(q)), ...drawn],
        erased: [...new Set([...(now.dataset.erased ?? []), ...erased])],
      },
    }), "points");
  }
}

const round = (/** @type {number} */ x) => Math.round(x * 1000) / 1000;

/** @param {import("../session.js").Session} session */
export function drawBrushes(session) {
  const { dataset, brush } = session.store.state;
  const box = byId("brushes");
  box.hidden = dataset?.view !== "plane";
  if (!dataset) return;
  const regression = dataset.task === "regression";
  const kinds = regression ? [0, 1] : Array.from({ length: Math.min(8, Math.max(2, dataset.classes) + 1) }, (_, i) => i);
  const button = (/** @type {number | "erase" | null} */ kind, /** @type {(Node | string)[]} */ content, /** @type {string} */ label) =>
    explain(h("button", { type: "button", "aria-pressed": String(brush === kind), "aria-label": label, "data-name": `brush ${kind}`, onclick: () => session.store.set({ brush: brush === kind ? null : kind }) }, ...content), () => ({ text: label }));
  rebuild(box,
    h("span", { class: "hint" }, t("brush")),
    ...kinds.map((k) => regression ? button(k, [k ? "+1" : "−1"], t("brushValue", { n: k ? "+1" : "−1" }))
      : button(k, [shapeIcon(k), k < dataset.classes ? className(dataset, k) : "+"], t(k >= dataset.classes ? "brushNew" : "brushClass", { n: "ABCDEFGH"[k] }))),
    button("erase", [t("erase")], t("eraseHint")),
    ...(regression ? [] : [h("span", { class: "legend" }, h("span", { class: "item" }, h("span", { class: "ring" }), t("markWrong")))]));
}

