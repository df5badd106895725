/** The axes of a chart: quiet lines across, figures at both, all in one hand. */
import { chartFont, chartSize, colours } from "../canvas.js";

/**
 * One axis: where a value lies in pixels, which are marked, and how they are written.
 * @typedef {{at: (value: number) => number, marks: number[], text: (value: number) => string, name?: string}} Axis
 */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{left: number, right: number, top: number, bottom: number, lines?: boolean, border?: boolean}} frame in pixels
 * @param {Axis} across its name stands at the right end, in the line below the figures
 * @param {Axis} up a line goes across at each of its marks, where `lines` does not say no; its name stands at the top
 */
export function drawAxes(context, frame, across, up) {
  const theme = colours();
  const line = chartSize();
  context.font = chartFont();
  context.fillStyle = theme["ink-2"];
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.textAlign = "right";
  context.beginPath();
  let free = frame.top + (up.name ? line * 1.5 : 0);
  for (const value of [...up.marks].sort((a, b) => b - a)) {
    const y = Math.round(up.at(value)) + 0.5;
    if (y < frame.top - 2 || y > frame.bottom + 2) continue;
    if (frame.lines !== false) {
      context.moveTo(frame.left, y);
      context.lineTo(frame.right, y);
    }
    if (y - line / 2 < free) continue;
    context.fillText(up.text(value), frame.left - 6, Math.min(y + 4, frame.bottom));
    free = y + line / 2 + 2;
  }
  context.stroke();
  if (frame.border) context.strokeRect(frame.left + 0.5, frame.top + 0.5, frame.right - frame.left - 1, frame.bottom - frame.top - 1);
  let end = -Infinity;
  for (const value of across.marks) {
    const text = across.text(value), half = context.measureText(text).width / 2;
    const x = Math.max(half, Math.min(across.at(value), frame.right - half));
    if (Math.abs(x - across.at(value)) > half || x - half < end + 6) continue;
    context.textAlign = "center";
    context.fillText(text, x, frame.bottom + line + 3);
    end = x + half;
  }
  context.font = chartFont("sans");
  context.fillStyle = theme.ink;
  if (across.name) {
    context.textAlign = "center";
    context.fillText(across.name, (frame.left + frame.right) / 2, frame.bottom + 2 * line + 7);
  }
  if (up.name) {
    const wide = context.measureText(up.name).width;
    if (wide <= frame.left - 6) {
      context.textAlign = "right";
      context.fillText(up.name, frame.left - 6, frame.top + line);
    } else {
      // A longer name runs up the side.
      context.save();
      context.translate(line - 1, (frame.top + frame.bottom) / 2);
      context.rotate(-Math.PI / 2);
      context.textAlign = "center";
      context.fillText(up.name, 0, 0);
      context.restore();
    }
  }
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
  // Each from its number, not from the one before it: 0.6, not 0.6000000000000001.
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(k ? Number((k * step).toPrecision(12)) : 0);
  return found;
}
