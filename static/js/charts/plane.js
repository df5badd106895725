/** The output over the plane or along the curve, with the samples on it. */
import { classColours, colours, fit, short, trace } from "../canvas.js";
import { drawAxes, ticks } from "./axes.js";

/**
 * @typedef {{u: number, v: number, label: number, test: boolean, wrong: boolean}} Point
 *   u, v on the drawn plane; label is the class, or the value where values are fitted
 */

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
 * @param {{classes: number, showTest: boolean, cursor: {u: number, v: number} | null, valueScale: number,
 *   eraser: {u: number, v: number, radius: number} | null}} options  `radius` as a part of the width
 */
export function drawPoints(canvas, frame, points, options) {
  const { context, width, height } = fit(canvas);
  const palette = classColours();
  const theme = colours();
  const px = (/** @type {number} */ u) => ((u - frame.low[0]) / (frame.high[0] - frame.low[0])) * width;
  const py = (/** @type {number} */ v) => height - ((v - frame.low[1]) / (frame.high[1] - frame.low[1])) * height;
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
  if (options.eraser) {
    context.beginPath();
    context.arc(px(options.eraser.u), py(options.eraser.v), options.eraser.radius * width, 0, 2 * Math.PI);
    context.strokeStyle = theme.bad;
    context.stroke();
  }
  if (options.cursor) crosshair(context, px(options.cursor.u), py(options.cursor.v), theme.ink);
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

/**
 * A function of one input, with its samples.
 * @param {HTMLCanvasElement} canvas
 * @param {{range: number[], y: Float32Array}} curve
 * @param {Point[]} points u is the input, v the target
 * @param {boolean} showTest
 */
export function drawCurve(canvas, curve, points, showTest) {
  const { context, width, height } = fit(canvas);
  const theme = colours();
  const values = points.map((p) => p.v).concat(Array.from(curve.y)).filter(Number.isFinite);
  const low = Math.min(-0.5, ...points.map((p) => p.v)) - 0.3, high = Math.max(0.5, ...points.map((p) => p.v)) + 0.3;
  if (!values.length) return;
  const left = 34, bottom = height - 22;
  const px = (/** @type {number} */ x) => left + ((x - curve.range[0]) / (curve.range[1] - curve.range[0])) * (width - left - 6);
  const py = (/** @type {number} */ y) => bottom - ((y - low) / (high - low)) * (bottom - 6);
  drawAxes(context, { left, right: width - 6, top: 0, bottom },
    { at: px, marks: ticks(curve.range[0], curve.range[1], 6), text: (x) => short(x, Number.isInteger(x) ? 0 : 1) },
    { at: py, marks: ticks(low, high, 6), text: (y) => short(y, 1) });
  context.save();
  context.beginPath();
  context.rect(left, 0, width - left, bottom);
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
  context.beginPath();
  curve.y.forEach((y, i) => {
    const x = curve.range[0] + ((curve.range[1] - curve.range[0]) * i) / (curve.y.length - 1);
    if (i) context.lineTo(px(x), py(y));
    else context.moveTo(px(x), py(y));
  });
  context.strokeStyle = theme.positive;
  context.lineWidth = 2.5;
  context.stroke();
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
  xs.forEach((x, i) => {
    const px = 3 + ((x - x0) / (x1 - x0 || 1)) * (width - 6), py = height - 3 - ((ys[i] - y0) / (y1 - y0 || 1)) * (height - 6);
    context.beginPath();
    context.arc(px, py, 1.5, 0, 2 * Math.PI);
    context.globalAlpha = data.classes || data.view === "curve" ? 1 : 0.2 + 0.8 * Math.min(1, Math.abs(data.targets[i]));
    context.fillStyle = data.classes ? palette[data.targets[i] % 8] : data.targets[i] < 0 ? theme.negative : theme.positive;
    if (data.view === "curve") context.fillStyle = theme.negative;
    context.fill();
  });
}
