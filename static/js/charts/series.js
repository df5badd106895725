/** A series with what is forecast of it: one step at a time, on its own forecasts, and by repeating the last value. */
import { chartFont, chartSize, classColours, colours, fit } from "../canvas.js";
import { halo, spread } from "./curves.js";
import { frame, LEFT, line, NAMES, RIGHT } from "./overtime.js";
import { clearest } from "./placing.js";

/**
 * Values along the series from place `first` on; NaN where there is none.
 * @typedef {{first: number, values: number[]}} Course
 * @typedef {{place: number, from: number, to: number, actual: number | null, direct: number | null, free: number | null, asNow: number | null}} Cursor
 *   a place, the window before it, and what is there and is said of it
 * @typedef {{series: number[], view: {from: number, to: number}, axes: import("./overtime.js").Axes, border: number | null,
 *   direct: Course, free: (Course & {fedBack: number}) | null, start: number, asNow: Course | null, cursor: Cursor | null,
 *   words: {direct: string, free: string, asNow: string, fedBack: string, ends: string, test: string, beyond: string, window: string, horizon: string}}} Picture
 */

const GRIP = 6, TOP = NAMES + 8;

/** Where words beside a mark stood last: they stay there as long as nothing runs through them. @type {WeakMap<HTMLCanvasElement, Record<string, number>>} */
const stood = new WeakMap();

/** Which place lies under the pointer. @param {number} width of the canvas @param {{from: number, to: number}} view @param {number} x */
export const placeAt = (width, { from, to }, x) => Math.round(from + ((x - LEFT) / (width - LEFT - RIGHT)) * (to - from));

/** Where a place lies. @param {number} width @param {{from: number, to: number}} view @param {number} place */
export const xOf = (width, { from, to }, place) => LEFT + ((place - from) / (to - from)) * (width - LEFT - RIGHT);

/** @param {HTMLCanvasElement} canvas @param {Picture} picture */
export function drawForecast(canvas, picture) {
  const { context, width, height } = fit(canvas), { view, series, words, direct, free, asNow, border, cursor, start } = picture;
  const theme = colours(), ink = { direct: theme["positive-ink"], free: classColours()[2] };
  const scale = frame(context, width, height, view.from, view.to - view.from + 1, heights(picture), picture.axes, TOP);
  const { py, top, bottom, left, right } = scale, px = (/** @type {number} */ place) => xOf(width, view, place);
  const upright = (/** @type {number} */ place, /** @type {string} */ colour, /** @type {number[]} */ dash) => {
    const x = Math.round(px(place)) + 0.5;
    stroke(context, [[x, top - 6], [x, bottom]], colour, 1, dash);
  };
  context.font = chartFont("sans");
  context.textAlign = "left";
  // What nobody knows lies on another ground.
  const end = px(series.length - 1);
  context.fillStyle = theme.line;
  context.globalAlpha = 0.35;
  context.fillRect(end, top, right - end, bottom - top);
  context.globalAlpha = 1;
  context.fillStyle = theme["ink-2"];
  const wide = context.measureText(words.beyond).width, testAt = border === null ? -Infinity : px(border) + 8;
  const beyondAt = Math.min(end + 4, right - wide);
  context.fillText(words.beyond, beyondAt, NAMES - 6);
  if (border !== null) {
    upright(border, theme["ink-2"], [2, 3]);
    if (testAt + context.measureText(words.test).width < beyondAt - 8) context.fillText(words.test, testAt, NAMES - 6);
  }
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  if (cursor) drawWindow(context, scale, px, cursor, words);
  const first = Math.max(0, view.from - 1);
  line(context, series.slice(first), (i) => px(first + i), py, theme.accent, 1.2);
  if (asNow) drawCourse(context, asNow, px, py, theme["ink-2"], 1.2, [1, 3]);
  drawCourse(context, direct, px, py, theme.positive, 1.7);
  if (free) {
    const own = free.fedBack - free.first, joint = series[free.first - 1];
    drawCourse(context, { first: free.first - 1, values: [joint, ...free.values.slice(0, own + 1)] }, px, py, ink.free, 2);
    drawCourse(context, { first: free.fedBack, values: free.values.slice(own) }, px, py, ink.free, 2, [6, 3]);
  }
  if (cursor) drawCursor(context, scale, px, cursor, ink);
  context.restore();
  const names = drawNames(context, scale, picture, ink);
  if (free) drawMarks(canvas, context, scale, px, picture, free, ink.free, names);
  drawStart(context, top, bottom, px(start), ink.free);
}

/** The heights that are drawn: the series' own, and of forecasts no more than half as much again, which is where wild ones leave the plot. @param {Picture} picture */
function heights({ series, view, direct, free, asNow }) {
  const own = series.slice(view.from, view.to + 1), low = Math.min(...own), high = Math.max(...own), room = (high - low) / 2 || 0.5;
  const others = [direct, free, asNow].flatMap((course) => course?.values ?? []).filter(Number.isFinite);
  return [...own, ...others.map((v) => Math.max(low - room, Math.min(high + room, v)))];
}

/** @param {CanvasRenderingContext2D} context @param {number[][]} points @param {string} colour @param {number} thick @param {number[]} [dash] */
function stroke(context, points, colour, thick, dash = []) {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.strokeStyle = colour;
  context.lineWidth = thick;
  context.setLineDash(dash);
  context.stroke();
  context.setLineDash([]);
}

/** Where a value is missing the pen is lifted. @param {CanvasRenderingContext2D} context @param {Course} course @param {(place: number) => number} px @param {(v: number) => number} py @param {string} colour @param {number} thick @param {number[]} [dash] */
function drawCourse(context, { first, values }, px, py, colour, thick, dash = []) {
  let down = false;
  context.beginPath();
  values.forEach((v, i) => {
    if (Number.isFinite(v)) context[down ? "lineTo" : "moveTo"](px(first + i), py(v));
    down = Number.isFinite(v);
  });
  context.strokeStyle = colour;
  context.lineWidth = thick;
  context.setLineDash(dash);
  context.stroke();
  context.setLineDash([]);
}

/** The window as a band, the horizon as a bracket from its end to the place. @param {CanvasRenderingContext2D} context @param {{top: number, bottom: number}} plot @param {(place: number) => number} px @param {Cursor} cursor @param {Picture["words"]} words */
function drawWindow(context, { top, bottom }, px, { place, from, to }, words) {
  const theme = colours(), a = px(from), b = px(to), x = px(place), y = bottom - 8;
  context.fillStyle = theme.accent;
  context.globalAlpha = 0.13;
  context.fillRect(a, top, b - a, bottom - top);
  context.globalAlpha = 1;
  stroke(context, [[x, top], [x, bottom]], theme["ink-2"], 1);
  stroke(context, [[b, y - 5], [b, y + 5], [b, y], [x, y], [x, y - 5], [x, y + 5]], theme.ink, 1.5);
  context.fillStyle = theme.ink;
  context.textAlign = "right";
  halo(context, words.window, Math.max(b - 4, context.measureText(words.window).width + LEFT + 2), bottom - 6);
  context.textAlign = "left";
  halo(context, words.horizon, x + 5, bottom - 6);
}

/** A ring for what is true, and a dot for each that is said. @param {CanvasRenderingContext2D} context @param {{py: (v: number) => number}} plot @param {(place: number) => number} px @param {Cursor} cursor @param {{direct: string, free: string}} ink */
function drawCursor(context, { py }, px, { place, to, actual, direct, free, asNow }, ink) {
  const theme = colours(), x = px(place);
  const dot = (/** @type {number | null} */ v, /** @type {string} */ colour, /** @type {string} */ fill) => {
    if (v === null || !Number.isFinite(v)) return;
    context.beginPath();
    context.arc(x, py(v), 4, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.stroke();
  };
  if (asNow !== null) {
    stroke(context, [[px(to), py(asNow)], [x, py(asNow)]], theme["ink-2"], 1.2, [1, 3]);
    dot(asNow, theme["ink-2"], theme.paper);
  }
  dot(actual, theme.accent, theme.paper);
  dot(direct, theme.positive, theme.positive);
  dot(free, ink.free, ink.free);
}

/** Where the free run begins, with a grip to drag it by. @param {CanvasRenderingContext2D} context @param {number} top @param {number} bottom @param {number} at @param {string} colour */
function drawStart(context, top, bottom, at, colour) {
  const x = Math.round(at) + 0.5;
  stroke(context, [[x, top], [x, bottom]], colour, 1.5);
  context.beginPath();
  context.moveTo(x - GRIP, top - GRIP - 4);
  context.lineTo(x + GRIP, top - GRIP - 4);
  context.lineTo(x + GRIP, top - 3);
  context.lineTo(x, top + GRIP - 2);
  context.lineTo(x - GRIP, top - 3);
  context.closePath();
  context.fillStyle = colour;
  context.fill();
}

/**
 * From where on the run feeds on itself, and where it ends before the picture does; in words where nothing is pointed at.
 * @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2D} context @param {{py: (v: number) => number, top: number, bottom: number, left: number, right: number}} plot
 * @param {(place: number) => number} px @param {Picture} picture @param {Course & {fedBack: number}} free @param {string} colour @param {import("./placing.js").Box[]} taken
 */
function drawMarks(canvas, context, { py, top, bottom, left, right }, px, { series, view, direct, asNow, start, cursor, words }, free, colour, taken) {
  const points = (/** @type {Course} */ { first, values }) => values.map((v, i) => [px(first + i), py(v)]);
  const lines = [free, direct, { first: view.from, values: series.slice(view.from) }, ...(asNow ? [asNow] : [])].map(points), last = stood.get(canvas) ?? {};
  stood.set(canvas, last);
  const mark = (/** @type {string} */ name, /** @type {number} */ place, /** @type {string} */ text) => {
    const v = free.values[place - free.first], x = px(place);
    if (v === undefined || !Number.isFinite(v) || x > right || x < left) return;
    const y = Math.max(top, Math.min(bottom, py(v)));
    context.beginPath();
    context.rect(x - 4, y - 4, 8, 8);
    context.fillStyle = name === "ends" ? colour : colours().paper;
    context.fill();
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.stroke();
    if (cursor) return;
    const width = context.measureText(text).width, height = chartSize() + 2;
    const boxes = [bottom - height - 2, top + 2].flatMap((at) => [x + 6, x - 6 - width].map((from) => ({ x: Math.max(left + 2, Math.min(right - width, from)), y: at, width, height })));
    const order = [last[name] ?? 0, 0, 1, 2, 3], at = order[clearest(order.map((k) => boxes[k]), [...lines, ...[x, px(start)].map((at) => [[at, top], [at, bottom]])], taken)], box = boxes[last[name] = at];
    const above = at > 1;
    stroke(context, [[x, above ? y - 4 : y + 4], [x, above ? top + 4 : bottom - 4]], colour, 1, [2, 2]);
    context.fillStyle = colours().ink;
    context.textAlign = "left";
    halo(context, text, box.x, box.y + height - 4);
    taken = [...taken, box];
  };
  context.font = chartFont("sans");
  mark("fedBack", free.fedBack, words.fedBack);
  if (words.ends) mark("ends", free.first + free.values.length - 1, words.ends);
}

/** Each line's name at its end: beyond the series there is room for them. Where they stand. @param {CanvasRenderingContext2D} context @param {{py: (v: number) => number, top: number, bottom: number, right: number}} plot @param {Picture} picture @param {{direct: string, free: string}} ink */
function drawNames(context, { py, top, bottom, right }, { direct, free, asNow, words }, ink) {
  const last = (/** @type {Course | null} */ course) => course?.values.findLast(Number.isFinite);
  const ends = [
    { y: last(direct), text: words.direct, colour: ink.direct }, { y: last(free), text: words.free, colour: ink.free }, { y: last(asNow), text: words.asNow, colour: colours()["ink-2"] },
  ].filter((one) => one.y !== undefined).map((one) => ({ ...one, at: Math.max(top + 12, Math.min(bottom - 22, py(Number(one.y)) - 6)) })).sort((a, b) => a.at - b.at);
  const places = spread(ends.map((one) => one.at), chartSize() + 3, top + 12, bottom - 22);
  context.font = chartFont("sans");
  context.textAlign = "right";
  ends.forEach(({ text, colour }, i) => {
    context.fillStyle = colour;
    halo(context, text, right - 3, places[i]);
  });
  return ends.map(({ text }, i) => {
    const width = context.measureText(text).width;
    return { x: right - 3 - width, y: places[i] - chartSize(), width, height: chartSize() + 4 };
  });
}
