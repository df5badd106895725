/** What is pointed at, written out: the products and their sum, what won, what of the gradient goes back, where an input has a part. */
import { h } from "../dom.js";
import { m, pieces, set, symbol } from "../formula.js";
import { outputsWith, sharesOf } from "../model/sliding.js";
import { written } from "../functions/controls.js";
import { t } from "../words.js";
import { SETTINGS, looked, placeOf } from "./state.js";

/** @import {Term, Setting} from "../formula.js" */
/** @import {PageStore, State, Looked} from "./state.js" */

/** As many products are written whether they are 0 or not. */
const ALL = 16;
/** @type {Setting} */
const FIGURES = { symbols: false, digits: 4, more: () => "" };

/** @param {...(Element | string)} parts */
function math(...parts) {
  const made = m("math", ...parts.map((part) => (typeof part === "string" ? m("mo", part) : part)));
  for (const number of made.querySelectorAll("mn")) if (number.textContent?.includes(".")) number.textContent = number.textContent.replace(/\.?0+$/, "");
  return made;
}
const leaf = (/** @type {number} */ value) => ({ value });
const result = (/** @type {number} */ value) => h("strong", {}, math("=", set(leaf(value), FIGURES)));

/** @param {PageStore} store @param {HTMLElement} box */
export function mountNumbers(store, box) {
  const line = h("p", { id: "sum", class: "line" }), words = h("p", { id: "words", class: "verdict" });
  box.append(line, words);
  const tell = () => {
    const s = store.state, all = looked(s);
    store.set({ tap: null });
    if (s.hover?.grid === "x") {
      line.replaceChildren(...partsOf(s, all, s.hover.row, s.hover.column));
      words.textContent = partText(all, s.hover.row, s.hover.column);
      return;
    }
    const [i, j] = placeOf(s);
    line.replaceChildren(...(s.back ? backLine(all, i, j) : sumLine(store, all, i, j)));
    words.textContent = s.back ? backText(all, i, j) : sumText(all, i, j);
  };
  store.on([...SETTINGS, "hover", "at", "back", "language"], tell);
}

const named = (/** @type {string} */ letter, /** @type {number} */ row, /** @type {number} */ column) => symbol(`${letter}_${row + 1},${column + 1}`);

/**
 * y = (3 · 1 + 0 · 2 + …) / 4 = 0.75, a product one can point at.
 * @param {PageStore} store @param {Looked} all @param {number} i @param {number} j
 */
function sumLine(store, { x, w, by, axis, settings: { operation }, at }, i, j) {
  const { value, taps, winner, inside } = at(i, j), number = (/** @type {typeof taps[number]} */ tap) => (tap.inside ? x[tap.row * axis.length + tap.column] : 0);
  const conv = operation === "conv", shown = taps.map((tap, k) => ({ tap, k, x: number(tap) }))
    .filter((one) => (conv ? taps.length <= ALL || (one.x && w[one.k]) : one.tap.inside));
  const term = (/** @type {typeof shown[number]} */ one) => (conv ? { op: "multiply", of: [leaf(one.x), leaf(w[one.k])] } : leaf(one.x));
  const left = math(named("y", i, j), "=");
  if (operation === "max") {
    return [left, math(m("mi", "max"), "("), ...shown.flatMap((one, place) => [...(place ? [math(",")] : []), pointing(store, one.k, math(set(term(one), FIGURES)), one.k === winner)]), math(")"), result(value)];
  }
  const divisor = conv ? by : inside, made = pieces(/** @type {Term} */ ({ op: "add", of: shown.map(term) }), FIGURES);
  const body = shown.map((one, place) => pointing(store, one.k, math(made[place]), false));
  const wrapped = divisor === 1 ? body : [math("("), ...body, math(")"), math("/", set(leaf(divisor), FIGURES))];
  return [left, ...(body.length ? wrapped : [math(m("mn", "0"))]), result(value)];
}

/** @param {PageStore} store @param {number} k which cell of the window @param {Element} formula @param {boolean} won */
function pointing(store, k, formula, won) {
  const span = h("span", { class: won ? "term won" : "term" }, formula);
  span.addEventListener("pointerenter", () => store.set({ tap: k }));
  span.addEventListener("pointerleave", () => store.set({ tap: null }));
  return span;
}

/** @param {Looked} all @param {number} i @param {number} j */
function sumText({ axis, settings: { operation }, at, x, w }, i, j) {
  const { taps, winner, inside } = at(i, j), outside = taps.length - inside;
  const border = outside ? ` ${t(operation === "conv" ? "cv.outsideZero" : operation === "max" ? "cv.outsideMax" : "cv.outsideAvg", { n: outside })}` : "";
  if (operation === "max") return t("cv.won", { row: taps[winner].row + 1, column: taps[winner].column + 1 }) + border;
  if (operation === "avg") return t("cv.mean", { n: inside }) + border;
  const nothing = taps.filter((tap, k) => !(tap.inside && x[tap.row * axis.length + tap.column] && w[k])).length;
  return t("cv.sum", { n: taps.length }) + (taps.length > ALL && nothing ? ` ${t("cv.zerosLeftOut", { n: nothing })}` : "") + border;
}

/** @param {Looked} all @param {number} i @param {number} j */
function backLine({ weights, settings: { operation }, at }, i, j) {
  const output = at(i, j), shares = sharesOf(operation, output, weights, 1), d = (/** @type {Element} */ of) => m("mfrac", m("mrow", m("mo", "∂"), m("mi", "L")), m("mrow", m("mo", "∂"), of));
  const given = output.taps.map((tap, k) => ({ tap, share: shares[k] })).filter((one) => one.tap.inside && one.share);
  const first = math(m("mi", "δ"), "=", d(named("y", i, j)), "=", m("mn", "1"), m("mo", ":"));
  const shown = given.slice(0, 4).map(({ tap, share }, k) => h("span", { class: "term" }, math(...(k ? [m("mo", ",")] : []), d(named("x", tap.row, tap.column)), "=",
    ...(operation === "conv" ? [m("mi", "δ"), m("mo", "·"), set(leaf(share), { ...FIGURES }), "="] : operation === "avg" ? [m("mfrac", m("mi", "δ"), m("mn", String(output.inside))), "="] : [m("mi", "δ"), "="]), set(leaf(share), FIGURES))));
  return [first, ...shown, ...(given.length > shown.length ? [h("span", {}, "…")] : [])];
}

/** @param {Looked} all @param {number} i @param {number} j */
function backText({ settings: { operation }, at }, i, j) {
  const { taps, winner, inside } = at(i, j);
  if (operation === "max") return t("cv.back.max", { row: taps[winner].row + 1, column: taps[winner].column + 1 });
  return operation === "avg" ? t("cv.back.avg", { n: inside }) : t("cv.back.conv");
}

/** A cell of the input: δ of every output it has a part in, times the weight on the way. @param {State} s @param {Looked} all @param {number} row @param {number} column */
function partsOf({ back }, { axis, settings: { operation }, weights, at, x }, row, column) {
  const inside = row >= 0 && column >= 0 && row < axis.length && column < axis.length;
  const left = math(named("x", row, column), "=", set(leaf(inside ? x[row * axis.length + column] : 0), FIGURES));
  if (!inside || !back) return [left];
  const parts = outputsWith(axis, row, column).map((one) => {
    const output = at(one.i, one.j), k = one.u * axis.size + one.v;
    return sharesOf(operation, output, weights, 1)[k];
  });
  const total = parts.reduce((sum, one) => sum + one, 0), made = pieces({ op: "add", of: parts.map(leaf) }, FIGURES);
  const d = m("mfrac", m("mrow", m("mo", "∂"), m("mi", "L")), m("mrow", m("mo", "∂"), named("x", row, column)));
  return [math(d, "="), ...(parts.length ? made.map((one) => math(one)) : [math(m("mn", "0"))]), ...(parts.length > 1 ? [result(total)] : [])];
}

/** @param {Looked} all @param {number} row @param {number} column */
function partText({ axis, settings: { operation }, at }, row, column) {
  if (row < 0 || column < 0 || row >= axis.length || column >= axis.length) return t(operation === "conv" ? "cv.borderZero" : "cv.borderPool");
  const partners = outputsWith(axis, row, column), where = { row: row + 1, column: column + 1, n: partners.length };
  if (!partners.length) return t("cv.part.none", where);
  if (operation !== "max") return t(partners.length === 1 ? "cv.part.one" : "cv.part.many", where);
  const won = partners.filter(({ i, j, u, v }) => at(i, j).winner === u * axis.size + v).length;
  return t("cv.part.max", { ...where, won: written(won) });
}
