/** Fill in the blanks: the same lines with numbers left out, hints that come one by one, and a tally. */
import { api } from "../api.js";
import { h } from "../dom.js";
import { figure, m, set, symbol } from "../formula.js";
import { t } from "../words.js";
import { equation, sentence, titleOf } from "./lines.js";

const LEVELS = [1, 2, 3], HINTS = 3;

/** @typedef {import("./lines.js").Reading} Reading */

export class Exercises {
  /**
   * @param {import("../session.js").Session} session
   * @param {() => void} changed
   * @param {(made: any) => unknown} opened of another exercise: what stands beside it goes there
   */
  constructor(session, changed, opened) {
    this.opened = opened;
    this.session = session;
    /** Grows with all that changes what is shown. */
    this.version = 0;
    this.changed = () => {
      this.version++;
      changed();
    };
    this.seed = 1;
    this.level = 1;
    /** @type {any} */
    this.made = null;
    /** Of this exercise, by blank. @type {Record<string, {right: boolean, hints: number, hint: any, answer: string, shown: any}>} */
    this.state = {};
    this.right = 0;
    this.asked = 0;
    /** @type {unknown} */
    this.problem = null;
  }

  async open() {
    const { id, store } = this.session;
    if (store.state.frame?.state === "playing") await api.pause(id); // its numbers would run away
    await this.#try(async () => {
      this.made = await api.exercise(id, { seed: this.seed, level: this.level });
      this.state = Object.fromEntries(this.made.blanks.map((/** @type {string} */ blank) => [blank, { right: false, hints: 0, hint: null, answer: "", shown: null }]));
      this.asked += this.made.blanks.length;
      this.opened(this.made);
    });
  }

  /** @param {() => Promise<void>} action */
  async #try(action) {
    try {
      this.problem = null;
      await action();
    } catch (error) {
      this.problem = error;
    }
    this.changed();
  }

  another() {
    this.seed++;
    return this.open();
  }

  /** @param {string} blank @param {string} text */
  check(blank, text) {
    const one = this.state[blank], value = Number(text.trim().replace("−", "-").replace(",", "."));
    one.answer = text;
    if (text.trim() === "" || !Number.isFinite(value)) {
      one.hint = { kind: "number" };
      this.changed();
      return Promise.resolve();
    }
    return this.#try(async () => {
      const { seed, level, step } = this.made;
      const found = await api.checkExercise(this.session.id, { seed, level, step, answers: { [blank]: value }, hints: { [blank]: one.hints } });
      const { right, hint } = found.results[blank];
      if (right && !one.right) this.right++;
      one.right = right;
      one.hint = hint;
      if (!right) one.hints = Math.min(HINTS, one.hints + 1);
    });
  }

  /** The answer, when all hints were not enough. @param {string} blank */
  reveal(blank) {
    return this.#try(async () => {
      const { seed, level } = this.made;
      const solved = await api.exercise(this.session.id, { seed, level, solutions: true });
      this.state[blank].shown = solved.lines.find((/** @type {any} */ line) => line.blank === blank);
    });
  }
}

/** @param {Reading} reading @param {Exercises} exercises */
export function drawExercise(reading, exercises) {
  const { made } = exercises;
  const level = h("select", { "aria-label": t("bp.level"), onchange: () => { exercises.level = Number(level.value); void exercises.open(); } },
    ...LEVELS.map((n) => h("option", { value: String(n), selected: n === exercises.level }, t(`bp.level${n}`))));
  const seed = h("input", { type: "number", min: "0", max: "2147483648", step: "1", value: String(exercises.seed), "aria-label": t("bp.exerciseNumber"), onchange: () => {
    if (!seed.reportValidity()) return;
    exercises.seed = Number(seed.value);
    void exercises.open();
  } });
  const head = h("div", { class: "row exercise-head" }, level, h("label", { class: "row" }, t("bp.exerciseNumber"), " ", seed),
    h("button", { type: "button", onclick: () => void exercises.another() }, t("bp.another")),
    h("span", { class: "tally", role: "status" }, t("bp.tally", { right: exercises.right, asked: exercises.asked })),
    h("a", { href: `/exercises?network=${encodeURIComponent(exercises.session.id)}&seed=${exercises.seed}`, target: "_blank" }, t("bp.print")));
  if (!made) return h("div", { class: "exercise" }, head);
  return h("div", { class: "exercise" }, head, h("p", { class: "hint" }, t("bp.exerciseHint", { sample: made.sample + 1 })),
    ...made.lines.map((/** @type {any} */ line) => (line.blank ? blankLine(reading, exercises, line) : shownLine(reading, line))));
}

/** @param {Reading} reading @param {any} line */
const shownLine = (reading, line) => h("div", { class: "line" }, h("p", { class: "k" }, `${titleOf(reading.state, line.layer)} · ${sentence(reading.state, line)}`), equation(reading, line));

/** @param {Reading} reading @param {Exercises} exercises @param {any} line */
function blankLine(reading, exercises, line) {
  const one = exercises.state[line.blank], { digits } = reading;
  const label = `${line.left.replace(/\^\((\d+)\)/, " $1 ").replace("_", " ")}: ${sentence(reading.state, line)}`;
  const input = h("input", { type: "text", inputMode: "decimal", autocomplete: "off", value: one.answer, "data-blank": line.blank, "data-name": `blank ${line.blank}`, "aria-label": label, disabled: one.right, "aria-invalid": String(Boolean(one.hint)), oninput: () => { one.answer = input.value; } });
  const form = h("form", { class: "row", onsubmit: (/** @type {Event} */ event) => {
    event.preventDefault();
    void exercises.check(line.blank, input.value);
  } }, m("math", symbol(line.left), m("mo", "=")), input, one.right ? h("b", { class: "right" }, `✓ ${t("bp.right")}`) : h("button", { type: "submit" }, t("bp.check")));
  /** @type {HTMLElement[]} */
  const parts = [h("p", { class: "k" }, `${titleOf(reading.state, line.layer)} · ${sentence(reading.state, line)}`), form];
  if (!one.right && one.hint) parts.push(h("div", { class: "exercise-hint", role: "status" }, ...hintOf(one.hint, line, digits)));
  if (!one.right && one.hints >= HINTS && !one.shown) parts.push(h("button", { type: "button", class: "quiet", onclick: () => void exercises.reveal(line.blank) }, t("bp.reveal")));
  if (one.shown) parts.push(equation(reading, one.shown));
  return h("div", { class: `line blank ${one.right ? "right" : ""}` }, ...parts);
}

/** @param {any} hint @param {any} line @param {number} digits @returns {(Node | string)[]} */
function hintOf(hint, line, digits) {
  const setting = { digits, more: (/** @type {number} */ n) => t("bp.more", { n }) };
  if (hint.kind === "number") return [t("bp.notANumber")];
  if (hint.kind === "numbers") return [h("p", {}, t("bp.hint.numbers")), ...hint.numbers.map((/** @type {any} */ n) => h("span", { class: "given" }, m("math", symbol(n.symbol), m("mo", "="), m("mn", figure(n.value, digits + 1)))))];
  return [h("p", {}, t(`bp.hint.${hint.kind}`)), m("math", symbol(line.left), m("mo", "="), set(hint.term, { ...setting, symbols: hint.kind === "formula" }))];
}
