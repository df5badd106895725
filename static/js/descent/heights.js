/** How high everybody is at every step, and who is where: a chart, and a table for those who read. */
import { colours, short, shapeIcon } from "../canvas.js";
import { drawLines, lastStep, stepAt } from "../charts/loss.js";
import { h } from "../dom.js";
import { eachFrame } from "../store.js";
import { t } from "../words.js";
import { colourOf, racerBrief, racerName } from "./controls.js";
import { lastOf, placeAt } from "./state.js";

/** @import {PageStore} from "./state.js" */

/** @param {PageStore} store @param {HTMLElement} box */
export function mountHeights(store, box) {
  const canvas = h("canvas", { id: "heights", role: "img" }), table = h("table", { id: "standing" });
  box.append(canvas, h("div", { class: "scroller" }, table));
  const draw = eachFrame(() => {
    const s = store.state;
    if (!s.race || !canvas.clientWidth) return;
    const paths = s.race.paths.slice(0, s.racers.length);
    const lines = paths.map((path, k) => ({
      name: racerBrief(s, k), colour: colourOf(k), ink: colours().ink, dash: [], x: path.values.map((_, i) => i), y: path.values,
    }));
    const positive = lines.every((line) => line.y.every((value) => value === null || value > 0));
    const band = { x: [], low: [], high: [], colour: "" };
    drawLines(canvas, lines, band, {
      log: positive, hover: null, xLabel: t("descent.step"), best: null, marks: [], level: null, last: lastStep(lines, band), ghost: [],
      at: s.at < lastOf(s) ? { x: s.at, y: paths.map((path) => path.values[placeAt(path, s.at)]) } : null,
    });
    canvas.dataset.drawn = String(s.at);
  });
  canvas.addEventListener("pointerdown", (event) => {
    const s = store.state;
    store.set({ playing: false, at: Math.round(stepAt(event.offsetX, canvas.clientWidth, lastOf(s))) });
  });
  store.on(["race", "at", "theme", "language"], draw);
  store.on(["at", "language"], ({ at }) => canvas.setAttribute("aria-label", t("descent.heightsAlt", { n: at })));
  new ResizeObserver(draw).observe(canvas);
  store.on(["race", "at", "chosen", "language"], (s) => {
    const rows = (s.race?.paths ?? []).slice(0, s.racers.length).map((path, k) => ({ path, k, at: placeAt(path, s.at) }));
    const cell = (/** @type {string} */ text) => h("td", { class: "number" }, text);
    table.replaceChildren(
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("descent.racer")), ...["x", "y", "f"].map((name) => h("th", { scope: "col" }, name)), h("th", { scope: "col" }, t("descent.slope")), h("th", { scope: "col" }, t("descent.curvature")))),
      h("tbody", {}, ...rows.map(({ path, k, at }) => h("tr", { class: k === s.chosen ? "chosen" : "", "data-of": String(k) },
        h("th", { scope: "row" }, shapeIcon(k), h("button", { type: "button", class: "quiet", onclick: () => store.set({ chosen: k }) }, racerName(s, k)), path.state === "diverged" && at === path.points.length - 1 ? h("span", { class: "gone" }, ` ${t("descent.gone", { n: at })}`) : null),
        cell(short(path.points[at][0])), cell(short(path.points[at][1])), cell(short(path.values[at])),
        cell(short(Math.hypot(path.gradients[at][0] ?? NaN, path.gradients[at][1] ?? NaN))), cell(short(path.curvatures[at], 2))))));
  });
}
