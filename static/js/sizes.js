/** The size of a window's output, as a formula with the numbers in it: out = ⌊(n + p − d (k − 1) − 1) / s⌋ + 1. */
import { m } from "./formula.js";

/** @import {Axis} from "./model/windows.js" */

const sign = (/** @type {string} */ text) => m("mo", text);
const number = (/** @type {number} */ value) => (value < 0 ? m("mrow", sign("−"), m("mn", String(-value))) : m("mn", String(value)));

/** On one line: few machines have a font whose brackets grow with a fraction. @param {Element} above @param {Element} below */
const floored = (above, below) => m("mrow", sign("⌊"), above, sign("/"), below, sign("⌋"));

/** One formula a line may break after. @param {...(Element)} parts */
const formula = (...parts) => m("math", ...parts);

/**
 * (Dumoulin & Visin 2016, relationship 15, with all padding in one p.)
 * @param {Axis} axis
 * @returns {Element[]} in symbols, in figures, what they come to
 */
export function sizeFormula({ length, before, after, dilation, size, stride, reach, positions }) {
  const letter = (/** @type {string} */ text) => m("mi", text), padding = before + after;
  const symbols = m("mrow", sign("("), letter("n"), sign("+"), letter("p"), sign("−"), letter("d"), sign("("), letter("k"), sign("−"), m("mn", "1"), sign(")"), sign("−"), m("mn", "1"), sign(")"));
  const figures = m("mrow", sign("("), number(length), sign("+"), number(padding), sign("−"), number(dilation), sign("·"), sign("("), number(size), sign("−"), m("mn", "1"), sign(")"), sign("−"), m("mn", "1"), sign(")"));
  const plusOne = () => [sign("+"), m("mn", "1")];
  return [
    formula(letter("out"), sign("="), floored(symbols, letter("s")), ...plusOne()),
    formula(sign("="), floored(figures, number(stride)), ...plusOne()),
    formula(sign("="), floored(number(length + padding - reach), number(stride)), ...plusOne()),
    formula(sign("="), number(positions)),
  ];
}
