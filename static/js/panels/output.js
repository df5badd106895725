/** What the network gives everywhere on the plane, or what the unit pointed at gives; the samples on it; a brush to draw more. */
import { shapeIcon, short } from "../canvas.js";
import { areaOf, drawCurve, drawPixels, drawPoints } from "../charts/plane.js";
import { byId, h } from "../dom.js";
import { rowsOnly } from "../model/data.js";
import { realInput, realTarget } from "../model/units.js";
import { className, columnName, outputName, targetName, unitName } from "../names.js";
import { axisName, ofColumns, onAxis, placeText } from "../places.js";
import { allPoints, nearestPoint, shares } from "../model/points.js";
import { eachFrame } from "../store.js";
import { listed, t } from "../words.js";
import { Brush, drawBrushes, ERASE_RADIUS } from "./brush.js";
import { hides } from "./hiding.js";

/** @typedef {import("../session.js").State} State */

/** @param {import("../session.js").Session} session */
export function mountOutput(session) {
  const { store } = session;
  const pixels = /** @type {HTMLCanvasElement} */ (byId("plane-pixels"));
  const marks = /** @type {HTMLCanvasElement} */ (byId("plane-marks"));
  const box = byId("plane");
  /** @type {{u: number, v: number} | null} */
  let cursor = null;
  /** @type {Brush | null} */
  let brush = null;
  /** @type {any} */
  let drawn = null;
  /** @type {string[]} */
  let axes = ["", ""];
  /** What the marks were painted from. @type {any[]} */
  let painted = [];

  const draw = eachFrame(() => {
    const s = store.state;
    const { dataset, picture } = s;
    if (!dataset || !rowsOnly(dataset)) return;
    const points = allPoints(s), real = (/** @type {number} */ k, /** @type {number} */ v) => (dataset.plane || !k ? onAxis(dataset, k, v) : v);
    if (!dataset.plane) {
      pixels.width = pixels.width;
      if (!picture?.curve) return;
      drawCurve(marks, realCurve(dataset, picture.curve), points, { showTest: s.showTest, axes, real, probe: s.probe ?? s.probePinned, names: [t("prediction"), unitInFocus(s)], pulls: s.pulls, drawn: dataset.kind === "drawn_curve" });
      box.dataset.drawn = "yes";
      return;
    }
    if (picture?.plane && picture !== drawn) {
      drawn = picture;
      drawPixels(pixels, picture.plane, picture.resolution);
      box.dataset.drawn = "yes";
    }
    // The samples are painted anew where one of them is right or wrong now that was not: most pictures leave them alone.
    const state = [dataset, s.theme, s.language, s.showTest, brush, cursor ?? s.probePinned, s.pulls, box.clientWidth, box.clientHeight, wrongOf(points)];
    if (!brush && state.every((part, i) => part === painted[i])) return;
    painted = state;
    const scale = Math.max(1e-6, ...dataset.targets.flat().map(Math.abs));
    const shown = brush ? points.filter((p) => !brush?.covers(p)).concat(brush.drawn()) : points;
    const eraser = brush?.kind === "erase" && brush.last ? { ...brush.last, radius: ERASE_RADIUS } : null;
    drawPoints(marks, dataset.plane, shown, { classes: dataset.classes, showTest: s.showTest, cursor: cursor ?? s.probePinned, valueScale: scale, eraser, axes, real, pulls: s.pulls });
  });
  store.on(["dataset", "language"], (s) => {
    if (!s.dataset || !s.network) return;
    const { dataset } = s;
    axes = !ofColumns(dataset) ? shares(dataset).map((share, k) => t("component", { n: k + 1, share: Math.round(share * 100) }))
      : [axisName(dataset, 0), dataset.plane ? axisName(dataset, 1) : targetName(dataset)];
  });
  store.on(["picture", "dataset", "theme", "showTest", "language", "probePinned", "pulls"], draw);
  new ResizeObserver(draw).observe(box);

  store.on(["dataset", "brush", "language"], () => drawBrushes(session));
  store.on(["dataset", "language", "hover", "pinned", "picture", "showTest"], legend);
  const test = /** @type {HTMLInputElement} */ (byId("show-test"));
  test.addEventListener("change", () => store.set({ showTest: test.checked }));

  const place = (/** @type {PointerEvent} */ event) => {
    const { dataset, picture } = store.state, plane = dataset?.plane;
    const bounds = box.getBoundingClientRect(), area = areaOf(bounds.width, bounds.height);
    const x = (event.clientX - bounds.left - area.left) / area.width, y = 1 - (event.clientY - bounds.top - area.top) / area.height;
    if (x < 0 || x > 1 || y < 0 || y > 1) return null;
    if (plane) return { u: plane.low[0] + x * (plane.high[0] - plane.low[0]), v: plane.low[1] + y * (plane.high[1] - plane.low[1]) };
    const range = picture?.curve?.range;
    return range ? { u: range[0] + x * (range[1] - range[0]), v: 0 } : null;
  };
  box.addEventListener("pointerdown", (event) => {
    const p = place(event);
    if (!p || event.button !== 0) return;
    if (!canDraw(store.state)) {
      // Without a brush a click pins the point whose numbers the network shows.
      const was = store.state.probePinned, width = store.state.dataset?.plane ? store.state.dataset.plane.high[0] - store.state.dataset.plane.low[0] : 1;
      if (event.pointerType !== "touch") store.set({ probePinned: was && Math.hypot(was.u - p.u, was.v - p.v) < width * 0.03 ? null : p });
      return;
    }
    box.setPointerCapture(event.pointerId);
    brush = new Brush(session);
    brush.touch(p);
    draw();
  });
  box.addEventListener("pointermove", (event) => {
    const p = place(event);
    store.set({ probe: p });
    if (brush && p) {
      brush.touch(p);
      draw();
    }
  });
  const end = () => {
    brush?.end();
    brush = null;
  };
  box.addEventListener("pointerup", end);
  box.addEventListener("pointercancel", end);
  box.addEventListener("pointerleave", () => store.set({ probe: null }));
  store.on(["probe", "probePinned", "picture", "brush", "dataset", "language"], (s) => {
    const at = s.probe ?? s.probePinned;
    byId("plane-readout").textContent = at ? readout(s, at) : hint(s);
    box.classList.toggle("drawing", canDraw(s));
  });

  // The same with keys: arrows move a cross, Enter draws or pins, Delete erases.
  box.addEventListener("keydown", (event) => {
    const plane = store.state.dataset?.plane;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const move = /** @type {Record<string, number[]>} */ (moves)[event.key];
    if (!plane || (!move && event.key !== "Enter" && event.key !== "Delete")) return;
    event.preventDefault();
    event.stopPropagation();
    cursor ??= { u: (plane.low[0] + plane.high[0]) / 2, v: (plane.low[1] + plane.high[1]) / 2 };
    if (move) {
      const step = (plane.high[0] - plane.low[0]) / (event.shiftKey ? 10 : 40);
      cursor = { u: clamp(cursor.u + move[0] * step, plane.low[0], plane.high[0]), v: clamp(cursor.v + move[1] * step, plane.low[1], plane.high[1]) };
      store.set({ probe: cursor });
      byId("live").textContent = byId("plane-readout").textContent;
      draw();
    } else if (event.key === "Delete" ? drawable(store.state) : canDraw(store.state)) {
      const stroke = new Brush(session, event.key === "Delete" ? "erase" : undefined);
      stroke.touch(cursor);
      stroke.end();
    } else store.set({ probePinned: cursor });
  });
  box.addEventListener("blur", () => { cursor = null; store.set({ probe: null }); draw(); });
}

/** Which of several values is shown. @param {State} s */
const severalOf = ({ dataset, network }) => (network && dataset && !dataset.classes && Array.isArray(dataset.targets[0]) ? outputName(dataset, network, 0).text : "");

const clamp = (/** @type {number} */ x, /** @type {number} */ low, /** @type {number} */ high) => Math.max(low, Math.min(high, x));

/** Which samples are wrong, as a text. @param {import("../charts/plane.js").Point[]} points */
const wrongOf = (points) => points.map((p) => (p.wrong ? "1" : "0")).join("");

/** A curve's values in the data's own unit. @param {import("../types.js").Dataset} dataset @param {any} curve */
const realCurve = (dataset, curve) => ({ ...curve, y: curve.y.map((/** @type {number} */ v) => realTarget(dataset, v)) });

/** @param {State} s */
function unitInFocus({ hover, pinned, network }) {
  const place = hover?.from === undefined ? hover ?? pinned : null;
  if (!place || !network) return "";
  return place.layer < 0 ? t("inputN", { n: place.unit + 1 }) : unitName(network, place.layer, place.unit);
}

/** @param {State} s */
const drawable = (s) => s.dataset?.view === "plane" && s.connection === "live";

/** @param {State} s */
const canDraw = (s) => drawable(s) && s.brush !== null;

/** @param {State} s */
function hint(s) {
  if (!rowsOnly(s.dataset)) return "";
  if (s.dataset?.view !== "plane") return s.dataset?.view === "table" ? t(s.dataset.columns.length === 1 ? "columnHint" : ofColumns(s.dataset) ? "columnsHint" : "tableHint") : t(s.dataset?.test_inputs.length ? "curveHint" : "curveHint.untested");
  if (!s.dataset.inputs.length) return t("emptyPlane");
  return s.brush === null ? t("planeHint") : s.brush === "erase" ? t("eraseHint") : t("drawHint");
}

/** Colours with their figures, shapes with their names. @param {State} s */
function legend(s) {
  const { dataset, picture } = s, box = byId("output-legend");
  if (!dataset || !rowsOnly(dataset)) {
    box.hidden = true;
    byId("output-of").textContent = "";
    return;
  }
  const focus = picture?.focus ? unitInFocus(s) : "";
  byId("output-of").textContent = focus || severalOf(s) || (dataset.view === "table" && dataset.plane && dataset.columns.length > 1 ? t("ofColumns", { n: dataset.columns.length }) : "");
  const real = (/** @type {number} */ v) => short(focus ? v : realTarget(dataset, v), 2);
  const bar = dataset.plane && (focus || !dataset.classes) ? [picture?.limit ?? 1] : [];
  const tests = dataset.test_inputs.length > 0;
  const key = JSON.stringify([focus, tests, bar.map((v) => real(v)), dataset.class_names, dataset.view, dataset.classes, s.language, picture?.focus]);
  // The brushes name the classes of a plane.
  box.hidden = !hides("brushes") && dataset.view === "plane" && dataset.classes > 0 && !focus;
  byId("brushes").hidden = dataset.view !== "plane" || !box.hidden && dataset.classes > 0;
  if (box.dataset.of === key) return;
  box.dataset.of = key;
  const item = (/** @type {(Node | string)[]} */ ...parts) => h("span", { class: "item" }, ...parts);
  const place = picture?.focus, ofClass = place && dataset.classes && s.network && place.layer === s.network.layers.length - 1 ? place.unit : null;
  const scale = ofClass === null ? bar.map((limit) => item(real(-limit), h("span", { class: "scale" }), real(limit))) : [classScale(s, ofClass)];
  const classes = dataset.classes && !focus ? dataset.class_names.map((_, i) => item(shapeIcon(i), className(dataset, i))) : [];
  const curve = dataset.plane ? [] : [item(h("span", { class: "stroke" }), t("prediction")), item(h("span", { class: "dot full" }), t("ofTrain")), ...(tests ? [item(h("span", { class: "dot" }), t("ofTest"))] : [])];
  const ring = dataset.classes && !focus ? [item(h("span", { class: "ring" }), t("wrong"))] : [];
  box.replaceChildren(...scale, ...classes, ...ring, ...curve);
}

/** The colours of what an output gives, from its least to its most. @param {State} s @param {number} unit */
function classScale(s, unit) {
  const { units, activation } = /** @type {import("../types.js").Network} */ (s.network).layers.slice(-1)[0];
  const signed = !["softmax", "sigmoid", "hard_sigmoid"].includes(activation ?? ""), bar = h("span", { class: "scale" });
  bar.style.background = units > 1 ? `linear-gradient(to right, var(--paper), var(--class-${unit % 8}))` : "linear-gradient(to right, var(--class-0), var(--paper), var(--class-1))";
  return h("span", { class: "item" }, signed ? "−1" : "0", bar, "1");
}

/**
 * Where the pointer is, and which sample is nearest.
 * @param {State} s
 * @param {{u: number, v: number}} p
 */
function readout(s, p) {
  const { dataset } = s, plane = dataset?.plane;
  if (!dataset) return "";
  const outputs = s.picture?.probe?.outputs ?? [];
  if (!plane) return `${placeText(dataset, p)} → ${t("prediction")} ${short(realTarget(dataset, outputs[0]), 3)}`;
  const found = nearestPoint(s, p, 0.03, (q) => !q.test || s.showTest);
  let here = placeText(dataset, p).join("  ");
  here += ` → ${outputs.map((/** @type {number} */ y, /** @type {number} */ j) => (dataset.classes && outputs.length > 1 ? `${className(dataset, j)} ${short(y, 2)}` : short(dataset.classes ? y : realTarget(dataset, y), 2))).join("  ")}`;
  if (!found) return here;
  const told = /** @type {number[]} */ ([(found.test ? dataset.test_targets : dataset.targets)[found.sample ?? -1] ?? found.label].flat());
  const label = dataset.classes ? className(dataset, found.label) : listed(told.map((v) => short(realTarget(dataset, v), 2)));
  const row = dataset.view === "table" ? ` · ${details(dataset, found)}` : "";
  return `${here} · ${t(found.test ? "testPoint" : "trainPoint", { label })}${found.wrong ? ` · ${t("wrong")}` : ""}${row}`;
}

/** A table's row in its own units, as far as there is room. @param {import("../types.js").Dataset} dataset @param {import("../charts/plane.js").Point} point */
function details(dataset, { test, sample }) {
  const row = (test ? dataset.test_inputs : dataset.inputs)[sample ?? 0];
  return listed(row.slice(0, 4).map((/** @type {number} */ v, /** @type {number} */ c) => `${columnName(dataset, c)} ${short(realInput(dataset, c, v), 2)}`)) + (row.length > 4 ? " …" : "");
}
