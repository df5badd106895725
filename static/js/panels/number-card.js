/** A card to change one weight or bias; it stays until it is closed or done. */
import { byId, h } from "../dom.js";
import { inputName, unitName } from "../names.js";
import { t } from "../words.js";

/**
 * @param {import("../session.js").Session} session
 * @param {string} name
 * @param {number} place within the parameter
 * @param {number} index in the flat vector
 * @param {{clientX: number, clientY: number}} where
 */
export function editNumber(session, name, place, index, where) {
  const card = byId("card");
  const network = /** @type {import("../types.js").Network} */ (session.store.state.network);
  const l = network.layers.findIndex((layer) => name.startsWith(`${layer.name}.`));
  const { units } = network.layers[l];
  const to = unitName(network, l, place % units);
  const source = Math.floor(place / units);
  const kind = name.endsWith(".bias") ? "bias" : "weight";
  const title = kind === "bias" ? `${t("bias")}: ${to}` : `${l ? unitName(network, l - 1, source) : inputName(session.store.state.dataset, network, source)} → ${to}`;
  const value = session.store.state.weights?.[index] ?? 0;
  const number = h("input", { type: "number", step: "any", value: String(Number(value.toPrecision(6))), id: "card-number", min: "-1e30", max: "1e30" });
  const slider = h("input", { type: "range", min: "-5", max: "5", step: "0.01", value: String(value), "aria-label": t(kind) });
  const set = async (/** @type {number} */ v) => {
    await session.setNumbers(name, new Map([[place, v]]));
    document.dispatchEvent(new CustomEvent("glassbox-edited", { detail: index }));
  };
  slider.addEventListener("input", () => { number.value = slider.value; });
  slider.addEventListener("change", () => void set(Number(slider.value)));
  const close = () => card.hidePopover();
  card.replaceChildren(
    h("h3", {}, title),
    h("form", { onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      if (!number.checkValidity() || number.value === "") return number.reportValidity();
      await set(Number(number.value));
      close();
      return true;
    } },
    h("label", { class: "field", for: "card-number" }, t(kind === "bias" ? "tip.bias" : "tip.weight")),
    number, slider,
    h("div", { class: "row" }, h("button", { type: "submit" }, t("set")), h("button", { type: "button", class: "quiet", onclick: close }, t("close")))));
  card.showPopover();
  card.style.left = `${Math.max(8, Math.min(where.clientX + 12, innerWidth - card.offsetWidth - 8))}px`;
  card.style.top = `${Math.max(8, Math.min(where.clientY + 12, innerHeight - card.offsetHeight - 8))}px`;
  number.select();
}
