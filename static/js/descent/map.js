/** The surface from above: bands of height with lines between them, the lowest points, and the paths on it. */
import { chartSize, classColours, colours, fit, short, trace } from "../canvas.js";
import { drawAxes, figures, ticks } from "../charts/axes.js";
import { drawBands, drawScale, heightAt } from "../charts/bands.js";
import { byId, h } from "../dom.js";
import { eachFrame } from "../store.js";
import { t } from "../words.js";
import { placeAt, startOf } from "./state.js";

/** @import {PageStore, State} from "./state.js" */

/** To the right stand the bands with their heights. */
const frameOf = (/** @type {number} */ width, /** @type {number} */ height) => ({ left: chartSize() * 3.2, right: width - chartSize() * 6.2, top: chartSize() * 1.6, bottom: height - chartSize() * 2.6 });

/** @param {PageStore} store @param {HTMLElement} box */
export function mountMap(store, box) {
  const ground = h("canvas", { class: "ground", "aria-hidden": "true" });
  const canvas = h("canvas", { id: "map", role: "application", tabIndex: 0 }), readout = h("output", { id: "map-readout", class: "readout" });
  box.append(h("div", { class: "layers" }, ground, canvas), readout);

  const paint = eachFrame(() => {
    const { values } = store.state;
    if (!values || !ground.clientWidth) return;
    const { context, width, height } = fit(ground);
    const frame = frameOf(width, height);
    drawBands(context, frame, values);
    drawScale(context, { ...frame, left: frame.right + 10, right: frame.right + 22 }, values, "f");
  });
  const draw = eachFrame(() => {
    const s = store.state;
    if (!s.values || !canvas.clientWidth) return;
    const { context, width, height } = fit(canvas), frame = frameOf(width, height), { low, high } = s.values;
    const across = ticks(low[0], high[0], Math.max(2, width / 80)), up = ticks(low[1], high[1], Math.max(2, height / 60));
    const px = (/** @type {number} */ x) => frame.left + ((x - low[0]) / (high[0] - low[0])) * (frame.right - frame.left);
    const py = (/** @type {number} */ y) => frame.bottom - ((y - low[1]) / (high[1] - low[1])) * (frame.bottom - frame.top);
    drawAxes(context, { ...frame, lines: false, border: true }, { at: px, marks: across, text: figures(across), name: "x" }, { at: py, marks: up, text: figures(up), name: "y" });
    context.save();
    context.beginPath();
    context.rect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
    context.clip();
    drawMinima(context, s.values.minima, px, py);
    drawPaths(context, s, ([x, y]) => [px(x), py(y)]);
    const [x, y] = startOf(s);
    context.strokeStyle = colours().ink;
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(px(x), py(y), 6, 0, 2 * Math.PI);
    context.stroke();
    context.restore();
    canvas.dataset.drawn = String(s.at);
  });
  const tell = () => {
    const s = store.state, [x, y] = s.pointed ?? startOf(s), start = startOf(s), value = s.values && heightAt(s.values, x, y);
    canvas.setAttribute("aria-label", t("descent.mapAlt", { x: short(start[0], 2), y: short(start[1], 2) }));
    readout.textContent = `${s.pointed ? "" : `${t("descent.start")}: `}x = ${short(x, 3)}, y = ${short(y, 3)}, f ≈ ${value === null ? "–" : short(value, 3)}`;
  };

  const at = (/** @type {PointerEvent} */ event) => {
    const { values } = store.state;
    if (!values) return null;
    const frame = frameOf(canvas.clientWidth, canvas.clientHeight), bounds = canvas.getBoundingClientRect();
    const u = (event.clientX - bounds.left - frame.left) / (frame.right - frame.left), v = (frame.bottom - (event.clientY - bounds.top)) / (frame.bottom - frame.top);
    if (u < 0 || u > 1 || v < 0 || v > 1) return null;
    const place = (/** @type {0 | 1} */ k, /** @type {number} */ share) => Number((values.low[k] + share * (values.high[k] - values.low[k])).toPrecision(4));
    return [place(0, u), place(1, v)];
  };
  canvas.addEventListener("pointerdown", (event) => {
    const start = event.button ? null : at(event);
    if (!start) return;
    canvas.setPointerCapture(event.pointerId);
    store.set({ start, at: 0, playing: false });
  });
  canvas.addEventListener("pointermove", (event) => {
    const pointed = at(event);
    store.set({ pointed });
    if (pointed && event.buttons & 1 && canvas.hasPointerCapture(event.pointerId)) store.set({ start: pointed });
  });
  // The race is run as soon as its start is chosen: that is what one wants to see.
  canvas.addEventListener("pointerup", (event) => { if (canvas.hasPointerCapture(event.pointerId)) store.set({ playing: true }); });
  canvas.addEventListener("pointerleave", () => store.set({ pointed: null }));
  canvas.addEventListener("keydown", (event) => {
    const by = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] })[event.key], { values } = store.state;
    if (!by || !values || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const share = event.shiftKey ? 0.1 : 0.01;
    const start = startOf(store.state).map((value, k) => Number(Math.max(values.low[k], Math.min(values.high[k], value + by[k] * share * (values.high[k] - values.low[k]))).toPrecision(6)));
    store.set({ start, at: 0, playing: false, pointed: null });
    byId("live").textContent = readout.textContent;
  });
  store.on(["values", "theme"], paint);
  store.on(["values", "race", "at", "start", "chosen", "theme", "language", "racers"], draw);
  store.on(["values", "pointed", "start", "language"], tell);
  const observer = new ResizeObserver(() => { paint(); draw(); });
  observer.observe(canvas);
}

/** @param {CanvasRenderingContext2D} context @param {number[][]} minima @param {(x: number) => number} px @param {(y: number) => number} py */
function drawMinima(context, minima, px, py) {
  context.strokeStyle = colours().ink;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const [x, y] of minima) {
    for (const [dx, dy] of [[5, 5], [5, -5]]) {
      context.moveTo(px(x) - dx, py(y) - dy);
      context.lineTo(px(x) + dx, py(y) + dy);
    }
  }
  context.stroke();
}

/**
 * Every path up to the present step, each with its colour and its shape; the chosen one is thicker and comes last.
 * @param {CanvasRenderingContext2D} context
 * @param {State} s
 * @param {(point: number[]) => number[]} place where a point is drawn
 */
export function drawPaths(context, s, place) {
  const palette = classColours(), theme = colours(), paths = s.race?.paths ?? [];
  const order = paths.map((_, k) => k).sort((a, b) => Number(a === s.chosen) - Number(b === s.chosen));
  for (const k of order) {
    const path = paths[k], end = placeAt(path, s.at), chosen = k === s.chosen;
    const line = () => {
      context.beginPath();
      for (let i = 0; i <= end; i++) {
        const [x, y] = place(path.points[i]);
        // Far outside there is nothing to see, and no canvas that could draw it.
        const [u, v] = [Math.max(-1e4, Math.min(1e4, x)), Math.max(-1e4, Math.min(1e4, y))];
        if (i) context.lineTo(u, v);
        else context.moveTo(u, v);
      }
      context.stroke();
    };
    context.lineJoin = "round";
    context.strokeStyle = theme.paper;
    context.lineWidth = chosen ? 6 : 4;
    context.globalAlpha = 0.8;
    line();
    context.globalAlpha = 1;
    context.strokeStyle = palette[k % 8];
    context.lineWidth = chosen ? 3 : 2;
    line();
    if (chosen && end < 400) {
      context.fillStyle = palette[k % 8];
      for (let i = 0; i < end; i++) {
        const [x, y] = place(path.points[i]);
        context.beginPath();
        context.arc(x, y, 2.6, 0, 2 * Math.PI);
        context.fill();
      }
    }
    const [x, y] = place(path.points[end]);
    context.beginPath();
    trace(context, k, x, y, chosen ? 8 : 6.5);
    context.fillStyle = palette[k % 8];
    context.strokeStyle = theme.paper;
    context.lineWidth = 2;
    context.fill();
    context.stroke();
  }
}
