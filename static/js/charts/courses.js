/** Courses side by side, on axes of which either may go by factors: each a line with what it spreads over, named at its end. */
import { chartFont, chartSize, colours, fit } from "../canvas.js";
import { drawAxes, figures, ticks } from "./axes.js";
import { halo, spread } from "./curves.js";

/**
 * @typedef {{name: string, colour: string, dash?: number[], thick?: number, pale?: boolean, x: number[], y: (number | null)[], low?: (number | null)[], high?: (number | null)[], dots?: boolean}} Course
 * @typedef {{x: number, text: string, colour: string}} Upright a line at an x, and what is said of it
 * @typedef {{courses: Course[], logX?: boolean, logY?: boolean, xName: string, yName: string, marks?: Upright[], most?: number | null, cursor?: number | null, room?: number}} Courses
 *   `most` is where the y axis ends at the latest; `room` for names at the ends, in pixels
 */

/** Where an x lies of what was drawn last. @type {WeakMap<HTMLCanvasElement, (pixel: number) => number>} */
const places = new WeakMap();

/** @param {HTMLCanvasElement} canvas @param {number} pixel */
export const xAt = (canvas, pixel) => places.get(canvas)?.(pixel) ?? null;

/** @param {number} low @param {number} high powers of ten */
function powers(low, high) {
  const found = [];
  for (let e = Math.floor(low); e <= Math.ceil(high); e++) {
    for (const m of high - low > 2.5 ? [1] : high - low > 1.2 ? [1, 3] : [1, 1.5, 2, 3, 5, 7]) {
      const power = e + Math.log10(m);
      if (power >= low - 1e-9 && power <= high + 1e-9) found.push(Number((m * 10 ** e).toPrecision(3)));
    }
  }
  return found;
}

/** @param {HTMLCanvasElement} canvas @param {Courses} plot */
export function drawCourses(canvas, { courses, logX = false, logY = false, xName, yName, marks = [], most = null, cursor = null, room = 0 }) {
  const { context, width, height } = fit(canvas), theme = colours(), size = chartSize();
  const sx = (/** @type {number} */ v) => (logX ? Math.log10(Math.max(v, 1e-300)) : v), sy = (/** @type {number} */ v) => (logY ? Math.log10(Math.max(v, 1e-300)) : v);
  const fine = (/** @type {number | null | undefined} */ v) => v !== null && v !== undefined && Number.isFinite(v) && (!logY || v > 0);
  const xs = courses.flatMap(({ x }) => [x[0], x[x.length - 1]]).filter((v) => v !== undefined);
  const ys = courses.flatMap(({ y, low, high }) => [...y, ...(low ?? []), ...(high ?? [])]).filter(fine).map((v) => sy(Math.min(Number(v), most ?? Infinity)));
  const [x0, x1] = xs.length ? [Math.min(...xs.map(sx)), Math.max(...xs.map(sx))] : [0, 1];
  let [y0, y1] = ys.length ? [Math.min(...ys), Math.max(...ys)] : [0, 1];
  if (!logY) y0 = Math.min(0, y0);
  const air = (y1 - y0 || 1) * 0.05;
  if (logY || y0 < 0) y0 -= air;
  y1 += air;
  const frame = { left: size * 4.2, right: width - 8 - room, top: size * 0.7, bottom: height - size * 2.9 };
  const px = (/** @type {number} */ v) => frame.left + ((sx(v) - x0) / (x1 - x0 || 1)) * (frame.right - frame.left);
  const py = (/** @type {number} */ v) => frame.bottom - ((sy(v) - y0) / (y1 - y0 || 1)) * (frame.bottom - frame.top);
  const across = logX ? powers(x0, x1) : ticks(x0, x1, Math.max(2, (frame.right - frame.left) / 90), true);
  const up = logY ? powers(y0, y1) : ticks(y0, y1, Math.max(2, (frame.bottom - frame.top) / 45));
  const plain = figures(across), upright = figures(up);
  drawAxes(context, frame, { at: px, marks: across, text: logX ? (v) => figures([v])(v) : plain, name: xName }, { at: py, marks: up, text: logY ? (v) => figures([v])(v) : upright, name: yName });
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top - 2, frame.right - frame.left + 2, frame.bottom - frame.top + 3);
  context.clip();
  for (const course of courses) drawBand(context, course, px, py, fine);
  for (const course of courses) drawCourse(context, course, px, py, fine);
  if (cursor !== null) upline(context, px(cursor), frame, theme["ink-2"], []);
  context.restore();
  context.font = chartFont("sans");
  for (const [i, { x, text, colour }] of marks.entries()) {
    if (sx(x) < x0 || sx(x) > x1) continue;
    upline(context, px(x), frame, colour, [4, 3]);
    const wide = context.measureText(text).width;
    context.fillStyle = colour;
    context.textAlign = "left";
    halo(context, text, Math.min(px(x) + 5, frame.right - wide), frame.top + size * (1 + 1.4 * i));
  }
  if (room) nameEnds(context, courses.filter(({ name }) => name), py, frame, fine);
  places.set(canvas, (pixel) => {
    const at = x0 + ((pixel - frame.left) / (frame.right - frame.left)) * (x1 - x0);
    return logX ? 10 ** at : at;
  });
}

/** @typedef {(v: number) => number} Scale */
/** @typedef {(v: number | null | undefined) => boolean} Fine */

/** @param {CanvasRenderingContext2D} context @param {number} x @param {{top: number, bottom: number}} frame @param {string} colour @param {number[]} dash */
function upline(context, x, { top, bottom }, colour, dash) {
  context.beginPath();
  context.moveTo(Math.round(x) + 0.5, top);
  context.lineTo(Math.round(x) + 0.5, bottom);
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.setLineDash(dash);
  context.stroke();
  context.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} context @param {Course} course @param {Scale} px @param {Scale} py @param {Fine} fine */
function drawBand(context, { x, low, high, colour }, px, py, fine) {
  if (!low || !high) return;
  const there = x.map((_, i) => i).filter((i) => fine(low[i]) && fine(high[i]));
  context.beginPath();
  for (const i of there) context.lineTo(px(x[i]), py(Number(high[i])));
  for (const i of there.reverse()) context.lineTo(px(x[i]), py(Number(low[i])));
  context.closePath();
  context.globalAlpha = 0.15;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {Course} course @param {Scale} px @param {Scale} py @param {Fine} fine */
function drawCourse(context, { x, y, colour, dash = [], thick = 2, pale, dots }, px, py, fine) {
  context.globalAlpha = pale ? 0.4 : 1;
  context.beginPath();
  let pen = false;
  x.forEach((v, i) => {
    if (!fine(y[i])) {
      pen = false;
      return;
    }
    const [a, b] = [px(v), py(Number(y[i]))];
    if (dots) context.rect(a - 1, b - 1, 2, 2);
    else if (pen) context.lineTo(a, b);
    else context.moveTo(a, b);
    pen = true;
  });
  context.lineWidth = thick;
  context.lineJoin = "round";
  context.setLineDash(dash);
  context.strokeStyle = context.fillStyle = colour;
  if (dots) context.fill();
  else context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {Course[]} courses @param {Scale} py @param {{right: number, top: number, bottom: number}} frame @param {Fine} fine */
function nameEnds(context, courses, py, { right, top, bottom }, fine) {
  const ends = courses.map((course) => ({ course, from: course.y.findLast(fine) })).filter(({ from }) => from !== undefined)
    .map(({ course, from }) => ({ course, from: Math.max(top, Math.min(bottom, py(Number(from)))) })).sort((a, b) => a.from - b.from);
  const at = spread(ends.map(({ from }) => from), chartSize() + 2, top + 4, bottom);
  context.textAlign = "left";
  context.font = chartFont("sans");
  ends.forEach(({ course, from }, i) => {
    context.beginPath();
    context.moveTo(right + 2, from);
    context.lineTo(right + 10, at[i]);
    context.strokeStyle = course.colour;
    context.lineWidth = 1.5;
    context.stroke();
    context.fillStyle = colours().ink;
    context.fillText(course.name, right + 13, at[i] + 4);
  });
}
