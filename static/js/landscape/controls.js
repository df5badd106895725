/** Along what the slice goes, how far, and how far its picture is. */
import { byId, h, rebuild, sliderField, write } from "../dom.js";
import { t } from "../words.js";
import { countOf, likelyWeights, parameterAt, parameterName } from "./names.js";

/** @import {Wanted} from "./asking.js" */

const KINDS = /** @type {const} */ (["random", "pca", "weights"]);
/** How far each goes: random ones in lengths of the weights, principal ones in what covers the path, weights in their own units. */
const SPANS = { random: { min: 0.05, max: 5, value: 1 }, pca: { min: 0.1, max: 10, value: 1 }, weights: { min: 0.1, max: 20, value: 2 } };

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} box
 * @param {import("./asking.js").Asking} asking
 */
export function mountControls(session, box, asking) {
  const { store } = session;
  /** What was last chosen of each kind. */
  const spans = Object.fromEntries(KINDS.map((kind) => [kind, SPANS[kind].value]));
  const fields = h("div", { class: "land-fields" }), reach = h("div", { class: "land-reach" }), bar = Object.assign(h("progress", {}), { max: 1 });
  const button = h("button", { type: "button", "data-name": "land stop", onclick: () => { if (asking.going) asking.stop(); else asking.again(); } });
  const going = h("div", { class: "row land-going" }, bar, button);
  box.append(fields, h("div", { class: "land-fields" }, reach, going));
  let built = "";

  /** @param {Wanted["directions"]} directions */
  function choose(directions) {
    asking.want({ directions, span: spans[directions], weights: directions === "weights" ? asking.wanted.weights ?? likelyWeights(store.state) : asking.wanted.weights });
    draw();
  }

  /** The parameter and the place within it of one of two weights. @param {0 | 1} k @returns {HTMLElement[]} */
  function weightFields(k) {
    const s = store.state, network = /** @type {import("../types.js").Network} */ (s.network), weights = asking.wanted.weights ?? [0, 1];
    const { parameter, place } = parameterAt(network, weights[k]), label = t("land.which", { n: k + 1 });
    const take = (/** @type {number} */ index) => {
      const next = /** @type {[number, number]} */ ([...weights]);
      next[k] = index;
      asking.want({ weights: next });
      draw();
    };
    const select = h("select", { "aria-label": label, "data-name": `land parameter ${k}`, onchange: () => take(network.layout[Number(select.value)].offset) },
      ...network.layout.map((p, i) => h("option", { value: String(i), selected: p === parameter }, parameterName(network, p))));
    const number = h("input", { type: "number", min: "1", max: String(countOf(parameter)), step: "1", value: String(place + 1), required: true, "aria-label": t("land.number", { label }), "data-name": `land number ${k}`, onchange: () => {
      if (number.checkValidity()) take(parameter.offset + Number(number.value) - 1);
      else number.reportValidity();
    } });
    // Which one it is stands at its axis.
    return [h("div", { class: "row land-weight", "data-index": String(weights[k]) }, h("span", {}, label), select, number)];
  }

  function draw() {
    const s = store.state, { wanted } = asking, { network } = s;
    if (!network) return;
    const key = JSON.stringify([s.language, wanted, network.id, network.layout]);
    if (key !== built) {
      built = key;
      const select = h("select", { "data-name": "land directions", "aria-label": t("land.directions"), onchange: () => choose(/** @type {Wanted["directions"]} */ (select.value)) },
        ...KINDS.map((kind) => h("option", { value: kind, selected: kind === wanted.directions }, t(`land.${kind}`))));
      const span = sliderField(t("land.span"), { ...SPANS[wanted.directions], step: 0, log: true, value: wanted.span, hardMin: 0.001, hardMax: 1000 }, (value) => {
        spans[wanted.directions] = value;
        asking.want({ span: value });
        draw();
      });
      span.field.dataset.tip = `land.span.${wanted.directions}`;
      rebuild(fields, h("label", { class: "row land-weight" }, t("land.directions"), select),
        ...(wanted.directions === "random" ? [h("button", { type: "button", "data-name": "land pair", onclick: () => { asking.want({ seed: wanted.seed + 1 }); draw(); } }, t("land.pair"))] : []),
        ...(wanted.directions === "weights" ? [...weightFields(0), ...weightFields(1)] : []));
      rebuild(reach, span.field);
      bar.setAttribute("aria-label", t("land.progress"));
    }
    // While it trains pictures come and go by themselves; a fine one can be waited for, or not.
    const fine = asking.going !== null && s.frame?.state !== "playing", again = !fine && (asking.stopped || asking.problem !== null) && s.frame?.state !== "playing";
    going.classList.toggle("idle", !fine && !again);
    // Whoever waited at the button goes on at the picture.
    if (!fine && !again && document.activeElement === button) byId("landscape-map").focus({ preventScroll: true });
    bar.hidden = !fine;
    if (asking.going) bar.value = asking.going.fraction;
    write(button, t(fine ? "land.cancel" : asking.problem ? "land.again" : "land.refine"));
    button.disabled = !fine && !again;
  }
  return draw;
}
