/** One card a function: its curve and derivative, formulas, range, where it is used and where it fails. */
import { colours, fit } from "../canvas.js";
import { drawPlot, rangeOf, scales } from "../charts/curves.js";
import { h, math } from "../dom.js";
import { interval, steepestOf } from "../model/exact.js";
import { eachFrame } from "../store.js";
import { named, pick, t } from "../words.js";
import { alone, byKeys, placed, speak, written } from "./controls.js";
import { EXACT } from "./exact.js";
import { MOST } from "./link.js";
import { toggle } from "./overlay.js";

/** @import {PageStore} from "./controls.js" */
/** @import {Known} from "../model/exact.js" */

const REACH = MOST.z;
const X = /** @type {[number, number]} */ ([-REACH, REACH]);

/** The stretches of the axis where a function is flat. @param {Known} known @returns {[number, number][]} */
export const flatStretches = ({ flat_below: below, flat_above: above }) => [
  ...(below === null ? [] : [/** @type {[number, number]} */ ([-1e3, below])]), ...(above === null ? [] : [/** @type {[number, number]} */ ([above, 1e3])])];

/** @param {PageStore} store @param {HTMLElement} box */
export function mountCards(store, box) {
  /** @type {{draw: (z: number) => void, say: (z: number) => void, canvas: HTMLCanvasElement, check: HTMLInputElement, name: string}[]} */
  let cards = [];
  // z moves with the pointer: the curves that nobody sees are drawn at it when they come into sight.
  /** @type {Set<Element>} */
  const seen = new Set();
  let everything = true;
  const draw = eachFrame(() => {
    for (const { canvas, draw: one, say } of cards) {
      say(store.state.z);
      if (everything || seen.has(canvas)) one(store.state.z);
    }
    everything = false;
  });
  const drawAll = () => {
    everything = true;
    draw();
  };
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](target);
    draw();
  }, { rootMargin: "200px" });
  store.on(["catalog", "language"], (s) => {
    watch.disconnect();
    seen.clear();
    for (const { check } of cards) check.closest("article")?.remove();
    cards = alone(s.catalog).map((known) => card(store, known, box));
    box.prepend(...cards.map((one) => /** @type {Node} */ (one.check.closest("article"))));
    for (const { canvas } of cards) watch.observe(canvas);
    drawAll();
  });
  store.on(["chosen", "language"], (s) => { for (const { check, name } of cards) check.checked = s.chosen.includes(name); });
  store.on(["z"], draw);
  store.on(["theme"], drawAll);
  new ResizeObserver(drawAll).observe(box);
}

/** What is said in a list: a word, and what stands for it. @param {string} key @param {...(Node | string)} what */
export const fact = (key, ...what) => h("div", {}, h("dt", {}, t(key)), h("dd", {}, ...what));

/** @param {PageStore} store @param {Known & Record<string, any>} known @param {HTMLElement} box */
function card(store, known, box) {
  const { name } = known, f = EXACT[name], title = named(name), steepest = steepestOf(f, REACH);
  const canvas = h("canvas", { role: "slider", tabIndex: 0, "aria-label": t("fn.alt", { name: title }) });
  const readout = h("p", { class: "readout" });
  const check = h("input", { type: "checkbox", onchange: () => toggle(store, name), "aria-label": t("fn.inPlotOf", { name: title }) });
  const frame = () => ({ left: 30, right: canvas.clientWidth - 6, top: 8, bottom: canvas.clientHeight - 20 });
  const at = (/** @type {PointerEvent} */ event) => {
    const z = scales(frame(), { x: X, y: [0, 1] }).x(event.offsetX);
    store.set({ z: Number(Math.max(-REACH, Math.min(REACH, z)).toFixed(2)) });
  };
  canvas.addEventListener("pointermove", at);
  canvas.addEventListener("pointerdown", at);
  byKeys(canvas, { most: REACH, get: () => store.state.z, set: (z) => store.set({ z }) });
  box.append(h("article", { id: name }, // in the page at once, so that it has a size when it is drawn
    h("header", {}, h("h3", {}, title), h("label", { class: "check" }, check, t("fn.inPlot"))),
    canvas, readout,
    h("p", { class: "formula" }, "f(z) = ", math(known.formula)), h("p", { class: "formula" }, "f′(z) = ", math(known.slope_formula)),
    h("p", {}, pick(known.summary)),
    h("dl", { class: "facts" },
      fact("fn.range", interval(known, (v) => written(v))),
      fact("fn.steepest", known.steepest === null ? t("fn.noSteepest") : steepest.ever ? t("fn.steepestEver", { slope: written(known.steepest) }) : steepest.to > steepest.from ? t("fn.steepestAll", { slope: written(known.steepest) }) : t("fn.steepestAt", { slope: written(known.steepest), z: written(steepest.from, 3) })),
      fact("fn.flat", flatText(known)), fact("fn.used", pick(known.used)), fact("fn.fails", pick(known.fails)))));
  return {
    name, check, canvas,
    draw: (/** @type {number} */ z) => {
      const { context, width } = fit(canvas), theme = colours();
      if (!width) return;
      const lines = [{ at: f.slope, colour: theme["ink-2"], dash: [4, 3], thick: 1.4 }, { at: f.value, colour: theme.accent, thick: 2 }];
      drawPlot(context, frame(), { lines, x: X, y: rangeOf(lines, X, [0, 1], [-4, known.high === 6 ? 6.6 : 4]), bands: flatStretches(known), z,
        marks: known.steepest === null || steepest.ever ? [] : [{ ...steepest, y: steepest.slope, text: written(steepest.slope) }] });
    },
    say: (/** @type {number} */ z) => {
      readout.textContent = `f(${z.toFixed(2).replace("-", "−")}) = ${placed(f.value(z))}   f′ = ${placed(f.slope(z))}`;
      speak(canvas, z, REACH, readout.textContent);
    },
  };
}

/** @param {Known} known */
function flatText({ flat_below: below, flat_above: above }) {
  if (below === null && above === null) return t("fn.flatNowhere");
  const parts = [...(below === null ? [] : [`z < ${written(below)}`]), ...(above === null ? [] : [`z > ${written(above)}`])];
  return parts.join(t("fn.or"));
}
