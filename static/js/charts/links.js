/** A row of neurons, and under each what of the output's gradient has come back to it, on a log scale. */
import { chartFont, colours, fit } from "../canvas.js";
import { drawAxes } from "./axes.js";
import { halo } from "./curves.js";

const LEFT = 44, CIRCLES = 64;

/** Where the neurons stand. @param {number} width @param {number} n */
export const columnOf = (width, n) => (/** @type {number} */ k) => LEFT + ((k + 0.5) * (width - LEFT - 8)) / n;

/** Which neuron is at a place. @param {number} width @param {number} n @param {number} x */
export const columnAt = (width, n, x) => Math.max(0, Math.min(n - 1, Math.floor(((x - LEFT) / (width - LEFT - 8)) * n)));

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{factor: number, product: number}[]} links from the input to the output
 * @param {{chosen: number, bounds: (number | null)[], low: number, high: number, back: string, power: (p: number) => string, written: (value: number) => string}} more
 *   `bounds` by neuron; the axis goes from 10^low to 10^high
 */
export function drawLinks(canvas, links, { chosen, bounds, low, high, back, power, written }) {
  const { context, width, height } = fit(canvas), theme = colours(), n = links.length;
  if (!width) return;
  const frame = { left: LEFT, right: width - 8, top: CIRCLES + 40, bottom: height - 22 };
  const py = (/** @type {number} */ p) => frame.bottom - 18 - ((p - low) / (high - low)) * (frame.bottom - 18 - frame.top);
  const column = columnOf(width, n), apart = column(1) - column(0), wide = Math.max(6, Math.min(46, apart * 0.62));
  const every = Math.max(1, Math.ceil((high - low) / 8)), marks = [];
  for (let p = Math.ceil(low / every) * every; p <= high; p += every) marks.push(p);
  context.fillStyle = theme.line;
  context.globalAlpha = 0.6;
  context.fillRect(column(chosen) - apart / 2, 0, apart, frame.bottom);
  context.globalAlpha = 1;
  drawAxes(context, frame, { at: column, marks: links.map((_, k) => k), text: (k) => String(k + 1) }, { at: py, marks, text: (p) => (p === 0 ? "1" : power(p)) });
  // The neurons: the more of the gradient each lets through, the darker.
  const r = Math.max(5, Math.min(17, apart * 0.34)), middle = 26;
  context.strokeStyle = theme["ink-2"];
  context.lineWidth = 1.2;
  context.beginPath();
  context.moveTo(LEFT - 14, middle);
  context.lineTo(width, middle);
  context.stroke();
  context.font = chartFont();
  links.forEach(({ factor }, k) => {
    const size = Math.min(1, Math.abs(factor));
    context.beginPath();
    context.arc(column(k), middle, r, 0, 2 * Math.PI);
    context.fillStyle = theme.paper;
    context.fill();
    context.fillStyle = factor < 0 ? theme.negative : theme.accent;
    context.globalAlpha = 0.9 * size;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = k === chosen ? theme.ink : theme["ink-2"];
    context.lineWidth = k === chosen ? 2.4 : 1.2;
    context.stroke();
    const text = `×${written(factor)}`;
    if (context.measureText(text).width > apart - 4) return;
    context.fillStyle = theme["ink-2"];
    context.textAlign = "center";
    context.fillText(text, column(k), middle + r + 16);
  });
  // The way back.
  const wayY = CIRCLES + 14, wayEnd = frame.right, wayStart = wayEnd - Math.min(260, (frame.right - frame.left) * 0.5);
  context.strokeStyle = context.fillStyle = theme["ink-2"];
  context.beginPath();
  context.moveTo(wayEnd, wayY);
  context.lineTo(wayStart, wayY);
  context.lineTo(wayStart + 8, wayY - 4);
  context.moveTo(wayStart, wayY);
  context.lineTo(wayStart + 8, wayY + 4);
  context.stroke();
  context.font = chartFont("sans");
  context.textAlign = "right";
  context.fillText(back, wayEnd, wayY + 16);
  context.font = chartFont();
  context.fillText("x", LEFT - 18, middle + 4);
  context.strokeStyle = theme.ink;
  context.lineWidth = 1.2;
  context.beginPath();
  context.moveTo(frame.left, Math.round(py(0)) + 0.5);
  context.lineTo(frame.right, Math.round(py(0)) + 0.5);
  context.stroke();
  links.forEach(({ product }, k) => {
    const x = column(k), size = Math.abs(product);
    if (size > 0) {
      const end = Math.max(frame.top, Math.min(frame.bottom, py(Number.isFinite(size) ? Math.log10(size) : high))), from = py(0);
      context.fillStyle = size > 1 ? theme.positive : theme.accent;
      context.fillRect(x - wide / 2, Math.min(from, end), wide, Math.max(1.5, Math.abs(end - from)));
    } else {
      context.fillStyle = theme.bad;
      context.textAlign = "center";
      halo(context, "0", x, py(0) + 16);
    }
    const most = bounds[k];
    if (most === null || !(most > 0)) return;
    const y = Math.round(py(Math.log10(most))) + 0.5;
    if (y < frame.top || y > frame.bottom) return;
    context.strokeStyle = theme["positive-ink"];
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x - wide / 2 - 3, y);
    context.lineTo(x + wide / 2 + 3, y);
    context.stroke();
  });
  const text = written(links[chosen].product), half = context.measureText(text).width / 2, size = Math.abs(links[chosen].product);
  if (!(size > 0)) return;
  context.fillStyle = theme.ink;
  context.textAlign = "left";
  const end = py(Math.max(low, Math.min(high, Math.log10(size)))), y = size > 1 ? end - 6 : end + 15;
  halo(context, text, Math.max(frame.left, Math.min(frame.right - 2 * half, column(chosen) - half)), Math.min(frame.bottom - 4, Math.max(frame.top + 10, y)));
}
