/** The output over the plane or along the curve, with the samples on it. */
import { chartFont, chartSize, classColours, colours, fit, short, trace } from "../canvas.js";
import { drawAxes, figures, ticks } from "./axes.js";

/**
 * @typedef {{u: number, v: number, label: number, test: boolean, wrong: boolean, sample?: number}} Point
 *   u, v on the drawn plane; label is the class, or the value where values are fitted
 */

/** @typedef {{sample: number, effect: number}} Pull of a training sample at an answer */

// Room for the axes' figures and names; the style sheet places the pixels by it.
const leftOf = () => (chartSize() * 10) / 3, bottomOf = () => chartSize() * 3;

/** The part of the picture within its axes. @param {number} width @param {number} height */
export const areaOf = (width, height) => ({ left: leftOf(), top: 0, width: width - leftOf(), height: height - bottomOf() });

/**
 * Axes with figures and names.
 * @param {CanvasRenderingContext2D} context
 * @param {number} width
 * @param {number} height
 * @param {number[]} low
 * @param {number[]} high
 * @param {string[]} names
 * @param {boolean} lines across
 * @param {(k: number, value: number) => number} real an axis' value in the data's own unit
 */
function frameOf(context, width, height, low, high, names, lines, real) {
  const area = areaOf(width, height), [x0, x1] = [real(0, low[0]), real(0, high[0])], [y0, y1] = [real(1, low[1]), real(1, high[1])];
  const across = ticks(x0, x1, Math.max(2, width / 70)), up = names[1] ? ticks(y0, y1, Math.max(2, height / 60)) : [];
  drawAxes(context, { left: area.left, right: width, top: 0, bottom: area.height, lines, border: true },
    { at: (x) => area.left + ((x - x0) / (x1 - x0)) * area.width, marks: across, text: figures(across), name: names[0] },
    { at: (y) => area.height - ((y - y0) / (y1 - y0)) * area.height, marks: up, text: figures(up), name: names[1] });
}

/**
 * The picture's pixels onto a canvas, stretched to its box.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8ClampedArray} pixels
 * @param {number} resolution
 */
export function drawPixels(canvas, pixels, resolution) {
  if (canvas.width !== resolution) canvas.width = canvas.height = resolution;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.putImageData(new ImageData(/** @type {any} */ (pixels), resolution, resolution), 0, 0);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{low: number[], high: number[]}} frame
 * @param {Point[]} points
 * @param {{classes: number, showTest: boolean, cursor: {u: number, v: number} | null, valueScale: number, real: (k: number, value: number) => number,
 *   eraser: {u: number, v: number, radius: number} | null, axes: string[], pulls: Pull[] | null}} options  `radius` as a part of the width
 */
export function drawPoints(canvas, frame, points, options) {
  const { context, width, height } = fit(canvas);
  const palette = classColours();
  const theme = colours();
  const area = areaOf(width, height);
  const px = (/** @type {number} */ u) => area.left + ((u - frame.low[0]) / (frame.high[0] - frame.low[0])) * area.width;
  const py = (/** @type {number} */ v) => area.height - ((v - frame.low[1]) / (frame.high[1] - frame.low[1])) * area.height;
  frameOf(context, width, height, frame.low, frame.high, options.axes, false, options.real);
  context.save();
  context.beginPath();
  context.rect(area.left, 0, area.width, area.height);
  context.clip();
  const r = Math.max(2.4, Math.min(4.2, width / 95));
  // One path a class and kind: far fewer calls than one a point.
  /** @type {Map<string, {label: number, test: boolean, points: Point[]}>} */
  const groups = new Map();
  for (const p of points) {
    if (p.test && !options.showTest) continue;
    const label = options.classes ? p.label : Math.round(Math.max(-1, Math.min(1, p.label / options.valueScale)) * 4);
    const key = `${label}/${p.test}`;
    const group = groups.get(key) ?? { label, test: p.test, points: [] };
    group.points.push(p);
    groups.set(key, group);
  }
  for (const { label, test, points: members } of groups.values()) {
    context.beginPath();
    for (const p of members) trace(context, options.classes ? label : 0, px(p.u), py(p.v), r);
    const fill = options.classes ? palette[label % 8] : label < 0 ? theme.negative : theme.positive;
    context.globalAlpha = options.classes ? 1 : 0.25 + 0.75 * Math.min(1, Math.abs(label) / 4);
    context.fillStyle = test ? theme.paper : fill;
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = test ? 1.6 : 1;
    context.strokeStyle = test ? fill : theme.paper;
    context.stroke();
  }
  context.beginPath();
  for (const p of points) {
    if (!p.wrong || (p.test && !options.showTest)) continue;
    context.moveTo(px(p.u) + r + 2, py(p.v));
    context.arc(px(p.u), py(p.v), r + 2, 0, 2 * Math.PI);
  }
  context.strokeStyle = theme.ink;
  context.lineWidth = 1;
  context.globalAlpha = 0.75;
  context.stroke();
  context.globalAlpha = 1;
  drawPulls(context, points, options.pulls, px, py, r);
  if (options.eraser) {
    context.beginPath();
    context.arc(px(options.eraser.u), py(options.eraser.v), options.eraser.radius * area.width, 0, 2 * Math.PI);
    context.strokeStyle = theme.bad;
    context.stroke();
  }
  if (options.cursor) crosshair(context, px(options.cursor.u), py(options.cursor.v), theme.ink);
  context.restore();
}

/**
 * Training samples that pull at an answer, the stronger the larger; those that pull it away in dashes.
 * @param {CanvasRenderingContext2D} context
 * @param {Point[]} points
 * @param {Pull[] | null} pulls
 * @param {(u: number) => number} px
 * @param {(v: number) => number} py
 * @param {number} r of a point
 */
function drawPulls(context, points, pulls, px, py, r) {
  if (!pulls?.length) return;
  const most = Math.max(...pulls.map(({ effect }) => Math.abs(effect))) || 1, theme = colours();
  const of = new Map(points.filter((point) => !point.test).map((point) => [point.sample, point]));
  for (const { sample, effect } of pulls) {
    const point = of.get(sample);
    if (!point) continue;
    context.beginPath();
    context.arc(px(point.u), py(point.v), r + 3 + 9 * Math.sqrt(Math.abs(effect) / most), 0, 2 * Math.PI);
    context.strokeStyle = context.fillStyle = effect < 0 ? theme.accent : theme.bad;
    context.lineWidth = 1.8;
    context.setLineDash(effect < 0 ? [] : [3, 3]);
    context.globalAlpha = 0.18;
    context.fill();
    context.globalAlpha = 1;
    context.stroke();
  }
  context.setLineDash([]);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {string} colour
 */
function crosshair(context, x, y, colour) {
  context.beginPath();
  for (const [a, b] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    context.moveTo(x + 4 * a, y + 4 * b);
    context.lineTo(x + 11 * a, y + 11 * b);
  }
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.stroke();
}

/** Where a plot of values begins and ends; one to draw on is there before its points. @param {Point[]} points @param {boolean} drawn */
export function valueRange(points, drawn) {
  const values = [...points.map((p) => p.v), ...(drawn ? [-2, 2] : points.length ? [] : [-1, 1])];
  const low = Math.min(...values), high = Math.max(...values), margin = 0.12 * (high - low) || 0.5;
  return [low - margin, high + margin];
}

/**
 * A function of one input, with its samples; and what one unit makes of that input, on a scale of its own.
 * @param {HTMLCanvasElement} canvas
 * @param {{range: number[], y: Float32Array, unit: Float32Array | null}} curve
 * @param {Point[]} points u is the input, v the target
 * @param {{showTest: boolean, axes: string[], real: (k: number, value: number) => number, probe: {u: number} | null, names: string[], pulls: Pull[] | null, drawn: boolean}} options `names` of both lines
 */
export function drawCurve(canvas, curve, points, { showTest, axes, real, probe, names, pulls, drawn }) {
  const { context, width, height } = fit(canvas);
  const theme = colours();
  const values = points.map((p) => p.v).concat(Array.from(curve.y)).filter(Number.isFinite);
  if (!values.length) return;
  const [low, high] = valueRange(points, drawn);
  const area = areaOf(width, height), [from, to] = curve.range;
  const px = (/** @type {number} */ x) => area.left + ((x - from) / (to - from)) * area.width;
  const py = (/** @type {number} */ y) => area.height - ((y - low) / (high - low)) * area.height;
  frameOf(context, width, height, [from, low], [to, high], axes, true, real);
  context.save();
  context.beginPath();
  context.rect(area.left, 0, area.width, area.height);
  context.clip();
  for (const p of points) {
    if (p.test && !showTest) continue;
    context.beginPath();
    context.arc(px(p.u), py(p.v), 2.8, 0, 2 * Math.PI);
    context.fillStyle = p.test ? theme.paper : theme.negative;
    context.strokeStyle = theme.negative;
    context.globalAlpha = 0.75;
    context.fill();
    context.stroke();
  }
  context.globalAlpha = 1;
  drawPulls(context, points, pulls, px, py, 2.8);
  const at = (/** @type {number} */ i) => from + ((to - from) * i) / (curve.y.length - 1);
  const trail = (/** @type {ArrayLike<number>} */ ys, /** @type {(y: number) => number} */ to) => {
    context.beginPath();
    for (let i = 0; i < ys.length; i++) (i ? context.lineTo(px(at(i)), to(ys[i])) : context.moveTo(px(at(i)), to(ys[i])));
    context.stroke();
  };
  context.strokeStyle = theme.positive;
  context.lineWidth = 2.5;
  trail(curve.y, py);
  if (curve.unit) {
    const reach = Math.max(1e-6, ...Array.from(curve.unit, Math.abs)), middle = area.height / 2;
    context.strokeStyle = theme.ink;
    context.lineWidth = 1.5;
    context.setLineDash([5, 3]);
    trail(curve.unit, (v) => middle - (v / reach) * (middle - 10));
    context.setLineDash([]);
    context.font = chartFont("sans");
    context.fillStyle = theme.ink;
    context.textAlign = "left";
    context.fillText(`${names[1]}: −${short(reach, 2)} … ${short(reach, 2)}`, area.left + 8, area.height - 8);
  }
  if (probe) {
    context.strokeStyle = theme["ink-2"];
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(px(probe.u), 0);
    context.lineTo(px(probe.u), area.height);
    context.stroke();
  }
  context.restore();
}

/**
 * A dataset in small.
 * @param {HTMLCanvasElement} canvas
 * @param {{inputs: number[][], targets: number[], classes: number, view: string}} data
 */
export function drawThumbnail(canvas, data) {
  const { context, width, height } = fit(canvas);
  const palette = classColours(), theme = colours();
  const xs = data.inputs.map((row) => row[0]);
  const ys = data.view === "curve" ? data.targets : data.inputs.map((row) => row[1]);
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)], [y0, y1] = [Math.min(...ys), Math.max(...ys)];
  const alone = xs.length === 1; // a single sample is all there is to see: large, and in the middle
  xs.forEach((x, i) => {
    const px = alone ? width / 2 : 3 + ((x - x0) / (x1 - x0 || 1)) * (width - 6), py = alone ? height / 2 : height - 3 - ((ys[i] - y0) / (y1 - y0 || 1)) * (height - 6);
    context.beginPath();
    context.arc(px, py, alone ? 4 : 1.5, 0, 2 * Math.PI);
    context.globalAlpha = alone || data.classes || data.view === "curve" ? 1 : 0.2 + 0.8 * Math.min(1, Math.abs(data.targets[i]));
    context.fillStyle = data.classes ? palette[data.targets[i] % 8] : data.targets[i] < 0 ? theme.negative : theme.positive;
    if (data.view === "curve") context.fillStyle = theme.negative;
    context.fill();
  });
}
