/** One neuron: its products laid end to end add up to z, and below, on the same axis, z stands on the curve. */
import { chartFont, colours, fit } from "../canvas.js";
import { drawPlot, halo, rangeOf, scales } from "./curves.js";

const ROW = 26, GUTTER = 44;

/**
 * @typedef {{terms: number[], z: number, a: number, slope: number, t: number, names: string[], written: (value: number) => string}} Drawn
 *   `names` of the terms; the last term is the bias
 */

/** How far the axis must go so that every partial sum is on it. @param {number[]} terms the bias too */
export function reachOf(terms) {
  let sum = 0, most = 5;
  for (const term of terms) most = Math.max(most, Math.abs((sum += term)) + 0.8);
  return Math.min(1e3, 2 * Math.ceil(most / 2));
}

/** Where things lie. @param {number} width @param {number} height @param {number} rows */
export function placesOf(width, height, rows) {
  const top = rows * ROW + 18;
  return { frame: { left: GUTTER, right: width - 30, top, bottom: height - 36 }, row: (/** @type {number} */ k) => 4 + k * ROW, tall: ROW };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{value: (z: number) => number, slope: (z: number) => number}} f
 * @param {Drawn} now
 * @param {{reach: number, bands: [number, number][], before: {z: number, a: number} | null, target: string}} more
 */
export function drawNeuron(canvas, f, now, { reach, bands, before, target }) {
  const { context, width, height } = fit(canvas), theme = colours();
  if (!width) return;
  const { frame, row } = placesOf(width, height, now.terms.length + 1);
  const x = /** @type {[number, number]} */ ([-reach, reach]);
  const lines = [{ at: f.slope, colour: theme["ink-2"], dash: [4, 3], thick: 1.4, label: "f′" }, { at: f.value, colour: theme.accent, thick: 2.2, label: "f" }];
  const least = /** @type {[number, number]} */ ([Math.min(0, now.t - 0.3, Math.max(-4, now.a)), Math.max(1, now.t + 0.3, Math.min(7, now.a))]);
  const y = rangeOf(lines, x, least, [Math.min(-4, least[0]), Math.max(4.4, least[1])]);
  drawPlot(context, frame, { lines, x, y, bands, names: ["z", ""], ticks: 4 });
  const { px, py } = scales(frame, { x, y });
  drawSum(context, now, px, row, frame);
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top - 4, frame.right - frame.left, frame.bottom - frame.top + 8);
  context.clip();
  const at = { x: px(now.z), y: py(now.a) };
  // The target, and how far the value is from it.
  context.strokeStyle = theme["positive-ink"];
  context.lineWidth = 1.5;
  context.setLineDash([7, 4]);
  context.beginPath();
  context.moveTo(frame.left, py(now.t));
  context.lineTo(frame.right, py(now.t));
  context.stroke();
  context.setLineDash([]);
  context.lineWidth = 3;
  context.beginPath();
  context.moveTo(at.x, at.y);
  context.lineTo(at.x, py(now.t));
  context.stroke();
  // The tangent: what the gradient sees of the curve.
  context.strokeStyle = theme.ink;
  context.lineWidth = 1.5;
  context.beginPath();
  const half = Math.min(reach * 0.22, 60 / Math.hypot(px(1) - px(0), now.slope * (py(0) - py(1))));
  context.moveTo(px(now.z - half), py(now.a - now.slope * half));
  context.lineTo(px(now.z + half), py(now.a + now.slope * half));
  context.stroke();
  if (before) drawMove(context, { x: px(before.z), y: py(before.a) }, at);
  context.fillStyle = theme.accent;
  context.strokeStyle = theme.paper;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(at.x, at.y, 7, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  context.restore();
  context.font = chartFont();
  context.fillStyle = theme["positive-ink"];
  context.textAlign = "left";
  halo(context, target, frame.left + 6, Math.max(frame.top + 12, Math.min(frame.bottom - 4, py(now.t) - 5)));
  context.fillStyle = theme.ink;
  const text = `a = ${now.written(now.a)}`, wide = context.measureText(text).width;
  // On the side that curve and tangent leave free.
  const beside = now.slope < 0 ? at.x + 14 : at.x - 14 - wide;
  halo(context, text, Math.max(frame.left + 4, Math.min(frame.right - wide - 4, beside)), Math.max(frame.top + 12, Math.min(frame.bottom - 6, at.y - 10)));
}

/** @param {CanvasRenderingContext2D} context @param {Drawn} now @param {(x: number) => number} px @param {(k: number) => number} row @param {import("./curves.js").Frame} frame */
function drawSum(context, now, px, row, frame) {
  const theme = colours(), thick = ROW - 10;
  const zero = Math.round(px(0)) + 0.5;
  context.strokeStyle = theme["line-2"];
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(zero, 0);
  context.lineTo(zero, frame.top);
  context.stroke();
  let sum = 0;
  context.font = chartFont();
  const bar = (/** @type {number} */ k, /** @type {string} */ name, /** @type {number} */ from, /** @type {number} */ to, /** @type {string} */ colour, /** @type {string} */ text) => {
    const y = row(k), left = Math.max(frame.left, Math.min(px(from), px(to))), right = Math.min(frame.right, Math.max(px(from), px(to)));
    context.fillStyle = colour;
    context.fillRect(left, y, Math.max(1, right - left), thick);
    // A grip at the end that is pulled.
    context.fillStyle = theme.ink;
    if (k < now.terms.length) context.fillRect(Math.max(frame.left, Math.min(frame.right, px(to))) - 1.5, y - 2, 3, thick + 4);
    context.fillStyle = theme["ink-2"];
    context.textAlign = "right";
    context.fillText(name, frame.left - 8, y + thick - 4);
    context.fillStyle = theme.ink;
    context.textAlign = "left";
    const wide = context.measureText(text).width, outside = right + 6 + wide <= frame.right ? right + 6 : left - 6 - wide;
    halo(context, text, Math.max(frame.left + 2, outside), y + thick - 4);
  };
  now.terms.forEach((term, k) => {
    const colour = term < 0 ? theme.negative : theme.positive, signed = `${term < 0 ? "" : "+"}${now.written(term)}`;
    bar(k, now.names[k], sum, sum + term, colour, signed);
    sum += term;
    const x = Math.round(px(sum)) + 0.5;
    context.strokeStyle = theme["ink-2"];
    context.beginPath();
    context.moveTo(x, row(k) + thick + 2);
    context.lineTo(x, row(k + 1) - 2);
    context.stroke();
  });
  bar(now.terms.length, "z", 0, now.z, theme.accent, now.written(now.z));
  // Down to where z stands on the curve.
  context.strokeStyle = theme.accent;
  context.setLineDash([2, 3]);
  context.beginPath();
  const x = Math.round(px(now.z)) + 0.5;
  if (x >= frame.left && x <= frame.right) {
    context.moveTo(x, row(now.terms.length) + thick + 2);
    context.lineTo(x, frame.bottom);
  }
  context.stroke();
  context.setLineDash([]);
}

/** Where the point was, and an arrow to where it is. @param {CanvasRenderingContext2D} context @param {{x: number, y: number}} from @param {{x: number, y: number}} to */
function drawMove(context, from, to) {
  const theme = colours(), far = Math.hypot(to.x - from.x, to.y - from.y);
  context.strokeStyle = context.fillStyle = theme.ink;
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(from.x, from.y, 6, 0, 2 * Math.PI);
  context.stroke();
  if (far < 16) return;
  const u = (to.x - from.x) / far, v = (to.y - from.y) / far, tip = { x: to.x - u * 9, y: to.y - v * 9 };
  context.beginPath();
  context.moveTo(from.x + u * 6, from.y + v * 6);
  context.lineTo(tip.x, tip.y);
  context.stroke();
  context.beginPath();
  context.moveTo(tip.x, tip.y);
  context.lineTo(tip.x - u * 8 - v * 4, tip.y - v * 8 + u * 4);
  context.lineTo(tip.x - u * 8 + v * 4, tip.y - v * 8 - u * 4);
  context.fill();
}
