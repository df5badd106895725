/** What the network says everywhere on the plane, the samples on it, and a brush to draw more. */
import { shapeIcon, short } from "../canvas.js";
import { drawCurve, drawPixels, drawPoints } from "../charts/plane.js";
import { byId, explain, h, rebuild } from "../dom.js";
import { rowsOnly } from "../looking.js";
import { classOf } from "../model/classes.js";
import { eachFrame } from "../store.js";
import { t } from "../words.js";

const ERASE_RADIUS = 0.05; // of the plane's width

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

  const draw = eachFrame(() => {
    const s = store.state;
    const { dataset, picture } = s;
    if (!dataset || !rowsOnly(dataset)) return;
    const points = allPoints(s);
    if (!dataset.plane) {
      pixels.width = pixels.width;
      if (!picture?.curve) return;
      drawCurve(marks, picture.curve, points, s.showTest);
      box.dataset.drawn = "yes";
      return;
    }
    if (picture?.plane && picture !== drawn) {
      drawn = picture;
      drawPixels(pixels, picture.plane, picture.resolution);
      box.dataset.drawn = "yes";
    }
    const scale = Math.max(1e-6, ...dataset.targets.map(Math.abs));
    const shown = brush ? points.filter((p) => !brush?.covers(p)).concat(brush.drawn()) : points;
    const eraser = brush?.kind === "erase" && brush.last ? { ...brush.last, radius: ERASE_RADIUS } : null;
    drawPoints(marks, dataset.plane, shown, { classes: dataset.classes, showTest: s.showTest, cursor, valueScale: scale, eraser });
  });
  store.on(["picture", "dataset", "theme", "showTest"], draw);
  new ResizeObserver(draw).observe(box);

  store.on(["dataset", "brush", "language"], (s) => drawBrushes(session));
  const test = /** @type {HTMLInputElement} */ (byId("show-test"));
  test.addEventListener("change", () => store.set({ showTest: test.checked }));

  const place = (/** @type {PointerEvent} */ event) => {
    const plane = store.state.dataset?.plane;
    if (!plane) return null;
    const bounds = box.getBoundingClientRect();
    const x = (event.clientX - bounds.left) / bounds.width, y = 1 - (event.clientY - bounds.top) / bounds.height;
    return { u: plane.low[0] + x * (plane.high[0] - plane.low[0]), v: plane.low[1] + y * (plane.high[1] - plane.low[1]) };
  };
  box.addEventListener("pointerdown", (event) => {
    const p = place(event);
    if (!p || event.button !== 0 || !canDraw(store.state)) return;
    box.setPointerCapture(event.pointerId);
    brush = new Brush(session);
    brush.touch(p);
    draw();
  });
  box.addEventListener("pointermove", (event) => {
    const p = place(event);
    if (p) store.set({ probe: p });
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
  store.on(["probe", "picture"], (s) => {
    byId("plane-readout").textContent = s.probe ? readout(session, s.probe) : hint(s);
  });
  store.on(["brush", "dataset", "language"], (s) => {
    box.classList.toggle("drawing", canDraw(s));
    byId("plane-readout").textContent = hint(s);
  });

  // The same with keys: arrows move a cross, Enter draws, Delete erases.
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
      draw();
    } else if (drawable(store.state)) {
      const stroke = new Brush(session, event.key === "Delete" ? "erase" : undefined);
      stroke.touch(cursor);
      stroke.end();
    }
  });
  box.addEventListener("blur", () => { cursor = null; store.set({ probe: null }); draw(); });
}

const clamp = (/** @type {number} */ x, /** @type {number} */ low, /** @type {number} */ high) => Math.max(low, Math.min(high, x));

/** @param {import("../session.js").State} s */
const drawable = (s) => s.dataset?.view === "plane" && s.connection === "live";

/** @param {import("../session.js").State} s */
const canDraw = (s) => drawable(s) && s.brush !== null;

/** @param {import("../session.js").State} s */
function hint(s) {
  if (!rowsOnly(s.dataset)) return "";
  if (s.dataset?.view !== "plane") return s.dataset?.view === "table" ? t("tableHint") : t("curveHint");
  if (!s.dataset.inputs.length) return t("emptyPlane");
  return s.brush === null ? t("planeHint") : s.brush === "erase" ? t("eraseHint") : t("drawHint");
}

/** One stroke: shows points (or takes them away) while it goes on, and is one edit when it ends. */
class Brush {
  /**
   * @param {import("../session.js").Session} session
   * @param {"erase"} [kind]
   */
  constructor(session, kind) {
    this.session = session;
    this.kind = kind ?? session.store.state.brush ?? 0;
    const { points, erased } = session.spec.dataset;
    this.points = structuredClone(points ?? []);
    /** @type {Set<number>} */
    this.erased = new Set(erased ?? []);
    /** @type {{u: number, v: number} | null} */
    this.last = null;
    this.changed = false;
    /** @type {{u: number, v: number}[]} */
    this.trail = [];
    this.known = this.points.length;
    const plane = session.store.state.dataset?.plane;
    this.radius = plane ? (plane.high[0] - plane.low[0]) * ERASE_RADIUS : 0;
  }

  /** The points of this stroke so far. @returns {import("../charts/plane.js").Point[]} */
  drawn() {
    if (this.kind === "erase") return [];
    return this.points.slice(this.known).map((/** @type {number[]} */ [u, v, label]) => ({ u, v, label, test: false, wrong: false }));
  }

  /** Whether this stroke has erased a point. @param {import("../charts/plane.js").Point} p */
  covers(p) {
    return !p.test && this.trail.some((q) => Math.hypot(q.u - p.u, q.v - p.v) <= this.radius);
  }

  /** @param {{u: number, v: number}} p */
  touch(p) {
    const { dataset } = this.session.store.state;
    if (!dataset?.plane) return;
    const width = dataset.plane.high[0] - dataset.plane.low[0];
    if (this.kind === "erase") {
      this.last = p;
      this.trail.push(p);
      this.#erase(p, width * ERASE_RADIUS, dataset);
    } else if (!this.last || Math.hypot(p.u - this.last.u, p.v - this.last.v) > width * 0.04) {
      this.last = p;
      const value = dataset.classes || dataset.task === "classification" ? this.kind : (this.kind === 0 ? -1 : 1);
      this.points.push([round(p.u), round(p.v), value]);
      this.changed = true;
    }
  }

  /**
   * @param {{u: number, v: number}} p
   * @param {number} radius
   * @param {import("../types.js").Dataset} dataset
   */
  #erase(p, radius, dataset) {
    dataset.inputs.forEach((row, i) => {
      if (Math.hypot(row[0] - p.u, row[1] - p.v) > radius) return;
      const identity = dataset.identities[i];
      if (identity >= 0) {
        this.changed ||= !this.erased.has(identity);
        this.erased.add(identity);
      }
    });
    this.changed ||= this.points.some((/** @type {number[]} */ q) => Math.hypot(q[0] - p.u, q[1] - p.v) <= radius);
  }

  end() {
    if (!this.changed) return;
    // What this stroke did, done to whatever is there when its turn comes.
    const drawn = this.points.slice(this.known), { erased, trail, radius } = this;
    const gone = (/** @type {number[]} */ q) => trail.some((c) => Math.hypot(q[0] - c.u, q[1] - c.v) <= radius);
    void this.session.patch((now) => ({
      dataset: {
        ...now.dataset,
        points: [...(now.dataset.points ?? []).filter((/** @type {number[]} */ q) => !gone(q)), ...drawn],
        erased: [...new Set([...(now.dataset.erased ?? []), ...erased])],
      },
    }), "points");
  }
}

const round = (/** @type {number} */ x) => Math.round(x * 1000) / 1000;

/** @param {import("../session.js").Session} session */
function drawBrushes(session) {
  const { dataset, brush } = session.store.state;
  const box = byId("brushes");
  box.hidden = dataset?.view !== "plane";
  if (!dataset) return;
  const regression = dataset.task === "regression";
  const kinds = regression ? [0, 1] : Array.from({ length: Math.min(8, Math.max(2, dataset.classes) + 1) }, (_, i) => i);
  const button = (/** @type {number | "erase" | null} */ kind, /** @type {(Node | string)[]} */ content, /** @type {string} */ label) =>
    explain(h("button", { type: "button", "aria-pressed": String(brush === kind), "aria-label": label, "data-name": `brush ${kind}`, onclick: () => session.store.set({ brush: brush === kind ? null : kind }) }, ...content), () => ({ text: label }));
  rebuild(box,
    h("span", { class: "hint" }, t("brush")),
    ...kinds.map((k) => regression ? button(k, [k ? "+1" : "−1"], t("brushValue", { n: k ? "+1" : "−1" }))
      : button(k, [shapeIcon(k), "ABCDEFGH"[k]], t(k >= dataset.classes ? "brushNew" : "brushClass", { n: "ABCDEFGH"[k] }))),
    button("erase", [t("erase")], t("eraseHint")));
}

/**
 * Samples on the drawn plane, wrong ones marked by the last prediction.
 * @param {import("../session.js").State} s
 */
function allPoints(s) {
  const { dataset, picture, network } = s;
  /** @type {import("../charts/plane.js").Point[]} */
  const points = [];
  if (!dataset || !network) return points;
  const add = (/** @type {number[][]} */ inputs, /** @type {number[]} */ targets, /** @type {Float32Array | undefined} */ outputs, /** @type {boolean} */ test) => {
    const units = network.layers[network.layers.length - 1].units;
    const known = outputs && outputs.length === inputs.length * units;
    inputs.forEach((row, i) => {
      const wrong = known && dataset.classes ? classOf(outputs, network.layers.at(-1)?.activation, i * units, units) !== targets[i] : false;
      const [u, v] = project(dataset, row, targets[i]);
      points.push({ u, v, label: targets[i], test, wrong: Boolean(wrong) });
    });
  };
  add(dataset.test_inputs, dataset.test_targets, picture?.test, true);
  add(dataset.inputs, dataset.targets, picture?.train, false);
  return points;
}

/**
 * @param {import("../types.js").Dataset} dataset
 * @param {number[]} row
 * @param {number} target
 */
function project(dataset, row, target) {
  const { plane } = dataset;
  if (!plane) return [row[0], target];
  if (dataset.view === "plane") return row;
  return plane.axes.map((axis) => axis.reduce((sum, a, c) => sum + a * (row[c] - plane.origin[c]), 0));
}

/**
 * Where the pointer is, and which sample is nearest.
 * @param {import("../session.js").Session} session
 * @param {{u: number, v: number}} p
 */
function readout(session, p) {
  const s = session.store.state;
  const points = allPoints(s).filter((q) => !q.test || s.showTest);
  const plane = s.dataset?.plane;
  const near = plane ? (plane.high[0] - plane.low[0]) * 0.03 : 0;
  const found = points.find((q) => Math.hypot(q.u - p.u, q.v - p.v) < near);
  const axes = s.dataset?.view === "table" ? ["PC1", "PC2"] : ["x₁", "x₂"];
  let here = `${axes[0]} ${short(p.u, 2)}  ${axes[1]} ${short(p.v, 2)}`;
  const said = s.picture?.probe;
  if (said && s.dataset) here += ` → ${said.map((/** @type {number} */ y, /** @type {number} */ j) => (s.dataset?.classes && said.length > 1 ? `${s.dataset.class_names[j]} ${short(y, 2)}` : short(y, 2))).join("  ")}`;
  if (!found || !s.dataset) return here;
  const label = s.dataset.classes ? s.dataset.class_names[found.label] : short(found.label, 2);
  return `${here} · ${t(found.test ? "testPoint" : "trainPoint", { label })}${found.wrong ? ` · ${t("wrong")}` : ""}`;
}
