/** One activation function: its curve, its derivative, and where a unit's samples stand on it. */
import { colours, fit } from "../canvas.js";

/** How far the axis of z goes to either side, at the least. */
export const REACH = 4;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{value: (z: number) => number, slope: (z: number) => number}} f
 * @param {ArrayLike<number>} z the live points
 */
export function drawActivation(canvas, f, z) {
  const { context, width, height } = fit(canvas);
  const theme = colours();
  let reach = REACH;
  for (let i = 0; i < z.length; i++) if (Number.isFinite(z[i])) reach = Math.max(reach, Math.abs(z[i]));
  reach = Math.min(reach, f.value(20) > 1e6 ? 5 : 60); // what explodes is shown while it can be
  const n = Math.max(40, Math.floor(width / 2));
  const xs = Array.from({ length: n }, (_, i) => -reach + (2 * reach * i) / (n - 1));
  const a = xs.map(f.value), d = xs.map(f.slope);
  const low = Math.min(0, ...a, ...d), high = Math.max(1, ...a, ...d);
  const px = (/** @type {number} */ x) => ((x + reach) / (2 * reach)) * (width - 2) + 1;
  const py = (/** @type {number} */ y) => height - 4 - ((y - low) / (high - low)) * (height - 8);
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, Math.round(py(0)) + 0.5);
  context.lineTo(width, Math.round(py(0)) + 0.5);
  context.moveTo(Math.round(px(0)) + 0.5, 0);
  context.lineTo(Math.round(px(0)) + 0.5, height);
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
