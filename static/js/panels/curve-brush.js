/** Points of a curve of one's own, drawn and erased on its plot by pointer and by keys. Loaded with the first such curve. */
import { colours, fit, short } from "../canvas.js";
import { areaOf, valueRange } from "../charts/plane.js";
import { byId, explain, h, rebuild } from "../dom.js";
import { allPoints } from "../model/points.js";
import { t } from "../words.js";
import { hides } from "./hiding.js";

/** @typedef {{u: number, v: number}} Place x and the value */

/** As parts of the plot's width and height: how far apart a stroke's points are, and how far an eraser reaches. */
const APART = 0.02, REACH = 0.04;
const round = (/** @type {number} */ x) => Math.round(x * 1000) / 1000;

/** @param {import("../session.js").Session} session */
export function mountCurveBrush(session) {
  const { store } = session, box = byId("plane");
  const bar = h("div", { id: "curve-brushes", class: "brushes", "data-part": "brushes" });
  byId("brushes").after(bar);
  const over = h("canvas", {});
  Object.assign(over.style, { position: "absolute", inset: "0", width: "100%", height: "100%", pointerEvents: "none" });
  box.append(over);
  /** The stroke that goes on. @type {{erase: boolean, trail: Place[]} | null} */
  let stroke = null;
  /** @type {Place | null} */
  let cursor = null;

  const here = () => store.state.dataset?.kind === "drawn_curve" && store.state.connection === "live";
  const drawing = () => here() && store.state.brush !== null;
  /** From the left to the right, and from the bottom to the top. */
  const frame = () => {
    const [from, to] = store.state.picture?.curve?.range ?? [-3, 3], [low, high] = valueRange(allPoints(store.state), true);
    return { from, to, low, high };
  };
  /** How far apart, as parts of the plot. @param {Place} a @param {Place} b */
  const apart = (a, b) => {
    const { from, to, low, high } = frame();
    return Math.hypot((a.u - b.u) / (to - from), (a.v - b.v) / (high - low));
  };
  const clamped = (/** @type {Place} */ { u, v }) => {
    const { from, to, low, high } = frame();
    return { u: round(Math.max(from, Math.min(to, u))), v: round(Math.max(low, Math.min(high, v))) };
  };

  function show() {
    const { context, width, height } = fit(over), { from, to, low, high } = frame(), area = areaOf(width, height);
    if (!here()) return;
    const x = (/** @type {Place} */ p) => area.left + ((p.u - from) / (to - from)) * area.width, y = (/** @type {Place} */ p) => area.height * (1 - (p.v - low) / (high - low));
    context.strokeStyle = context.fillStyle = colours()[stroke?.erase ? "ink" : "negative"];
    for (const p of stroke && !stroke.erase ? stroke.trail : []) {
      context.beginPath();
      context.arc(x(p), y(p), 2.8, 0, 2 * Math.PI);
      context.fill();
    }
    const at = stroke?.erase ? stroke.trail.at(-1) : cursor;
    if (!at) return;
    context.beginPath();
    if (stroke?.erase) context.ellipse(x(at), y(at), REACH * area.width, REACH * area.height, 0, 0, 2 * Math.PI);
    else for (const [dx, dy] of [[8, 0], [0, 8]]) {
      context.moveTo(x(at) - dx, y(at) - dy);
      context.lineTo(x(at) + dx, y(at) + dy);
    }
    context.stroke();
  }

  /** @param {Place} p */
  function touch(p) {
    const last = stroke?.trail.at(-1);
    if (!stroke || (last && apart(last, p) < APART)) return;
    stroke.trail.push(clamped(p));
    show();
  }

  function end() {
    if (!stroke) return;
    const { erase, trail } = stroke;
    stroke = null;
    show();
    // What this stroke did, done to whatever is there when its turn comes.
    const gone = (/** @type {number[]} */ [u, v]) => trail.some((p) => apart(p, { u, v }) <= REACH);
    const points = (/** @type {any} */ { dataset }) => (dataset.points ?? []);
    if (erase && !points(session.spec).some(gone)) return;
    void session.patch((now) => ({ dataset: { ...now.dataset, points: erase ? points(now).filter((/** @type {number[]} */ q) => !gone(q)) : [...points(now), ...trail.map(({ u, v }) => [u, v])] } }), "points");
  }

  /** @param {PointerEvent} event */
  function place(event) {
    const bounds = box.getBoundingClientRect(), area = areaOf(bounds.width, bounds.height), { from, to, low, high } = frame();
    return { u: from + ((event.clientX - bounds.left - area.left) / area.width) * (to - from), v: high - ((event.clientY - bounds.top) / area.height) * (high - low) };
  }
  // Before the plot's own use of the pointer: a click there pins a place.
  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !drawing()) return;
    event.stopImmediatePropagation();
    box.setPointerCapture(event.pointerId);
    stroke = { erase: store.state.brush === "erase", trail: [] };
    touch(place(event));
  }, true);
  box.addEventListener("pointermove", (event) => { if (stroke) touch(place(event)); });
  box.addEventListener("pointerup", end);
  box.addEventListener("pointercancel", end);

  // The same with keys: arrows move a cross, Enter draws, Delete erases.
  box.addEventListener("keydown", (event) => {
    const move = /** @type {Record<string, number[]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] })[event.key];
    if (!here() || (!move && event.key !== "Enter" && event.key !== "Delete")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { from, to, low, high } = frame(), steps = event.shiftKey ? 10 : 40;
    cursor ??= { u: (from + to) / 2, v: (low + high) / 2 };
    if (move) cursor = clamped({ u: cursor.u + (move[0] * (to - from)) / steps, v: cursor.v + (move[1] * (high - low)) / steps });
    else {
      stroke = { erase: event.key === "Delete" || store.state.brush === "erase", trail: [] };
      touch(cursor);
      end();
    }
    byId("live").textContent = t("curve.at", { x: short(cursor.u, 2), y: short(cursor.v, 2), n: session.spec.dataset.points?.length ?? 0 });
    show();
  }, true);
  box.addEventListener("blur", () => {
    cursor = null;
    show();
  });
  new ResizeObserver(show).observe(box);

  // After output.js, which says it of planes, and as often.
  store.on(["probe", "probePinned", "picture", "brush", "dataset", "language"], ({ dataset, probe, probePinned, brush }) => {
    if (!here()) return;
    box.classList.toggle("drawing", drawing());
    if (!(probe ?? probePinned)) byId("plane-readout").textContent = t(!dataset?.inputs.length ? "curve.empty" : brush === "erase" ? "eraseHint" : "curve.hint");
  });
  store.on(["dataset", "brush", "language", "connection", "picture"], ({ dataset, brush }) => {
    const mine = dataset?.kind === "drawn_curve";
    bar.hidden = !mine || hides("brushes");
    const button = (/** @type {0 | "erase"} */ kind, /** @type {string} */ words, /** @type {string} */ label) =>
      explain(h("button", { type: "button", "aria-pressed": String(brush === kind), "data-name": `curve ${kind}`, onclick: () => store.set({ brush: brush === kind ? null : kind }) }, words), () => ({ text: label }));
    const key = JSON.stringify([mine, brush, document.documentElement.lang]);
    if (bar.dataset.of === key) return;
    bar.dataset.of = key;
    if (mine) rebuild(bar, button(0, t("brush"), t("curve.draw")), button("erase", t("erase"), t("eraseHint")));
    show();
  });
}
