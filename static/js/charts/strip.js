/** A strip over the steps of a run on a log scale: small, one under another, all with the same range. */
import { chartFont, colours, fit } from "../canvas.js";

export const GUTTER = 34; // for the figures at its left
const PAD = 5;

/**
 * @typedef {{values: (number | null)[], colour: string, dash?: number[]}} Line
 * @typedef {{steps: number[], lines: Line[], low: number, high: number, band?: [number, number], cursor: number | null, box?: {width: number, height: number}}} Strip
 *   `low` and `high` are powers of ten; `band` is what counts as sound; `cursor` a place in `steps`; `box` as for `fit`
 */

/** @param {HTMLCanvasElement} canvas @param {Strip} strip */
export function drawStrip(canvas, { steps, lines, low, high, band, cursor, box }) {
  const { context, width, height } = fit(canvas, box), theme = colours();
  const right = width - PAD, x = scaleOf(steps, width);
  const y = (/** @type {number} */ power) => height - PAD - ((power - low) / (high - low)) * (height - 2 * PAD);
  const inside = (/** @type {number} */ power) => Math.max(low, Math.min(high, power));
  if (band) {
    context.fillStyle = theme.line;
    context.globalAlpha = 0.55;
    context.fillRect(GUTTER, y(inside(band[1])), right - GUTTER, y(inside(band[0])) - y(inside(band[1])));
    context.globalAlpha = 1;
  }
  context.font = chartFont();
  context.textAlign = "right";
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  // As many powers of ten as have room for their figures.
  const apart = Math.max(1, Math.ceil((14 * (high - low)) / Math.max(1, height - 2 * PAD)));
  context.beginPath();
  for (let power = Math.ceil(low); power <= high; power++) {
    if (((power % apart) + apart) % apart) continue;
    const at = Math.round(y(power)) + 0.5;
    context.moveTo(GUTTER, at);
    context.lineTo(right, at);
    context.fillStyle = theme["ink-2"];
    context.fillText(power === 0 ? "1" : power === 1 ? "10" : `1e${power}`.replace("-", "−"), GUTTER - 4, Math.max(10, Math.min(height - 1, at + 4)));
  }
  context.stroke();
  for (const { values, colour, dash } of lines) {
    // Batches differ: the line is what they are about, each of them stands pale behind it.
    const powers = values.map((value) => (value && value > 0 ? inside(Math.log10(value)) : null));
    context.strokeStyle = theme[colour] ?? colour;
    context.lineWidth = 1;
    context.globalAlpha = 0.3;
    line(context, powers, (i) => x(steps[i]), y);
    context.globalAlpha = 1;
    context.lineWidth = 1.6;
    context.setLineDash(dash ?? []);
    line(context, smoothed(powers), (i) => x(steps[i]), y);
    context.setLineDash([]);
    const last = values.findLastIndex((value) => value !== null && value > 0);
    for (const i of cursor === null ? [last] : [cursor]) {
      const value = values[i];
      if (!value || value < 0) continue;
      context.fillStyle = theme[colour] ?? colour;
      context.beginPath();
      context.arc(x(steps[i]), y(inside(Math.log10(value))), 2.5, 0, 2 * Math.PI);
      context.fill();
    }
  }
  if (cursor === null) return;
  context.strokeStyle = theme["ink-2"];
  context.beginPath();
  context.moveTo(Math.round(x(steps[cursor])) + 0.5, 0);
  context.lineTo(Math.round(x(steps[cursor])) + 0.5, height);
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {(number | null)[]} powers @param {(i: number) => number} x @param {(power: number) => number} y */
function line(context, powers, x, y) {
  context.beginPath();
  let open = false;
  powers.forEach((power, i) => {
    if (power === null) open = false;
    else if (open) context.lineTo(x(i), y(power));
    else {
      context.moveTo(x(i), y(power));
      open = true;
    }
  });
  context.stroke();
}

/** The mean of what lies around each, of a fortieth of the line to both sides. @param {(number | null)[]} powers */
function smoothed(powers) {
  const reach = Math.floor(powers.length / 40);
  return powers.map((power, i) => {
    if (power === null) return null;
    let sum = 0, count = 0;
    for (let k = Math.max(0, i - reach); k <= Math.min(powers.length - 1, i + reach); k++) {
      const one = powers[k];
      if (one === null) continue;
      sum += one;
      count++;
    }
    return sum / count;
  });
}

/** @param {number[]} steps @param {number} width */
function scaleOf(steps, width) {
  const first = steps[0] ?? 0, span = (steps[steps.length - 1] ?? 0) - first;
  return (/** @type {number} */ step) => (span ? GUTTER + 2 + ((step - first) / span) * (width - PAD - GUTTER - 4) : GUTTER + 2);
}

/** The point that lies nearest to a place on the strip. @param {number[]} steps @param {number} width @param {number} at in pixels */
export function nearestPoint(steps, width, at) {
  const x = scaleOf(steps, width);
  let best = 0;
  steps.forEach((step, i) => { if (Math.abs(x(step) - at) < Math.abs(x(steps[best]) - at)) best = i; });
  return best;
}

/** Powers of ten that hold all of these, two at least. @param {Iterable<number | null>} values @returns {[number, number]} */
export function powersOf(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (!value || value < 0) continue;
    low = Math.min(low, Math.log10(value));
    high = Math.max(high, Math.log10(value));
  }
  if (low > high) return [-3, 0];
  // What lies further below than a float's digits go is no line to be read.
  low = Math.max(low, high - 12);
  const [a, b] = [Math.floor(low - 0.05), Math.ceil(high + 0.05)];
  return b - a < 2 ? [a, a + 2] : [a, b];
}
