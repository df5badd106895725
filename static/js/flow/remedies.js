/** What is wrong with a network and what helps, as buttons that do it; and what it has changed, before beside after. */
import { api } from "../api.js";
import { grouped, percent, short } from "../canvas.js";
import { h, rebuild } from "../dom.js";
import { layerName, listed, pick, t } from "../words.js";

const EVERY_MS = { playing: 2000, resting: 250 };

/**
 * @typedef {import("../wire.js").FindingOut} Finding
 * @typedef {{step: number, loss: number | null, test_loss: number | null, metrics: Record<string, number | null>, findings: Finding[]}} Figures
 * @typedef {{label: Record<string, string>, before: Figures, run: number, fresh: boolean}} Tried
 */

export class Remedies {
  /**
   * @param {import("../session.js").Session} session
   * @param {() => void} changed
   */
  constructor(session, changed) {
    this.session = session;
    this.changed = changed;
    /** @type {Finding[] | null} */
    this.findings = null;
    /** @type {Tried | null} */
    this.tried = null;
  }

  #of = "";
  #network = "";
  #last = 0;
  #timer = 0;

  /** Look for what ails it: at once, or while it plays when some time has passed. */
  refresh() {
    const { frame, network } = this.session.store.state;
    if (!frame || !network) return;
    const of = `${network.id} ${frame.run} ${frame.revision} ${frame.step}`, every = EVERY_MS[frame.state === "playing" ? "playing" : "resting"];
    const wait = this.#last + every - performance.now();
    if (of === this.#of) return;
    clearTimeout(this.#timer);
    if (wait > 0) {
      this.#timer = window.setTimeout(() => this.refresh(), wait);
      return;
    }
    if (this.#network !== network.id) this.tried = null;
    this.#network = network.id;
    this.#of = of;
    this.#last = performance.now();
    void api.diagnosis(network.id).then((found) => {
      if (network.id !== this.session.id) return;
      this.findings = found.findings;
      this.changed();
    }, () => {});
  }

  /** @returns {Figures} */
  #now() {
    const { frame } = this.session.store.state;
    return { step: Number(frame?.step), loss: frame?.loss ?? null, test_loss: frame?.test_loss ?? null, metrics: { ...frame?.metrics }, findings: this.findings ?? [] };
  }

  /** @param {import("../wire.js").RemedyOut} remedy */
  async apply(remedy) {
    const { session } = this, before = this.#now(), playing = session.store.state.frame?.state === "playing";
    // Where it has gone wrong since: from before that.
    if (remedy.back && !await session.try(async () => { await api.seek(session.id, Math.max(0, before.step - remedy.back)); return true; })) return;
    if (!await session.patch(remedy.patch, "remedy", remedy.reset)) return;
    this.#network = session.id;
    this.tried = { label: remedy.label, before, run: session.network.run, fresh: remedy.reset };
    this.#of = "";
    this.refresh();
    this.changed();
    if (playing) await session.try(() => session.play());
  }

  async undo() {
    this.tried = null;
    await this.session.undo();
    this.#of = "";
    this.refresh();
    this.changed();
  }

  /** What its picture hangs on. */
  get key() {
    const { network, language } = this.session.store.state;
    return JSON.stringify([language, network?.layers.map(({ name, kind }) => [name, kind]), this.findings, this.tried && [this.tried, this.#now()]]);
  }

  /** @returns {Node[]} */
  draw() {
    const { network } = this.session.store.state;
    if (!network) return [];
    const found = this.findings;
    return [
      ...(found === null ? [h("p", { class: "hint" }, t("flow.looking"))] : found.length ? [] : [h("p", { class: "healthy" }, `✓ ${t("flow.healthy")} `, h("a", { href: "/clinic" }, t("clinic.link")))]),
      ...byKind(found ?? []).map((same) => this.#finding(same, network)),
      ...(this.tried ? [this.#comparison(this.tried)] : []),
    ];
  }

  /** @param {Finding[]} same of one kind, the first of them in whole @param {import("../types.js").Network} network */
  #finding([finding, ...others], network) {
    const also = others.map((one) => layerName(network, network.layers.findIndex((layer) => layer.name === one.layer))).join(", ");
    const l = network.layers.findIndex((layer) => layer.name === finding.layer), text = pick(finding.text);
    return h("div", { class: "finding", "data-finding": finding.name },
      h("p", {}, h("b", {}, `⚠ ${t(`finding.${finding.name}`)}. `), l < 0 ? text : text.replaceAll(String(finding.layer), layerName(network, l)), ...(also ? [h("small", {}, ` ${t("flow.also", { layers: also })}`)] : [])),
      h("p", { class: "remedies" }, ...(finding.remedies.length ? [h("span", { class: "hint" }, t("flow.try"))] : [h("span", { class: "hint" }, pick(finding.advice))]),
        ...finding.remedies.map((remedy) => h("button", { type: "button", "data-remedy": remedy.name, onclick: () => void this.apply(remedy) }, pick(remedy.label)))));
  }

  /** @param {Tried} tried */
  #comparison({ label, before, fresh }) {
    const now = this.#now();
    const classes = "accuracy" in before.metrics, quality = classes ? "accuracy" : "r2";
    const value = (/** @type {number | null | undefined} */ v) => (classes ? percent(v) : short(v));
    /** @type {[string, string, string][]} */
    const rows = [
      [t("step"), grouped(before.step), grouped(now.step)],
      [t("trainLoss"), short(before.loss), short(now.loss)],
      ...(before.test_loss === null ? [] : [/** @type {[string, string, string]} */ ([t("testLoss"), short(before.test_loss), short(now.test_loss)])]),
      [t(quality), value(before.metrics[quality]), value(now.metrics[quality])],
      ...(before.metrics[`test_${quality}`] === null ? [] : [/** @type {[string, string, string]} */ ([t(classes ? "testAccuracy" : "testR2"), value(before.metrics[`test_${quality}`]), value(now.metrics[`test_${quality}`])])]),
      [t("flow.findings"), names(before.findings), names(now.findings)],
    ];
    const behind = before.step - now.step;
    return h("div", { class: "tried" }, h("table", {}, h("caption", {}, t("flow.tried", { remedy: pick(label) })),
      h("tr", {}, h("td", {}), h("th", { scope: "col" }, t("flow.before")), h("th", { scope: "col" }, t("flow.after"))),
      ...rows.map(([name, was, is]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, was), h("td", {}, is)))),
    h("p", { class: "remedies" },
      ...(fresh && behind > 0 ? [h("button", { type: "button", "data-name": "as far", onclick: () => void this.session.step({ steps: behind }) }, t("flow.asFar", { n: grouped(behind) }))] : []),
      h("button", { type: "button", "data-name": "take back", onclick: () => void this.undo() }, t("undo")),
      h("button", { type: "button", class: "quiet", "data-name": "done", onclick: () => { this.tried = null; this.changed(); } }, t("close"))));
  }
}

/** Those of one kind together: ten layers that are saturated are one thing to say. @param {Finding[]} findings @returns {Finding[][]} */
const byKind = (findings) => [...new Set(findings.map(({ name }) => name))].map((name) => findings.filter((one) => one.name === name));

/** @param {Finding[]} findings */
const names = (findings) => (findings.length ? listed([...new Set(findings.map(({ name }) => t(`finding.${name}`)))]) : t("flow.none"));

/** Put them where they are shown, where they are others; focus stays where it is. @param {HTMLElement} box @param {Remedies} remedies */
export function drawRemedies(box, remedies) {
  const { key } = remedies;
  if (drawn.get(box) === key) return;
  drawn.set(box, key);
  rebuild(box, ...remedies.draw());
}

/** @type {WeakMap<HTMLElement, string>} */
const drawn = new WeakMap();
