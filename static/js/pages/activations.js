/** The page of activation functions: all of the catalog, each with its curve, derivative and formulas. */
import { api } from "../api.js";
import { short } from "../canvas.js";
import { drawActivation, REACH } from "../charts/activation.js";
import { byId, h, math } from "../dom.js";
import { ACTIVATIONS } from "../model/forward.js";
import { mountKeys, mountMessages, openShell, shellState } from "../shell.js";
import { eachFrame, Store } from "../store.js";
import { named, pick, t } from "../words.js";

/** `z` is where the pointer is, on every curve at once. */
const store = new Store({ ...shellState(), catalog: /** @type {any} */ (null), z: /** @type {number | null} */ (null) });

async function start() {
  mountMessages(store);
  mountKeys({});
  store.set({ catalog: await api.catalog() });
  const box = byId("functions");
  /** @type {{canvas: HTMLCanvasElement, readout: HTMLElement, f: {value: (z: number) => number, slope: (z: number) => number}}[]} */
  let cards = [];
  const draw = eachFrame(() => {
    const { z } = store.state;
    for (const { canvas, readout, f } of cards) {
      drawActivation(canvas, f, z === null ? [] : [z]);
      readout.textContent = z === null ? "" : `f(${z.toFixed(2)}) = ${short(f.value(z), 4)}   f′ = ${short(f.slope(z), 4)}`;
    }
  });
  store.on(["catalog", "language"], ({ catalog }) => {
    const alone = catalog.activations.filter((/** @type {any} */ a) => !a.output_only);
    cards = [];
    box.replaceChildren(...alone.map((/** @type {any} */ entry) => {
      const name = named(entry.name);
      const canvas = h("canvas", { role: "img", tabIndex: 0, "aria-label": t("functionAlt", { name }) });
      const readout = h("p", { class: "readout" });
      cards.push({ canvas, readout, f: ACTIVATIONS[entry.name] });
      const at = (/** @type {PointerEvent} */ event) => store.set({ z: ((event.offsetX / canvas.clientWidth) * 2 - 1) * REACH });
      canvas.addEventListener("pointermove", at);
      canvas.addEventListener("pointerdown", at);
      canvas.addEventListener("keydown", (event) => {
        const by = { ArrowRight: 0.1, ArrowLeft: -0.1 }[event.key];
        if (!by) return;
        event.preventDefault();
        store.set({ z: Math.max(-REACH, Math.min(REACH, (store.state.z ?? 0) + by)) });
      });
      return h("article", { id: entry.name }, h("h2", {}, name), canvas, readout, h("p", {}, pick(entry.summary)),
        h("p", {}, "f(z) = ", math(entry.formula)), h("p", {}, "f′(z) = ", math(entry.slope_formula)));
    }));
    draw();
  });
  store.on(["z", "theme"], draw);
  new ResizeObserver(draw).observe(box);
}

void openShell(store, start);
