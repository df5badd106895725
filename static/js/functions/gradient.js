/**
 * A neuron's numbers line by line, each as symbols = figures = result, and what they mean in words.
 *
 * @import {Term, Setting} from "../formula.js"
 * @import {Function1, Known} from "../model/exact.js"
 * @import {Shown} from "./link.js"
 */
import { m, set, symbol } from "../formula.js";
import { h } from "../dom.js";
import { flatAt, stepped, worked } from "../model/neuron.js";
import { named, t } from "../words.js";
import { indexed, written } from "./controls.js";

const DIGITS = 4;
const more = () => "";
/** @type {Setting} */
const SYMBOLS = { symbols: true, digits: DIGITS, more }, FIGURES = { symbols: false, digits: DIGITS, more };

/** A formula of its own, so that a long line breaks before its equals signs. @param {...(Element | string)} parts */
function formula(...parts) {
  const math = m("math", ...parts.map((part) => (typeof part === "string" ? m("mo", part) : part)));
  // What a slider stands at has no zeros after its last digit.
  for (const number of math.querySelectorAll("mn")) if (number.textContent?.includes(".")) number.textContent = number.textContent.replace(/\.?0+$/, "");
  for (const letter of math.querySelectorAll("mi")) if (letter.textContent === "f′") letter.setAttribute("class", "primed");
  return math;
}

/** One line of the sum. @param {string} what @param {Element} left @param {Term | null} inSymbols @param {Term} inFigures @param {number} result */
const line = (what, left, inSymbols, inFigures, result) => h("p", { class: "line", "data-of": what },
  formula(left, ...(inSymbols ? ["=", set(inSymbols, SYMBOLS)] : [])), " ", formula("=", set(inFigures, FIGURES)), " ",
  h("strong", {}, formula("=", set({ value: result }, FIGURES))));

/** @param {string} name @param {number} value */
const leaf = (name, value) => ({ value, symbol: name });

/**
 * @param {Function1} f
 * @param {Shown["neuron"]} neuron
 * @param {string} name of the function, as people write it
 */
export function gradientLines(f, neuron, name) {
  const { x, w, b, t: target, rate } = neuron, { z, a, slope, loss, dw, db } = worked(f, neuron), after = stepped(f, neuron, rate);
  const difference = { op: "subtract", of: [leaf("a", a), leaf("t", target)] };
  const slopeTerm = { op: "f′", of: [leaf("z", z)] }, slopeLeaf = leaf("", slope);
  const chained = (/** @type {Term} */ one, /** @type {number | null} */ i) => ({ op: "multiply", of: [difference, one, ...(i === null ? [] : [leaf(`x_${i + 1}`, x[i])])] });
  const moved = (/** @type {string} */ letter, /** @type {number} */ from, /** @type {number} */ to) => h("span", {}, `${letter} ${written(from, 5)} → ${written(to, 5)}`);
  /** @type {Term} */
  const sum = { op: "add", of: [...w.map((weight, i) => ({ op: "multiply", of: [leaf(`w_${i + 1}`, weight), leaf(`x_${i + 1}`, x[i])] })), leaf("b", b)] };
  return [
    line("z", symbol("z"), sum, sum, z),
    line("a", symbol("a"), { op: "f", of: [leaf("z", z)] }, { op: name, of: [leaf("z", z)] }, a),
    h("p", { class: "line", "data-of": "slope" }, formula(set(slopeTerm, SYMBOLS)), " ", h("strong", {}, formula("=", set({ value: slope }, FIGURES)))),
    line("loss", symbol("L"), { op: "multiply", of: [leaf("½", 0.5), { op: "power", of: [difference, { value: 2 }] }] }, { op: "multiply", of: [leaf("½", 0.5), { op: "power", of: [difference, { value: 2 }] }] }, loss),
    ...w.map((_, i) => line(`dw${i}`, symbol(`dw_${i + 1}`), chained(slopeTerm, i), chained(slopeLeaf, i), dw[i])),
    line("db", symbol("db"), chained(slopeTerm, null), chained(slopeLeaf, null), db),
    h("p", { class: "moves" }, t("fn.moves", { rate: written(rate) }), ...w.map((weight, i) => moved(indexed("w", i), weight, after.w[i])), moved("b", b, after.b)),
  ];
}

/**
 * What happens to this neuron, in a sentence or two.
 * @param {Function1} f
 * @param {Shown["neuron"]} neuron
 * @param {Known} known
 * @param {Shown["neuron"] | null} before the last step
 */
export function inWords(f, neuron, known, before) {
  const here = worked(f, neuron), after = worked(f, stepped(f, neuron, neuron.rate)), name = named(neuron.f);
  const steps = here.dw.map((one) => neuron.rate * one), largest = Math.max(...steps.map(Math.abs)), i = steps.findIndex((one) => Math.abs(one) === largest);
  const values = {
    name, z: written(here.z), slope: written(here.slope), error: written(Math.abs(here.error)), largest: written(largest, 2), w: indexed("w", Math.max(0, i)),
    step: written(-steps[Math.max(0, i)], 3), loss: written(here.loss), then: written(after.loss),
  };
  const flat = flatAt(known, here.z);
  const key = Math.abs(here.error) < 0.01 ? "there" : here.slope === 0 ? "zero" : flat ? "flat" : largest === 0 ? "noInput" : after.loss > here.loss ? "over" : "learns";
  const made = before ? `${t("fn.made", { from: written(worked(f, before).loss), to: written(here.loss) })} ` : "";
  return [h("strong", { "data-state": key }, t(`fn.is.${key}`)), ` ${made}${t(`fn.neuron.${key}`, values)}`];
}
