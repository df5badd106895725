/** One activation function: its curve, its derivative, and where a unit's samples stand on it. */
import { chartFont, chartSize, colours, fit } from "../canvas.js";
import { drawAxes, figures, ticks } from "./axes.js";

/** How far the axis of z goes to either side, at the least. */
export const REACH = 4;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{value: (z: number) => number, slope: (z: number) => number}} f
 * @param {ArrayLike<number>} z the live points
 * @param {number | null} [at] a z that is pointed at
 * @returns {{reach: number, left: number, right: number}} how far the axis goes, and where it lies
 */
export function drawActivation(canvas, f, z, at = null) {
  const { context, width, height } = fit(canvas);
  const theme = colours();
  let reach = REACH;
  for (let i = 0; i < z.length; i++) if (Number.isFinite(z[i])) reach = Math.max(reach, Math.abs(z[i]));
  reach = Math.min(reach, f.value(20) > 1e6 ? 5 : 60); // what explodes is shown while it can be
  const n = Math.max(40, Math.floor(width / 2));
  const xs = Array.from({ length: n }, (_, i) => -reach + (2 * reach * i) / (n - 1));
  const a = xs.map(f.value), d = xs.map(f.slope);
  const low = Math.min(0, ...a, ...d), high = Math.max(1, ...a, ...d);
  // So small a picture has few figures: whole ones where there are any.
  const marks = high - low <= 2.5 ? [-1, 0, 1].filter((one) => one >= low - 0.01 && one <= high + 0.01) : ticks(low, high, 2), upText = figures(marks), side = ticks(0, reach, 1).slice(-1)[0];
  context.font = chartFont();
  const left = Math.ceil(Math.max(...marks.map((one) => context.measureText(upText(one)).width))) + 9, right = width - 3, bottom = height - chartSize() - 7;
  const px = (/** @type {number} */ x) => left + ((x + reach) / (2 * reach)) * (right - left);
  const py = (/** @type {number} */ y) => bottom - ((y - low) / (high - low)) * (bottom - 6);
  drawAxes(context, { left, right, top: 6, bottom }, { at: px, marks: [-side, 0, side], text: figures([side]) }, { at: py, marks, text: upText });
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(Math.round(px(0)) + 0.5, 6);
  context.lineTo(Math.round(px(0)) + 0.5, bottom);
  context.stroke();
  const line = (/** @type {number[]} */ ys, /** @type {string} */ colour, /** @type {number} */ thick, /** @type {number[]} */ dash) => {
    context.beginPath();
    ys.forEach((y, i) => (i ? context.lineTo(px(xs[i]), py(y)) : context.moveTo(px(xs[i]), py(y))));
    context.strokeStyle = colour;
    context.lineWidth = thick;
    context.setLineDash(dash);
    context.stroke();
    context.setLineDash([]);
  };
  line(d, theme["ink-2"], 1.2, [4, 3]);
  line(a, theme.accent, 2, []);
  context.fillStyle = theme.positive;
  context.globalAlpha = 0.55;
  context.beginPath();
  for (let i = 0; i < z.length; i++) {
    const value = Math.max(-reach, Math.min(reach, z[i]));
    const x = px(value), y = py(f.value(value));
    context.moveTo(x + 2.6, y);
    context.arc(x, y, 2.6, 0, 2 * Math.PI);
  }
  context.fill();
  context.globalAlpha = 1;
  if (at !== null) {
    const x = px(Math.max(-reach, Math.min(reach, at)));
    context.strokeStyle = context.fillStyle = theme.ink;
    context.beginPath();
    context.moveTo(x, 6);
    context.lineTo(x, bottom);
    context.stroke();
    context.beginPath();
    for (const y of [f.value(at), f.slope(at)]) {
      context.moveTo(x + 3.5, py(y));
      context.arc(x, py(y), 3.5, 0, 2 * Math.PI);
    }
    context.fill();
  }
  return { reach, left, right };
}

/**
 * How many of the points lie where the curve is flat.
 * @param {{flat_below: number | null, flat_above: number | null}} f as the catalog tells it
 * @param {ArrayLike<number>} z
 */
export function flatShare(f, z) {
  if (!z.length) return 0;
  const below = f.flat_below ?? -Infinity, above = f.flat_above ?? Infinity;
  let flat = 0;
  for (let i = 0; i < z.length; i++) if (z[i] <= below || z[i] >= above) flat++;
  return flat / z.length;
}
