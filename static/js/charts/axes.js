/** The axes of a chart: quiet lines across, figures at both, all in one hand. */
import { colours } from "../canvas.js";

/**
 * One axis: where a value lies in pixels, which are marked, and how they are written.
 * @typedef {{at: (value: number) => number, marks: number[], text: (value: number) => string}} Axis
 */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{left: number, right: number, top: number, bottom: number}} frame in pixels
 * @param {Axis} across
 * @param {Axis} up a line goes across at each of its marks
 */
export function drawAxes(context, frame, across, up) {
  const theme = colours();
  context.font = "11px ui-monospace, monospace";
  context.fillStyle = theme["ink-2"];
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.textAlign = "right";
  context.beginPath();
  for (const value of up.marks) {
    const y = Math.round(up.at(value)) + 0.5;
    if (y < frame.top - 2 || y > frame.bottom + 2) continue;
    context.moveTo(frame.left, y);
    context.lineTo(frame.right, y);
    context.fillText(up.text(value), frame.left - 5, y + 4);
  }
  context.stroke();
  context.textAlign = "center";
  for (const value of across.marks) context.fillText(across.text(value), across.at(value), frame.bottom + 15);
}

/**
 * Round ticks of an axis.
 * @param {number} low
 * @param {number} high
 * @param {number} about how many
 */
export function ticks(low, high, about) {
  const span = high - low || 1;
  const rough = span / about;
  const base = 10 ** Math.floor(Math.log10(rough));
  const step = base * (rough / base > 5 ? 10 : rough / base > 2 ? 5 : rough / base > 1 ? 2 : 1);
  const found = [];
  for (let v = Math.ceil(low / step) * step; v <= high + step * 1e-9; v += step) found.push(Math.abs(v) < step * 1e-9 ? 0 : v);
  return found;
}
