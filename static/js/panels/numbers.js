/** Every weight and bias as a table of numbers, each of which can be changed. */
import { byId, h } from "../dom.js";
import { layerName, named, t } from "../words.js";

const MOST = 600; // fields a table; larger layers are read over the API

/** @param {import("../session.js").Session} session */
export function mountNumbers(session) {
  const { store } = session;
  const box = byId("weights");
  let built = "";
  const update = () => {
    const { network, weights, language } = store.state;
    if (!network || !weights || byId("tab-numbers").hidden) return;
    const key = JSON.stringify([network.layout, network.inputs, language]);
    if (key !== built) {
      built = key;
      box.replaceChildren(...network.layers.map((_, l) => table(session, l)));
    }
    for (const field of box.querySelectorAll("input")) {
      if (field === document.activeElement) continue;
      const text = String(Number(weights[Number(field.dataset.index)].toPrecision(5)));
      if (field.value !== text) field.value = text;
    }
  };
  let last = 0;
  store.on(["weights"], (s) => {
    const now = performance.now();
    if (s.frame?.state === "playing" && now - last < 250) return;
    last = now;
    update();
  });
  store.on(["network", "language"], update);
  document.addEventListener("glassbox-tab", update);
}

/**
 * @param {import("../session.js").Session} session
 * @param {number} l
 */
function table(session, l) {
  const network = /** @type {import("../types.js").Network} */ (session.store.state.network);
  const layer = network.layers[l];
  const below = l ? network.layers[l - 1] : null;
  const inputs = below ? Array.from({ length: below.units }, (_, k) => `${layerName(network, l - 1)}, ${t("unitN", { n: k + 1 })}`) : network.inputs.map(named);
  const weight = network.layout.find((p) => p.name === `${layer.name}.weight`);
  const bias = network.layout.find((p) => p.name === `${layer.name}.bias`);
  if (!weight || !bias) return h("p", {});
  const caption = h("caption", {}, `${layerName(network, l)}: ${inputs.length} → ${layer.units}`);
  if (inputs.length * layer.units > MOST) return h("table", {}, caption, h("tr", {}, h("td", {}, t("tooManyNumbers", { n: inputs.length * layer.units }))));
  const field = (/** @type {string} */ name, /** @type {number} */ place, /** @type {number} */ index, /** @type {string} */ label) => {
    const input = h("input", { type: "number", step: "any", min: "-1e30", max: "1e30", "aria-label": label, "data-index": String(index) });
    input.addEventListener("change", () => {
      if (input.value !== "" && input.checkValidity()) void session.setWeight(name, place, Number(input.value));
      else input.reportValidity();
    });
    return h("td", {}, input);
  };
  const units = Array.from({ length: layer.units }, (_, j) => j);
  return h("table", {}, caption,
    h("tr", {}, h("th", {}), ...units.map((j) => h("th", { scope: "col" }, t("unitN", { n: j + 1 })))),
    ...inputs.map((from, k) => h("tr", {}, h("th", { scope: "row" }, from), ...units.map((j) =>
      field(weight.name, k * layer.units + j, weight.offset + k * layer.units + j, `${t("weight")} ${from} → ${layerName(network, l)} ${j + 1}`)))),
    h("tr", {}, h("th", { scope: "row" }, t("bias")), ...units.map((j) => field(bias.name, j, bias.offset + j, `${t("bias")} ${layerName(network, l)} ${j + 1}`))));
}
