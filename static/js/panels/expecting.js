/** What a text network expects next: two bars a character, its own probability and what temperature and top-k make of it. */
import { api, Problem } from "../api.js";
import { h } from "../dom.js";
import { t } from "../words.js";
import { nameOf, spelled } from "./surprise.js";

const ROWS = 6, EVERY_MS = 400;

/**
 * @typedef {{character: string, probability: number, drawn: number}} Expected
 * @typedef {import("../wire.js").AlternativesOut} Alternatives
 */

export class Expecting {
  /** In place of a character that was written. @type {{read: string, character: string, alternatives: Alternatives} | null} */
  #instead = null;
  /** @type {{characters: Expected[], after: string} | null} */
  #found = null;
  #asking = false;
  #again = false;
  #at = 0;
  #step = -1;

  /**
   * @param {import("../session.js").Session} session @param {HTMLElement} box @param {HTMLElement} head what the bars are of
   * @param {() => {prompt: string, temperature: number, top_k: number | null}} wanted
   */
  constructor(session, box, head, wanted) {
    this.session = session;
    this.box = box;
    this.head = head;
    this.wanted = wanted;
  }

  /** What was likely where a character was written; null: what comes next. @param {{read: string, character: string, alternatives: Alternatives} | null} what */
  instead(what) {
    if (!what && !this.#instead) return;
    this.#instead = what;
    this.#draw();
  }

  /** Where the network has learned since. */
  follow() {
    const { frame, connection } = this.session.store.state;
    if (connection === "live" && frame && frame.step !== this.#step && performance.now() - this.#at > EVERY_MS && !document.hidden && !this.#instead) this.refresh();
  }

  /** Ask what comes next, once more if something has changed meanwhile. */
  async refresh() {
    this.#again = true;
    if (this.#asking) return;
    this.#asking = true;
    while (this.#again) {
      this.#again = false;
      await this.session.edits.turn; // until an edit is done the server may have other data
      const { session } = this, { frame, dataset } = session.store.state, wanted = this.wanted(), of = session.id;
      this.#at = performance.now();
      this.#step = frame?.step ?? -1;
      const most = dataset?.vocabulary?.length ?? 0;
      if (wanted.top_k !== null && !(wanted.top_k >= 1 && wanted.top_k <= most)) wanted.top_k = null;
      const read = [...wanted.prompt.normalize("NFC")].slice(-(dataset?.shape[0] ?? 1)), asked = { ...wanted, prompt: read.join("") };
      // What the data has not is said where it is to be written after.
      if (dataset?.view !== "text" || !read.length || !read.every((c) => dataset.vocabulary.includes(c))) this.#found = null;
      else try {
        const { characters } = await api.next(of, asked);
        if (of === session.id) this.#found = { characters, after: asked.prompt };
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        this.#found = null;
      }
      this.#draw();
    }
    this.#asking = false;
  }

  /** In words, for who listens. @param {Alternatives | undefined} of */
  spoken(of) {
    const { dataset } = this.session.store.state;
    return of && dataset ? of.characters.slice(0, 3).map((character, i) => `${spelled(dataset, character)} ${percent(of.probabilities[i])}`).join(", ") : "";
  }

  #draw() {
    const { dataset } = this.session.store.state, instead = this.#instead, found = this.#found;
    if (!dataset || dataset.view !== "text") return;
    /** @type {Expected[]} */
    const all = instead ? instead.alternatives.characters.map((character, i) => ({ character, probability: instead.alternatives.probabilities[i], drawn: instead.alternatives.drawn[i] })) : found?.characters ?? [];
    this.head.textContent = instead ? `${instead.read} ${t("expectedInstead")}` : all.length ? t("expectedAfter", { text: [...(found?.after ?? "")].slice(-8).map((c) => nameOf(dataset, c)).join("") }) : t("expectedNone");
    const rows = all.slice(0, ROWS), left = rows.reduce(([p, d], one) => [p - one.probability, d - one.drawn], [1, 1]);
    // Nothing moves when there is something to show.
    const none = Array.from({ length: Math.min(ROWS + 1, dataset.vocabulary.length) }, () => h("tr", {}, h("th", { scope: "row" }, "–"), h("td", { class: "track" }, bar("own", 0), bar("drawn", 0)), h("td", { class: "number" }, "–"), h("td", { class: "number" }, "–")));
    const row = (/** @type {string} */ name, /** @type {number} */ p, /** @type {number} */ drawn, /** @type {boolean} */ taken) => h("tr", { class: taken ? "taken" : "" },
      h("th", { scope: "row" }, name), h("td", { class: "track", "aria-hidden": "true" }, bar("own", p), bar("drawn", drawn)), h("td", { class: "number" }, percent(p)), h("td", { class: "number" }, percent(drawn)));
    this.box.replaceChildren(h("thead", {}, h("tr", {}, h("td", {}), h("td", { "aria-hidden": "true" }), h("th", { scope: "col", class: "own" }, t("expectedOwn")), h("th", { scope: "col", class: "drawn" }, t("expectedDrawn")))),
      h("tbody", {}, ...(rows.length ? [] : none), ...rows.map((one) => row(nameOf(dataset, one.character), one.probability, one.drawn, one.character === instead?.character)),
        ...(dataset.vocabulary.length > ROWS && rows.length ? [row(t("expectedOthers"), Math.max(0, left[0]), Math.max(0, left[1]), false)] : [])));
    this.box.dataset.step = String(this.#step);
  }
}

/** @param {string} kind @param {number} p */
function bar(kind, p) {
  const found = h("span", { class: `bar ${kind}` });
  found.style.width = `${Math.max(0, Math.min(1, p)) * 100}%`;
  return found;
}

/** @param {number} p */
const percent = (p) => `${(100 * p).toFixed(p < 0.0995 ? 1 : 0)}%`;
