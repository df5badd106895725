/** The chosen optimizer's next step, symbol = substitution = result, and whether its rate bears the ground's curvature. */
import { short } from "../canvas.js";
import { h } from "../dom.js";
import { figure, m, pieces, set, symbol } from "../formula.js";
import { t } from "../words.js";
import { racerName } from "./controls.js";
import { pathOf, placeAt, stability } from "./state.js";

/** @import {LineOut} from "../wire.js" */
/** @import {PageStore, State} from "./state.js" */

const DIGITS = 5;
/** @type {import("../formula.js").Setting} */
const SYMBOLS = { symbols: true, digits: DIGITS, more: () => "" };
const FIGURES = { ...SYMBOLS, symbols: false };

/** @param {...(Element | string)} parts */
const math = (...parts) => m("math", ...parts.map((part) => (typeof part === "string" ? m("mo", part) : part)));

/** @param {LineOut} line */
function equation(line) {
  const term = /** @type {import("../formula.js").Term} */ (/** @type {unknown} */ (line.term)), plain = !("op" in term);
  return [math(symbol(line.left), "="), ...(plain ? [] : [...pieces(term, SYMBOLS).map((one) => math(one)), math("="), ...pieces(term, FIGURES).map((one) => math(one)), math("=")]), h("strong", {}, math(m("mn", figure(line.value, DIGITS))))];
}

/** @param {LineOut} line */
function sentence({ what, value }) {
  const key = `descent.line.${what}`, own = t(key);
  return own === key ? t(`bp.${what}`, { n: (value ?? 0) + 1, layer: "", name: "" }) : own;
}

/** @param {PageStore} store @param {HTMLElement} box */
export function mountNumbers(store, box) {
  const title = h("h3", { id: "numbers-title", hidden: true }), verdict = h("p", { id: "verdict", class: "verdict" }), note = h("p", { id: "misprint", class: "hint" }), lines = h("div", { id: "lines", class: "lines" });
  box.append(title, verdict, lines, note);
  store.on(["race", "at", "chosen", "language"], (s) => {
    const racer = s.racers[s.chosen], path = pathOf(s, s.chosen);
    title.hidden = !racer || !path;
    if (!racer || !path) return;
    const at = placeAt(path, s.at);
    title.textContent = t("descent.nextStep", { name: racerName(s, s.chosen), n: at + 1 });
    verdict.replaceChildren(...verdictOf(s));
    note.textContent = racer.kind === "sgd" && racer.momentum ? t("descent.misprint") : "";
  });
  store.on(["worked", "race", "language"], (s) => {
    if (!s.race) return lines.replaceChildren();
    if (!s.worked) return lines.replaceChildren(h("p", { class: "hint" }, t("descent.noMore")));
    const { x, y } = s.worked.lines;
    return lines.replaceChildren(...x.map((line, k) => h("div", { class: "line", "data-what": line.what },
      h("p", { class: "said" }, sentence(line)),
      h("p", { class: "equation" }, h("span", { class: "axis" }, "x"), ...equation(line)), h("p", { class: "equation" }, h("span", { class: "axis" }, "y"), ...equation(y[k])))));
  });
  store.on(["playing"], ({ playing }) => { box.classList.toggle("moving", playing); });
}

/** @param {State} s */
function verdictOf(s) {
  const racer = s.racers[s.chosen], path = /** @type {NonNullable<ReturnType<typeof pathOf>>} */ (pathOf(s, s.chosen)), at = placeAt(path, s.at);
  if (path.state === "diverged" && at === path.points.length - 1) return [h("strong", { "data-verdict": "explodes" }, t("descent.verdict.gone")), " ", t("descent.verdict.goneText", { n: at })];
  const curvature = path.curvatures[at], found = stability(racer, curvature);
  if (racer.kind !== "sgd") return [t("descent.verdict.ownScale")];
  if (!found) return [t("descent.verdict.downwards", { curvature: short(curvature, 2) })];
  const product = math(m("mi", "η"), "·", m("mi", "λ"), "=", set({ value: racer.learning_rate }, FIGURES), "·", set({ value: /** @type {number} */ (curvature) }, { ...FIGURES, digits: 3 }), "=", m("mn", figure(found.product, 3)));
  const state = { settles: "passes", swings: "passes", leaves: "explodes" }[found.verdict];
  return [h("strong", { "data-verdict": state }, t(`descent.verdict.${found.verdict}`)), " ", product, ` ${t(`descent.verdict.${found.verdict}Text`, { bound: short(found.bound, 2) })}`];
}

