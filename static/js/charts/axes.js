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
  // A figure at the very top stands half above the frame, where there is room.
  let free = up.name ? frame.top + line * 1.5 : Math.max(0, frame.top - line * 0.65);
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
 * Round ticks of an axis: at least two, one of them in its upper third.
 * @param {number} low
 * @param {number} high
 * @param {number} about how many
 * @param {boolean} [whole] none between whole numbers
 */
export function ticks(low, high, about, whole = false) {
  const span = high - low || 1, rough = span / about;
  let power = Math.floor(Math.log10(rough)), lead = rough / 10 ** power;
  lead = lead > 5 ? 10 : lead > 2 ? 5 : lead > 1 ? 2 : 1;
  for (let tries = 0; ; tries++) {
    const step = whole ? Math.max(1, lead * 10 ** power) : lead * 10 ** power, found = spaced(low, high, step);
    if (tries > 2 || (whole && step === 1) || (found.length > 1 && found[found.length - 1] >= low + span * 0.64)) return found;
    [lead, power] = lead === 10 ? [5, power] : lead === 5 ? [2, power] : lead === 2 ? [1, power] : [5, power - 1];
  }
}

/** @param {number} low @param {number} high @param {number} step */
function spaced(low, high, step) {
  // Counted, not added up: a sum of steps drifts.
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)) || 0);
}

/**
 * How the ticks of one axis are written: all with as many decimals, with a comma from 1,000 on.
 * @param {number[]} marks
 * @returns {(value: number) => string}
 */
export function figures(marks) {
  const sizes = marks.map(Math.abs), least = Math.min(...sizes.filter(Boolean), Infinity), most = Math.max(...sizes, 0);
  if (most >= 1e4 || least < 1e-4) return (value) => (value ? Number(value.toPrecision(4)).toExponential().replace("e+", "e").replaceAll("-", "−") : "0");
  const decimals = Math.max(0, ...marks.map((value) => (String(Number(value.toPrecision(6))).split(".")[1] ?? "").length));
  return (value) => value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).replace(/^-(?=.*[1-9])/, "−").replace(/^-/, "");
}
