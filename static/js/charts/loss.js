/** Losses over steps, with axes; hovered step marked. */
import { colours, fit, short } from "../canvas.js";
import { drawAxes, ticks } from "./axes.js";

/**
 * @typedef {{name: string, colour: string, width: number, alpha: number, dash: number[], x: number[], y: (number | null)[]}} Line
 */

const LEFT = 50, RIGHT = 8, TOP = 8, BOTTOM = 24;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Line[]} lines
 * @param {{log: boolean, hover: number | null, xLabel: string}} options `hover` in CSS pixels
 * @returns {number | null} the step under the pointer
 */
export function drawLines(canvas, lines, options) {
  const { context, width, height } = fit(canvas);
  const theme = colours();
  let last = 1, low = Infinity, high = -Infinity;
  for (const line of lines) {
    if (line.x.length) last = Math.max(last, line.x[line.x.length - 1]);
    for (const y of line.y) {
      if (y === null || !Number.isFinite(y) || (options.log && y <= 0)) continue;
      if (y < low) low = y;
      if (y > high) high = y;
    }
  }
  if (low > high) [low, high] = options.log ? [0.01, 1] : [0, 1];
  if (!options.log) low = Math.min(0, low);
  if (high - low < 1e-12) high = low + (options.log ? low * 9 : 1);
  const scale = (/** @type {number} */ y) => (options.log ? Math.log10(y) : y);
  const [s0, s1] = options.log ? [Math.floor(Math.log10(low) * 2) / 2, Math.log10(high) + 0.05] : [low, high * 1.05];
  const px = (/** @type {number} */ x) => LEFT + (x / last) * (width - LEFT - RIGHT);
  const py = (/** @type {number} */ y) => height - BOTTOM - ((scale(y) - s0) / (s1 - s0)) * (height - BOTTOM - TOP);

  const steps = ticks(0, last, Math.max(2, Math.floor(width / 110))).filter((step) => px(step) <= width - 18);
  drawAxes(context, { left: LEFT, right: width - RIGHT, top: TOP, bottom: height - BOTTOM },
    { at: px, marks: steps, text: compact }, { at: py, marks: options.log ? logTicks(s0, s1) : ticks(s0, s1, 5), text: tickLabel });
  context.textAlign = "right";
  context.fillText(options.xLabel, width - RIGHT, height - 7);

  for (const line of lines) {
    context.beginPath();
    let pen = false;
    for (let i = 0; i < line.x.length; i++) {
      const y = line.y[i];
      if (y === null || !Number.isFinite(y) || (options.log && y <= 0)) {
        pen = false;
        continue;
      }
      if (pen) context.lineTo(px(line.x[i]), py(y));
      else context.moveTo(px(line.x[i]), py(y));
      pen = true;
    }
    context.globalAlpha = line.alpha;
    context.strokeStyle = line.colour;
    context.lineWidth = line.width;
    context.setLineDash(line.dash);
    context.lineJoin = "round";
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
  if (options.hover === null) return null;
  const step = Math.round(((options.hover - LEFT) / (width - LEFT - RIGHT)) * last);
  if (step < 0 || step > last) return null;
  context.beginPath();
  context.moveTo(px(step), TOP);
  context.lineTo(px(step), height - BOTTOM);
  context.strokeStyle = theme["line-2"];
  context.lineWidth = 1;
  context.stroke();
  for (const line of lines) {
    const y = valueAt(line, step);
    if (y === null || (options.log && y <= 0)) continue;
    context.beginPath();
    context.arc(px(step), py(y), 3, 0, 2 * Math.PI);
    context.fillStyle = line.colour;
    context.fill();
  }
  return step;
}

/**
 * The line's value at the nearest point not later than a step.
 * @param {Line} line
 * @param {number} step
 */
export function valueAt(line, step) {
  let low = 0, high = line.x.length - 1, found = -1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (line.x[middle] <= step) {
      found = middle;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found < 0 ? null : line.y[found];
}

/**
 * @param {number} low
 * @param {number} high
 */
function logTicks(low, high) {
  const found = [];
  for (let e = Math.floor(low); e <= Math.ceil(high); e++) {
    for (const m of high - low > 3 ? [1] : [1, 2, 5]) {
      const value = m * 10 ** e;
      if (Math.log10(value) >= low && Math.log10(value) <= high) found.push(value);
    }
  }
  return found;
}

/** @param {number} value */
const tickLabel = (value) => (value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(0).replace("-", "−") : String(Number(short(value, 3).replace("−", "-"))).replace("-", "−"));

/** @param {number} value */
const compact = (value) => (value >= 1e6 ? `${value / 1e6}M` : value >= 1e4 ? `${value / 1e3}k` : String(value));
