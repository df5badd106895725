/** What runs along time: its axes with figures, and a line on them. */
import { chartSize, grouped } from "../canvas.js";
import { drawAxes, figures, ticks } from "./axes.js";

/**
 * What the axes of a series are called, and `name` the series itself: `at` is what stands at a place along it, a year say.
 * `text` writes it, where it is no figure.
 * @typedef {{across: string, up: string, name: string, at: (place: number) => number, text?: (value: number) => string}} Axes
 */
export const LEFT = 46;
export const RIGHT = 10;
export const NAMES = 18;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} width
 * @param {number} height
 * @param {number} first
 * @param {number} count steps along the axis
 * @param {number[]} values all that is drawn
 * @param {Axes} axes
 * @param {number} [top] below it the lines begin; names stand above
 */
export function frame(context, width, height, first, count, values, axes, top = 6) {
  const finite = values.filter(Number.isFinite);
  const low = Math.min(...finite), high = Math.max(...finite), margin = (high - low) * 0.06 || 0.5;
  const left = LEFT, right = RIGHT, bottom = height - 3 * chartSize();
  const px = (/** @type {number} */ i) => left + (i / Math.max(1, count - 1)) * (width - left - right);
  const py = (/** @type {number} */ v) => bottom - ((v - low + margin) / (high - low + 2 * margin)) * (bottom - top);
  const from = axes.at(first), to = axes.at(first + count - 1), span = to - from || 1;
  const up = ticks(low - margin, high + margin, 4);
  drawAxes(context, { left, right: width - right, top, bottom },
    // A year has no comma, a count of steps has.
    { at: (v) => px(((v - from) / span) * (count - 1)), marks: ticks(from, to, Math.max(2, width / 70), true), text: axes.text ?? (axes.at(0) >= 1000 ? String : grouped), name: axes.across },
    { at: py, marks: up, text: figures(up), name: axes.up });
  return { px, py, top, bottom, left, right: width - right };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number[]} values
 * @param {(i: number) => number} px
 * @param {(v: number) => number} py
 * @param {string} colour
 * @param {number} thick
 */
export function line(context, values, px, py, colour, thick) {
  context.beginPath();
  values.forEach((v, i) => (i ? context.lineTo(px(i), py(v)) : context.moveTo(px(i), py(v))));
  context.strokeStyle = colour;
  context.lineWidth = thick;
  context.stroke();
}
