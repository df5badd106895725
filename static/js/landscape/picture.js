/** The slice seen from above: bands of height with their figures, the path walked, the network itself, the place that is looked at. */
import { chartSize, colours, fit, grouped, short } from "../canvas.js";
import { drawAxes, figures, ticks } from "../charts/axes.js";
import { drawBands, drawScale, heightAt } from "../charts/bands.js";
import { byId, h, write } from "../dom.js";
import { t } from "../words.js";
import { fieldOf } from "./asking.js";
import { axisNames, share } from "./names.js";

/** @import {Field, Frame} from "../charts/bands.js" @import {Found} from "./asking.js" */

const NEAR = 9, SCALE = 14;

const frameOf = (/** @type {number} */ width, /** @type {number} */ height) => ({ left: chartSize() * 4.4, right: width - SCALE - chartSize() * 6.2, top: chartSize() * 1.7, bottom: height - chartSize() * 2.8 });

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} box
 * @param {{found: () => Found | null, place: () => number[] | null, choose: (place: number[]) => void, leave: () => void}} page
 */
export function mountPicture(session, box, page) {
  const { store } = session;
  const ground = h("canvas", { class: "ground", "aria-hidden": "true" }), canvas = h("canvas", { id: "landscape-map", role: "application", tabIndex: 0, "data-name": "landscape map" });
  const readout = h("output", { id: "landscape-readout", class: "readout" });
  box.append(h("div", { class: "layers" }, ground, canvas), readout);
  /** Where the pointer is, or what the arrow keys move. @type {number[] | null} */
  let pointed = null;
  let byKeys = false;
  /** @type {Field | null} */
  let field = null;
  let painted = "";

  /** Of what is shown: from places to pixels. @param {Frame} frame @param {Field} of */
  const projected = (frame, { low, high }) => ({
    px: (/** @type {number} */ x) => frame.left + ((x - low[0]) / (high[0] - low[0])) * (frame.right - frame.left),
    py: (/** @type {number} */ y) => frame.bottom - ((y - low[1]) / (high[1] - low[1])) * (frame.bottom - frame.top),
  });

  function draw() {
    const found = page.found(), s = store.state;
    if (!canvas.clientWidth) return;
    const { context, width, height } = fit(canvas), frame = frameOf(width, height);
    field = found?.rows.size ? fieldOf(found) : null;
    if (!found || !field || frame.right - frame.left < 20 || frame.bottom - frame.top < 20) {
      fit(ground);
      painted = "";
      delete canvas.dataset.drawn;
      canvas.setAttribute("aria-label", t("land.nothing"));
      return tell();
    }
    const key = JSON.stringify([found.id, found.at, found.wanted, found.resolution, found.rows.size, found.whole, width, height, devicePixelRatio, s.theme, s.language]);
    if (key !== painted) {
      painted = key;
      const under = fit(ground).context;
      drawBands(under, frame, field);
      const strip = { left: frame.right + 14, right: frame.right + 14 + SCALE, top: frame.top, bottom: frame.bottom };
      drawScale(under, strip, field, t("land.loss"));
    }
    const { low, high } = field, { px, py } = projected(frame, field), [across, up] = axisNames(s, found);
    const columns = ticks(low[0], high[0], Math.max(2, (frame.right - frame.left) / 80)), lines = ticks(low[1], high[1], Math.max(2, (frame.bottom - frame.top) / 50));
    drawAxes(context, { ...frame, lines: false, border: true }, { at: px, marks: columns, text: figures(columns), name: across }, { at: py, marks: lines, text: figures(lines), name: up });
    context.save();
    context.beginPath();
    context.rect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
    context.clip();
    drawPath(context, found, px, py);
    mark(context, px(found.from[0]), py(found.from[1]), "ring");
    const place = page.place();
    if (place) mark(context, px(place[0]), py(place[1]), "diamond");
    if (pointed && byKeys) mark(context, px(pointed[0]), py(pointed[1]), "cross");
    context.restore();
    canvas.dataset.drawn = `${found.resolution} ${found.step} ${found.whole ? "whole" : "coming"}`;
    canvas.setAttribute("aria-label", t("land.alt", { across, up, low: short(lowest(field)), high: short(highest(field)), loss: short(found.centre_loss) }));
    tell();
  }

  function tell() {
    const found = page.found();
    if (!found || !field) return write(readout, t("land.nothing"));
    if (!pointed) return write(readout, t("land.readHere", { step: grouped(found.step), loss: short(found.centre_loss) }));
    const near = byKeys ? NEAR / 3 : NEAR, { px, py } = projected(frameOf(canvas.clientWidth, canvas.clientHeight), field), [x, y] = pointed, { path } = found;
    const step = path ? nearest(path.a.map((a, i) => Math.hypot(px(a + found.from[0]) - px(x), py(path.b[i] + found.from[1]) - py(y))), near) : -1;
    if (path && step >= 0) return write(readout, t(path.within[step] === null ? "land.readEnd" : "land.readStep", { step: grouped(path.steps[step]), loss: short(path.loss?.[step]), within: share(path.within[step]) }));
    const here = placeText(field, pointed), value = heightAt(field, x, y);
    return write(readout, value === null ? t("land.readNone", here) : t("land.read", { ...here, loss: short(value) }));
  }

  /** @param {PointerEvent} event */
  const at = (event) => {
    if (!field) return null;
    const frame = frameOf(canvas.clientWidth, canvas.clientHeight), bounds = canvas.getBoundingClientRect(), { low, high } = field;
    const u = (event.clientX - bounds.left - frame.left) / (frame.right - frame.left), v = (frame.bottom - (event.clientY - bounds.top)) / (frame.bottom - frame.top);
    return u < 0 || u > 1 || v < 0 || v > 1 ? null : [low[0] + u * (high[0] - low[0]), low[1] + v * (high[1] - low[1])];
  };
  canvas.addEventListener("pointermove", (event) => {
    const now = at(event);
    if (!now && !pointed) return;
    const was = byKeys;
    [pointed, byKeys] = [now, false];
    canvas.classList.toggle("over", now !== null);
    if (was) draw();
    else tell();
  });
  canvas.addEventListener("pointerleave", () => {
    if (byKeys) return;
    pointed = null;
    tell();
  });
  canvas.addEventListener("click", (event) => {
    const place = at(/** @type {PointerEvent} */ (event));
    if (place) page.choose(place);
  });
  canvas.addEventListener("keydown", (event) => {
    const by = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] })[event.key], found = page.found();
    if (!field || !found || event.ctrlKey || event.metaKey || event.altKey || (!by && !["Enter", "Home", "Escape"].includes(event.key))) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") {
      [pointed, byKeys] = [null, false];
      page.leave();
      return draw();
    }
    const { low, high } = field;
    if (event.key === "Enter") return page.choose(pointed ?? [...found.from]);
    const from = event.key === "Home" || !pointed ? page.place() ?? found.from : pointed, part = event.shiftKey ? 0.1 : 0.02;
    pointed = event.key === "Home" ? [...found.from] : from.map((value, k) => Math.max(low[k], Math.min(high[k], value + by[k] * part * (high[k] - low[k]))));
    byKeys = true;
    draw();
    byId("live").textContent = readout.textContent;
  });
  canvas.addEventListener("blur", () => {
    if (!byKeys) return;
    [pointed, byKeys] = [null, false];
    draw();
  });
  return { draw, canvas };
}

/** Both coordinates, with as many figures as the slice has room for. @param {Field} field @param {number[]} place */
export function placeText({ low, high }, place) {
  const [a, b] = place.map((value, k) => {
    const digits = Math.max(0, Math.min(6, 3 - Math.ceil(Math.log10(high[k] - low[k]))));
    return (Number(value.toFixed(digits)) || 0).toFixed(digits).replace("-", "−");
  });
  return { a, b };
}

/** The index of the least, where it is small enough; the last of several. @param {number[]} far @param {number} most */
function nearest(far, most) {
  const least = Math.min(...far);
  return least <= most ? far.lastIndexOf(least) : -1;
}

const lowest = (/** @type {Field} */ field) => field.values.flat().reduce((/** @type {number | null} */ low, v) => (v !== null && (low === null || v < low) ? v : low), null);
const highest = (/** @type {Field} */ field) => field.values.flat().reduce((/** @type {number | null} */ high, v) => (v !== null && (high === null || v > high) ? v : high), null);

/** @param {CanvasRenderingContext2D} context @param {Found} found @param {(x: number) => number} px @param {(y: number) => number} py */
function drawPath(context, { path, from }, px, py) {
  if (!path || path.a.length < 2) return;
  const theme = colours();
  // Far outside there is nothing to see, and no canvas that could draw it.
  const held = (/** @type {number} */ value) => Math.max(-1e4, Math.min(1e4, value));
  const places = path.a.map((a, i) => [held(px(a + from[0])), held(py(path.b[i] + from[1]))]);
  context.lineJoin = "round";
  for (const [colour, width, alpha] of /** @type {[string, number, number][]} */ ([[theme.paper, 5, 0.8], [theme.accent, 2, 1]])) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.globalAlpha = alpha;
    context.beginPath();
    places.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.stroke();
  }
  context.fillStyle = theme.accent;
  context.strokeStyle = theme.paper;
  context.lineWidth = 1;
  places.forEach(([x, y], i) => {
    context.beginPath();
    context.arc(x, y, i ? 2.8 : 4.2, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  });
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {"ring" | "diamond" | "cross"} kind */
function mark(context, x, y, kind) {
  const theme = colours(), r = 7;
  const outline = () => {
    context.beginPath();
    if (kind === "ring") context.arc(x, y, r, 0, 2 * Math.PI);
    else if (kind === "diamond") [[0, -r - 2], [r + 2, 0], [0, r + 2], [-r - 2, 0], [0, -r - 2]].forEach(([dx, dy], i) => (i ? context.lineTo(x + dx, y + dy) : context.moveTo(x + dx, y + dy)));
    else for (const [dx, dy] of [[12, 0], [0, 12]]) { context.moveTo(x - dx, y - dy); context.lineTo(x + dx, y + dy); }
    context.stroke();
  };
  context.strokeStyle = theme.paper;
  context.lineWidth = 5;
  outline();
  context.strokeStyle = kind === "diamond" ? theme["positive-ink"] : theme.ink;
  context.lineWidth = 2;
  outline();
  if (kind === "cross") return;
  context.fillStyle = kind === "diamond" ? theme["positive-ink"] : theme.ink;
  context.beginPath();
  context.arc(x, y, 2, 0, 2 * Math.PI);
  context.fill();
}
