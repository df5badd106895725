/** The curve of the chosen layer's activation, and where every unit's samples stand on it. */
import { drawActivation, flatShare } from "../charts/activation.js";
import { byId, h, math } from "../dom.js";
import { ACTIVATIONS } from "../model/forward.js";
import { eachFrame } from "../store.js";
import { layerName, named, pick, t } from "../words.js";

const MOST = 24;

/** @param {import("../session.js").Session} session */
export function mountActivations(session) {
  const { store } = session;
  const box = byId("curves");
  const choice = /** @type {HTMLSelectElement} */ (byId("curve-layer"));
  choice.addEventListener("change", () => store.set({ layer: Number(choice.value) }));
  store.on(["network", "layer", "language"], (s) => {
    if (!s.network) return;
    choice.replaceChildren(...s.network.layers.map((layer, l) => h("option", { value: String(l), selected: l === s.layer }, `${layerName(/** @type {any} */ (s.network), l)} · ${named(layer.activation)}`)));
    const layer = s.network.layers[s.layer];
    const entry = s.catalog.activations.find((/** @type {any} */ a) => a.name === layer.activation);
    const formula = math(entry?.formula), slope = math(entry?.slope_formula);
    byId("curve-text").replaceChildren(pick(entry.summary), " ", ...(formula ? ["f(z) = ", formula] : []), ...(slope ? ["  f′ = ", slope] : []));
    const count = Math.min(MOST, layer.units);
    byId("curve-more").textContent = layer.units > MOST ? t("moreUnitsNotShown", { n: layer.units - MOST }) : "";
    const key = `${count} ${s.language}`;
    if (box.dataset.of !== key) {
      box.dataset.of = key;
      box.replaceChildren(...Array.from({ length: count }, (_, j) => h("figure", {}, h("canvas", { role: "img" }), h("figcaption", {}, h("span", {}, t("unitN", { n: j + 1 })), h("span", {})))));
    }
  });

  const draw = eachFrame(() => {
    const { network, picture, layer } = store.state;
    if (!network || byId("tab-activations").hidden) return;
    const { activation, units } = network.layers[layer] ?? {};
    // Softmax couples its units: alone, each is shown as the sigmoid of its lead over the others.
    const f = ACTIVATIONS[activation] ?? ACTIVATIONS.sigmoid;
    const fresh = picture?.z && picture.layer === layer && picture.z.length % units === 0;
    const shown = fresh ? picture.z.length / units : 0;
    [...box.children].forEach((figure, j) => {
      const canvas = /** @type {HTMLCanvasElement} */ (figure.firstElementChild);
      const z = fresh ? picture.z.subarray(j * shown, (j + 1) * shown) : [];
      drawActivation(canvas, f, z);
      const flat = flatShare(f, z);
      const state = /** @type {HTMLElement} */ (figure.lastElementChild?.lastElementChild);
      const dead = activation === "relu" && shown > 0 && flat === 1;
      const text = dead ? t("dead") : flat > 0.3 ? t("flat", { n: Math.round(flat * 100) }) : "";
      if (state.textContent !== text) state.textContent = text;
      state.classList.toggle("warn", dead || flat > 0.8);
      canvas.setAttribute("aria-label", t("curveAlt", { n: j + 1, name: named(activation), flat: Math.round(flat * 100) }));
    });
  });
  // Every third picture is enough for the eye, and leaves the drawing thread free.
  let turn = 0;
  store.on(["picture"], (s) => {
    if (s.frame?.state !== "playing" || turn++ % 3 === 0) draw();
  });
  store.on(["layer", "theme", "network", "language"], draw);
  new ResizeObserver(draw).observe(box);
  document.addEventListener("glassbox-tab", draw);
}
