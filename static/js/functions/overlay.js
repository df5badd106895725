/** Any of the functions in one plot, values above slopes, and what they are at one z. */
import { chartFont, fit } from "../canvas.js";
import { drawCursor, drawPlot, rangeOf, scales } from "../charts/curves.js";
import { h } from "../dom.js";
import { eachFrame } from "../store.js";
import { named, t } from "../words.js";
import { alone, byKeys, followed, placed, speak, strokeOf, switched } from "./controls.js";
import { EXACT } from "./exact.js";
import { BEGINNING, MOST } from "./link.js";

/** @import {PageStore, State} from "./controls.js" */

const REACH = MOST.z;

/** A short piece of a function's line, for chips and tables. @param {number} i */
export function swatch(i) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  svg.setAttribute("viewBox", "0 0 24 8");
  svg.setAttribute("class", "swatch");
  svg.setAttribute("aria-hidden", "true");
  for (const [name, value] of Object.entries({ x1: 0, x2: 24, y1: 4, y2: 4, "stroke-dasharray": strokeOf(i).dash.join(" ") || "none" })) line.setAttribute(name, String(value));
  line.style.stroke = `var(--class-${i % 8})`;
  svg.append(line);
  return svg;
}

/** @param {PageStore} store @param {string} name */
export function toggle(store, name) {
  const { chosen, catalog } = store.state;
  const now = chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name];
  store.set({ chosen: alone(catalog).map((record) => record.name).filter((one) => now.includes(one)) });
}

/** @param {PageStore} store @param {HTMLElement} box */
export function mountOverlay(store, box) {
  const canvas = h("canvas", { id: "overlay", role: "slider", tabIndex: 0 });
  const chips = h("div", { class: "chips", role: "group" }), head = h("div", { class: "row" }), side = h("div", { class: "at-z" });
  const table = h("table", { id: "values" }), empty = h("p", { class: "hint" });
  // The line at z moves with the pointer and lies on a canvas of its own: the curves are drawn once.
  const top = h("canvas", { class: "cursor", "aria-hidden": "true" });
  box.append(chips, h("div", { class: "compare" }, h("div", { class: "plot" }, head, h("div", { class: "layers" }, canvas, top)), side));
  let control = /** @type {ReturnType<typeof followed> | null} */ (null), show = /** @type {ReturnType<typeof switched> | null} */ (null);
  let frame = { left: 40, right: 100, top: 8, bottom: 100 };
  /** What was drawn where. @type {{frame: typeof frame, x: [number, number], y: [number, number], lines: import("../charts/curves.js").Line[]}[]} */
  let panels = [];

  const at = (/** @type {PointerEvent} */ event) => {
    const z = scales(frame, { x: [-REACH, REACH], y: [0, 1] }).x(event.offsetX);
    store.set({ z: Number(Math.max(-REACH, Math.min(REACH, z)).toFixed(2)) });
  };
  canvas.addEventListener("pointermove", at);
  canvas.addEventListener("pointerdown", at);
  byKeys(canvas, { most: REACH, get: () => store.state.z, set: (z) => store.set({ z }) });

  const draw = eachFrame(() => {
    const s = store.state, records = alone(s.catalog), { context, width, height } = fit(canvas);
    if (!width) return;
    const lines = records.map(({ name }, i) => ({ name, i, f: EXACT[name], ...strokeOf(i), label: named(name) })).filter(({ name }) => s.chosen.includes(name));
    context.font = chartFont("sans");
    const room = Math.max(40, ...lines.map((line) => context.measureText(line.label).width + 20));
    const right = width - room, both = s.show === "both", middle = both ? Math.round(height * 0.58) : height;
    frame = { left: 44, right, top: 8, bottom: height - 38 };
    const x = /** @type {[number, number]} */ ([-REACH, REACH]);
    panels = [];
    const panel = (/** @type {"value" | "slope"} */ what, /** @type {number} */ upper, /** @type {number} */ lower, /** @type {boolean} */ last) => {
      const drawn = lines.map(({ f, colour, dash, label }) => ({ at: f[what], colour, dash, label }));
      const made = { frame: { ...frame, top: upper, bottom: lower }, lines: drawn, x, y: rangeOf(drawn, x, what === "value" ? [-1, 1] : [0, 1], what === "value" ? [-4, 8.6] : [-1.2, 2.2]) };
      drawPlot(context, made.frame, { ...made, ticks: 6, names: [last ? "z" : "", what === "value" ? "f(z)" : "f′(z)"] });
      panels.push(made);
    };
    if (s.show !== "slope") panel("value", frame.top, both ? middle - 22 : frame.bottom, !both);
    if (s.show !== "value") panel("slope", both ? middle + 6 : frame.top, frame.bottom, true);
    point();
  });
  const point = eachFrame(() => {
    const { z, chosen } = store.state, { context } = fit(top);
    for (const one of panels) drawCursor(context, one.frame, scales(one.frame, one), z, one.lines);
    speak(canvas, z, REACH, [`z = ${placed(z)}`, ...chosen.map((name) => `${named(name)}: ${placed(EXACT[name].value(z))}, f′ ${placed(EXACT[name].slope(z))}`)].join("; "));
  });

  const rows = (/** @type {State} */ s) => {
    const shown = alone(s.catalog).map(({ name }, i) => ({ name, i })).filter(({ name }) => s.chosen.includes(name));
    table.hidden = !shown.length;
    empty.hidden = shown.length > 0;
    const cells = (/** @type {string} */ name) => [
      s.show !== "slope" ? h("td", { class: "number" }, placed(EXACT[name].value(s.z))) : null,
      s.show !== "value" ? h("td", { class: "number" }, placed(EXACT[name].slope(s.z))) : null];
    table.replaceChildren(
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("fn.function")), s.show !== "slope" ? h("th", { scope: "col" }, "f(z)") : null, s.show !== "value" ? h("th", { scope: "col" }, "f′(z)") : null)),
      h("tbody", {}, ...shown.map(({ name, i }) => h("tr", { "data-of": name }, h("th", { scope: "row" }, swatch(i), named(name)), ...cells(name)))));
  };

  store.on(["catalog", "language"], (s) => {
    chips.setAttribute("aria-label", t("fn.choose"));
    canvas.setAttribute("aria-label", t("fn.overlayAlt"));
    chips.replaceChildren(
      ...alone(s.catalog).map(({ name }, i) => h("button", { type: "button", class: "chip", "data-of": name, onclick: () => toggle(store, name) }, swatch(i), named(name))),
      h("button", { type: "button", class: "quiet", onclick: () => store.set({ chosen: alone(s.catalog).map((record) => record.name) }) }, t("fn.all")),
      h("button", { type: "button", class: "quiet", onclick: () => store.set({ chosen: BEGINNING.chosen }) }, t("fn.some")),
      h("button", { type: "button", class: "quiet", onclick: () => store.set({ chosen: [] }) }, t("fn.none")));
    show = switched(t("fn.show"), [{ value: "value", text: t("fn.value") }, { value: "slope", text: t("fn.slope") }, { value: "both", text: t("fn.both") }],
      (value) => store.set({ show: /** @type {State["show"]} */ (value) }));
    control = followed("z", { min: -REACH, max: REACH, step: 0.01, value: s.z }, (z) => store.set({ z }));
    head.replaceChildren(show.field);
    side.replaceChildren(control.field, table, empty, h("p", { class: "hint" }, t("fn.pointHint")));
    empty.textContent = t("fn.noneChosen");
  });
  store.on(["chosen", "show", "catalog", "language"], (s) => {
    for (const chip of chips.querySelectorAll(".chip")) chip.setAttribute("aria-pressed", String(s.chosen.includes(/** @type {HTMLElement} */ (chip).dataset.of ?? "")));
    show?.set(s.show);
    canvas.dataset.show = s.show;
  });
  store.on(["z", "catalog", "language"], (s) => control?.set(s.z));
  store.on(["z", "chosen", "show", "language"], rows);
  store.on(["chosen", "show", "theme", "language"], draw);
  store.on(["z"], point);
  new ResizeObserver(draw).observe(canvas);
}
