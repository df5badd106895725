/**
 * What the parts of the page of functions share: its state, numbers as they are written, sliders that are followed while they move.
 *
 * @import {Known} from "../model/exact.js"
 * @import {Shown} from "./link.js"
 * @typedef {import("../shell.js").ShellState & Shown & {catalog: any}} State
 * @typedef {import("../store.js").Store<State>} PageStore
 */
import { classColours } from "../canvas.js";
import { h, sliderField } from "../dom.js";
import { named } from "../words.js";

/** The catalog's records of functions of one z. @param {any} catalog @returns {(Known & Record<string, any>)[]} */
export const alone = (catalog) => catalog.activations.filter((/** @type {any} */ a) => !a.output_only);

/** @param {any} catalog @param {string} name @returns {Known & Record<string, any>} */
export const recordOf = (catalog, name) => catalog.activations.find((/** @type {any} */ a) => a.name === name);

const DASHES = [[], [8, 3], [2, 3]];

/** Each function has its colour and, as there are more of them than colours, its dashes. @param {number} i its place in the catalog */
export const strokeOf = (i) => ({ colour: classColours()[i % 8], dash: DASHES[Math.floor(i / 8) % DASHES.length] });

const RAISED = /** @type {Record<string, string>} */ (Object.fromEntries([..."0123456789"].map((digit, i) => [digit, "⁰¹²³⁴⁵⁶⁷⁸⁹"[i]])));

/** A whole number as an exponent: ⁻³. @param {number} n */
export const raised = (n) => `${n < 0 ? "⁻" : ""}${[...String(Math.abs(n))].map((digit) => RAISED[digit]).join("")}`;

/** A power of ten: 10⁻³. @param {number} power */
export const powerOfTen = (power) => `10${raised(power)}`;

/** A number of a few digits, as in a book: 0.25, 9.5 × 10⁻⁷. @param {number} value @param {number} [digits] */
export function written(value, digits = 3) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value < 0 ? "−∞" : "∞";
  if (value === 0) return "0";
  const size = Math.abs(value), minus = value < 0 ? "−" : "";
  if (size >= 1e-3 && size < 1e5) return minus + String(Number(size.toPrecision(digits)));
  const [lead, power] = size.toExponential(digits - 1).split("e");
  return `${minus}${Number(lead)} × ${powerOfTen(Number(power))}`;
}

/** A number with places after the point, for tables and what moves. @param {number} value */
export const placed = (value) => (Math.abs(value) > 0 && Math.abs(value) < 1e-3 ? written(value, 2) : Math.abs(value) >= 1e5 ? written(value, 3) : value.toFixed(4).replace("-", "−"));

const SUNK = "₀₁₂₃₄₅₆₇₈₉";

/** A letter with an index: x₁. @param {string} letter @param {number} i from 0 */
export const indexed = (letter, i) => letter + SUNK[i + 1];

/**
 * A slider that says every value while it moves; `done` once it is let go.
 * @param {string} label
 * @param {Parameters<typeof sliderField>[1]} range
 * @param {(value: number, done: boolean) => void} changed
 */
export function followed(label, range, changed) {
  const { field, slider, number } = sliderField(label, range, (value) => changed(value, true));
  const position = (/** @type {number} */ v) => (range.log ? (Math.log(Math.max(v, range.min) / range.min) / Math.log(range.max / range.min)) * 1000 : v);
  slider.addEventListener("input", () => changed(Number(number.value), false));
  return {
    field,
    set: (/** @type {number} */ value) => {
      // Short, so that nothing is pushed aside by digits; the picture and the formulas say more.
      const text = String(Number(range.log ? value.toPrecision(3) : value.toFixed(3)));
      slider.value = String(position(value));
      slider.setAttribute("aria-valuetext", text);
      number.dataset.last = text;
      if (document.activeElement !== number) number.value = text;
    },
  };
}

/**
 * A few choices of which one holds, as buttons side by side.
 * @param {string} label
 * @param {{value: string, text: string}[]} options
 * @param {(value: string) => void} chosen
 */
export function switched(label, options, chosen) {
  const buttons = options.map(({ value, text }) => h("button", { type: "button", "data-value": value, onclick: () => chosen(value) }, text));
  return {
    field: h("div", { class: "switch", role: "group", "aria-label": label }, ...buttons),
    set: (/** @type {string} */ value) => {
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.value === value));
    },
  };
}

/** A select of the functions. @param {State} s @param {string} label @param {string} value @param {(value: string) => void} changed */
export function functionField(s, label, value, changed) {
  const select = h("select", { "aria-label": label, "data-name": label, onchange: () => changed(select.value) },
    ...alone(s.catalog).map(({ name }) => h("option", { value: name, selected: name === value }, named(name))));
  return { field: h("label", { class: "field" }, label, select), select };
}

/**
 * Arrow keys move a value along a picture: by 0.1, with Shift by 1; Home and End go to its ends.
 * @param {HTMLElement} element
 * @param {{most: number, get: () => number, set: (value: number) => void}} value
 */
export function byKeys(element, { most, get, set }) {
  element.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    const end = { Home: -most, End: most }[event.key];
    if ((!way && end === undefined) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const wanted = end ?? get() + /** @type {number} */ (way) * (event.shiftKey ? 1 : 0.1);
    set(Math.max(-most, Math.min(most, Number(wanted.toFixed(10)))));
  });
}

/**
 * What a picture tells as a slider of z.
 * @param {HTMLElement} element
 * @param {number} z
 * @param {number} most
 * @param {string} text
 */
export function speak(element, z, most, text) {
  const told = { valuemin: -most, valuemax: most, valuenow: Number(z.toFixed(4)), valuetext: text };
  for (const [name, value] of Object.entries(told)) element.setAttribute(`aria-${name}`, String(value));
}
