/** One weight's chain: the factors from the weight up to the loss, each with its own figure. */
import { h } from "../dom.js";
import { figure, m, set, symbol } from "../formula.js";
import { t } from "../words.js";
import { pointable, titleOf } from "./lines.js";

/** @typedef {import("./lines.js").Reading} Reading */

/**
 * @param {Reading} reading
 * @param {import("./walk.js").Walk} walk
 * @param {string} name of the parameter
 */
export function drawChain(reading, walk, name) {
  const found = /** @type {any} */ (walk.found).chains[name];
  if (!found) return h("p", { class: "hint" }, t("bp.noChain"));
  const { digits } = reading;
  const local = found.local.length ? [h("h3", {}, t("bp.chainLocal")), product(reading, found.local, found.gradient, t("bp.gradientShort"))] : [];
  const share = found.gradient ? found.value / found.gradient : 1;
  const whole = Math.abs(share - 1) < 1e-6 ? t("bp.chainAll") : t("bp.chainShare", { share: figure(share * 100, 3), gradient: figure(found.gradient, digits) });
  return h("div", { class: "chains" }, ...local, h("h3", {}, t("bp.chainPath")), product(reading, found.factors, found.value, t("bp.thisWay")), h("p", { class: "hint" }, whole));
}

/** @param {Reading} reading @param {any[]} factors @param {number} value @param {string} title */
function product(reading, factors, value, title) {
  const { digits, state } = reading, made = pointable(reading), more = (/** @type {number} */ n) => t("bp.more", { n });
  const cards = factors.flatMap((factor, k) => {
    const math = m("math", set(factor.term, { symbols: true, digits, more }, made)), result = h("b", { class: "number" }, figure(factor.value, digits));
    return [...(k ? [h("span", { class: "times" }, "×")] : []),
      h("div", { class: "factor", tabIndex: 0 }, h("span", {}, t(`bp.factor.${factor.what}`)), result, math, h("small", {}, titleOf(state, factor.layer)))];
  });
  return h("div", { class: "chain-row" }, ...cards, h("span", { class: "times" }, "="), h("div", { class: "factor result" }, h("span", {}, title), h("b", { class: "number" }, figure(value, digits + 2)), m("math", symbol("∂L/∂w"))));
}
