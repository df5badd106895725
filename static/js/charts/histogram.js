/** A histogram of numbers: bars on a line, 0 marked, its ends in figures. */
import { chartFont, colours, fit, short } from "../canvas.js";

const FIGURES = 14; // pixels below the bars

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{low: number, high: number, counts: number[]} | null} spread null where there are no such numbers
 * @param {{ends?: boolean, box?: {width: number, height: number}}} [options] `ends`: the range in figures; `box` as for `fit`
 */
export function drawHistogram(canvas, spread, { ends = true, box } = {}) {
  const { context, width, height } = fit(canvas, box), theme = colours();
  if (!spread) return;
  const { low, high, counts } = spread, most = Math.max(1, ...counts), base = height - (ends ? FIGURES : 1), w = width / counts.length;
  counts.forEach((count, i) => {
    if (!count) return;
    const middle = low + ((i + 0.5) / counts.length) * (high - low);
    context.fillStyle = theme[middle < 0 ? "negative" : "positive"];
    // A bar of few is still seen.
    const tall = Math.max(1.5, (count / most) * (base - 2));
    context.fillRect(i * w + 0.25, base - tall, Math.max(1, w - 0.5), tall);
  });
  context.strokeStyle = theme["line-2"];
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, base + 0.5);
  context.lineTo(width, base + 0.5);
  if (low < 0 && high > 0) {
    const zero = Math.round((-low / (high - low)) * width) + 0.5;
    context.moveTo(zero, 0);
    context.lineTo(zero, base + 3);
  }
  context.stroke();
  if (!ends) return;
  context.font = chartFont();
  context.fillStyle = theme["ink-2"];
  const left = short(low, 2), right = short(high, 2);
  context.textAlign = "left";
  context.fillText(left, 0, height - 2);
  context.textAlign = "right";
  if (context.measureText(left).width + context.measureText(right).width + 8 < width) context.fillText(right, width, height - 2);
}
