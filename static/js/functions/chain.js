/** Neurons in a row: what of the output's gradient comes back to the first. */
import { columnAt, drawLinks } from "../charts/links.js";
import { h } from "../dom.js";
import { bound, chain, decades, verdict } from "../model/slopes.js";
import { eachFrame } from "../store.js";
import { named, t } from "../words.js";
import { followed, functionField, powerOfTen, raised, recordOf, written } from "./controls.js";
import { EXACT } from "./exact.js";
import { MOST } from "./link.js";

/** @import {PageStore, State} from "./controls.js" */

/** @param {PageStore} store @param {HTMLElement} box */
export function mountChain(store, box) {
  const controls = h("div", { class: "sliders" }), said = h("p", { class: "verdict" }), about = h("p", { class: "hint" }), readout = h("p", { class: "readout", "aria-live": "polite" });
  const canvas = h("canvas", { id: "links", role: "slider", tabIndex: 0 }), table = h("table", { id: "link-values" });
  const scroller = h("div", { class: "scroller", tabIndex: 0, role: "region" }, table), details = h("details", {}, h("summary", {}), scroller);
  box.append(controls, said, about, canvas, readout, details);
  let chosen = 0;
  /** @type {Record<string, ReturnType<typeof followed>>} */
  let sliders = {};
  const change = (/** @type {Partial<State["chain"]>} */ part) => store.set({ chain: { ...store.state.chain, ...part } });

  const draw = eachFrame(() => {
    const { chain: made, catalog } = store.state, links = chain(EXACT[made.f], made), known = recordOf(catalog, made.f);
    chosen = Math.min(chosen, made.n - 1);
    const bounds = links.map((_, k) => bound(known.steepest, made.w, made.n - k));
    const { low, high } = decades([...links.map(({ product }) => Math.abs(product)), ...bounds.map((one) => one ?? 1)]);
    drawLinks(canvas, links, { chosen, bounds, low, high, back: t("fn.back"), power: powerOfTen, written: (v) => written(v, 3) });
    const { z, a, slope, factor, product } = links[chosen];
    readout.textContent = t("fn.link", { k: chosen + 1, z: written(z), a: written(a), slope: written(slope), factor: written(factor), product: written(product) });
    for (const [name, value] of Object.entries({ valuemin: 1, valuemax: made.n, valuenow: chosen + 1, valuetext: readout.textContent })) canvas.setAttribute(`aria-${name}`, String(value));
  });
  const choose = (/** @type {number} */ k) => {
    if (k === chosen) return;
    chosen = Math.max(0, Math.min(store.state.chain.n - 1, k));
    draw();
  };
  const at = (/** @type {PointerEvent} */ event) => choose(columnAt(canvas.clientWidth, store.state.chain.n, event.offsetX));
  canvas.addEventListener("pointermove", at);
  canvas.addEventListener("pointerdown", at);
  canvas.addEventListener("keydown", (event) => {
    const to = { ArrowRight: chosen + 1, ArrowUp: chosen + 1, ArrowLeft: chosen - 1, ArrowDown: chosen - 1, Home: 0, End: store.state.chain.n - 1 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    choose(to);
  });

  store.on(["catalog", "language"], (s) => {
    const { field, select } = functionField(s, t("fn.function"), s.chain.f, (f) => change({ f }));
    select.id = "chain-function";
    sliders = {
      n: followed(t("fn.neurons"), { min: 1, max: MOST.n, step: 1, value: s.chain.n }, (n) => change({ n: Math.max(1, Math.min(MOST.n, Math.round(n))) })),
      w: followed(t("fn.everyWeight"), { min: -MOST.w, max: MOST.w, step: 0.05, value: s.chain.w }, (w) => change({ w })),
      x: followed(t("fn.inputX"), { min: -MOST.x, max: MOST.x, step: 0.05, value: s.chain.x }, (x) => change({ x })),
    };
    controls.replaceChildren(field, ...Object.values(sliders).map((one) => one.field));
    canvas.setAttribute("aria-label", t("fn.chainAlt"));
    scroller.setAttribute("aria-label", t("fn.allNumbers"));
    about.textContent = t("fn.chainHint");
    const summary = details.querySelector("summary");
    if (summary) summary.textContent = t("fn.allNumbers");
  });
  store.on(["chain", "catalog", "language"], (s) => {
    const { f, n, w } = s.chain, links = chain(EXACT[f], s.chain), { product } = links[0], known = recordOf(s.catalog, f);
    for (const [name, slider] of Object.entries(sliders)) slider.set(/** @type {any} */ (s.chain)[name]);
    const select = /** @type {HTMLSelectElement | null} */ (controls.querySelector("#chain-function"));
    if (select) select.value = f;
    const becomes = verdict(product), most = bound(known.steepest, w, n);
    said.replaceChildren(h("strong", { "data-verdict": becomes }, t(`fn.verdict.${becomes}`)), " ",
      t(`fn.comes.${becomes}`, { name: named(f), n, product: written(product), times: written(Math.abs(1 / product), 2) }), " ",
      most === null || known.steepest === null ? t("fn.noBound") : t("fn.bound", { slope: written(known.steepest), w: written(Math.abs(w)), n: raised(n), bound: written(most, 3) }));
    table.replaceChildren(
      h("thead", {}, h("tr", {}, ...[t("fn.neuronWord"), "z", "f(z)", "f′(z)", "f′(z) · w", t("fn.product")].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, ...links.map((link, k) => h("tr", {}, h("th", { scope: "row" }, String(k + 1)), ...[link.z, link.a, link.slope, link.factor, link.product].map((v) => h("td", { class: "number" }, written(v, 4)))))));
  });
  store.on(["chain", "theme", "language"], draw);
  new ResizeObserver(draw).observe(canvas);
}
