/** How a class's share of the softmax is spread over samples: a histogram from 0 to 1. */
import { chartFont, colours, fit } from "../canvas.js";

const BINS = 20;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} shares from 0 to 1
 * @param {string} colour
 */
export function drawShares(canvas, shares, colour) {
  const { context, width, height } = fit(canvas);
  const theme = colours(), counts = new Array(BINS).fill(0), bottom = height - 16;
  for (let i = 0; i < shares.length; i++) if (Number.isFinite(shares[i])) counts[Math.min(BINS - 1, Math.floor(shares[i] * BINS))]++;
  const most = Math.max(1, ...counts);
  context.fillStyle = colour;
  counts.forEach((n, i) => {
    const tall = (n / most) * (bottom - 4);
    context.fillRect((i * width) / BINS + 0.5, bottom - tall, width / BINS - 1, tall);
  });
  context.strokeStyle = theme["line-2"];
  context.beginPath();
  context.moveTo(0, bottom + 0.5);
  context.lineTo(width, bottom + 0.5);
  context.stroke();
  context.font = chartFont();
  context.fillStyle = theme["ink-2"];
  context.textAlign = "left";
  context.fillText("0", 0, height - 3);
  context.textAlign = "right";
  context.fillText("1", width, height - 3);
}

/**
 * The softmax of samples' z: unit after unit, each with the samples side by side.
 * @param {ArrayLike<number>} z
 * @param {number} units
 */
export function softmaxOf(z, units) {
  const n = z.length / units, shares = new Float32Array(z.length);
  for (let i = 0; i < n; i++) {
    let highest = -Infinity, sum = 0;
    for (let j = 0; j < units; j++) highest = Math.max(highest, z[j * n + i]);
    for (let j = 0; j < units; j++) sum += shares[j * n + i] = Math.exp(z[j * n + i] - highest);
    for (let j = 0; j < units; j++) shares[j * n + i] /= sum;
  }
  return shares;
}
