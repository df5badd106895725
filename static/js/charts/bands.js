/** Heights over a plane from above: bands of height, each with a line where it ends. */
import { chartFont, chartSize, colours, rgb, short } from "../canvas.js";

/** @typedef {{low: number[], high: number[], values: (number | null)[][]}} Field rows from below, evenly between both corners; null where there is no height */
/** @typedef {{left: number, right: number, top: number, bottom: number}} Frame in pixels */

export const BANDS = 16;
/** Of the ink, in the highest band: quiet under the paths. */
const DARKEST = 0.27;

/** The colour of a height from 0 to 1. @param {number} share @param {number[]} paper @param {number[]} ink */
export const shade = (share, paper, ink) => paper.map((value, k) => value + (ink[k] - value) * (0.02 + DARKEST * share));

/** The bilinear value of what is drawn, at a point; null outside or where it is not finite. @param {Field} field @param {number} x @param {number} y */
export function heightAt({ low, high, values }, x, y) {
  const rows = values.length, columns = values[0].length, u = ((x - low[0]) / (high[0] - low[0])) * (columns - 1), v = ((y - low[1]) / (high[1] - low[1])) * (rows - 1);
  if (!(u >= 0 && v >= 0 && u <= columns - 1 && v <= rows - 1)) return null;
  const i = Math.min(columns - 2, Math.floor(u)), j = Math.min(rows - 2, Math.floor(v)), [a, b] = [u - i, v - j];
  const [p, q, r, w] = [values[j][i], values[j][i + 1], values[j + 1][i], values[j + 1][i + 1]];
  if (p === null || q === null || r === null || w === null) return null;
  return (p * (1 - a) + q * a) * (1 - b) + (r * (1 - a) + w * a) * b;
}

/**
 * How high a value is drawn, from 0 to 1: so that steep walls don't own the picture, by the logarithm of how far it is above the
 * lowest, in units of what is usual. `back` is the value that is drawn so high.
 * @param {Pick<Field, "values">} field
 */
export function scaleOf({ values }) {
  // Ten thousand heights are put in order once, not for every picture of a surface that is turned.
  const known = scales.get(values) ?? scaleFor(values);
  scales.set(values, known);
  return known;
}

/** @type {WeakMap<Field["values"], ReturnType<typeof scaleFor>>} */
const scales = new WeakMap();

/** @param {Field["values"]} values */
function scaleFor(values) {
  const all = values.flat().filter((value) => value !== null).sort((a, b) => a - b);
  const low = all[0] ?? 0, unit = (all[Math.floor(all.length / 2)] - low) / 8 || (all[all.length - 1] - low) / 8 || 1, top = Math.log1p((all[all.length - 1] - low) / unit) || 1;
  const scale = (/** @type {number} */ value) => Math.max(0, Math.min(1.2, Math.log1p(Math.max(0, value - low) / unit) / top));
  return Object.assign(scale, { back: (/** @type {number} */ share) => low + unit * Math.expm1(share * top) });
}

/** Every band's colour, or that of the line where it ends, as an image has it. @param {number} more of the ink, for lines */
function packed(more) {
  const theme = colours(), paper = rgb(theme.paper), ink = rgb(theme.ink);
  return Array.from({ length: BANDS + 4 }, (_, k) => shade(Math.min(1, k / BANDS + more), paper, ink).reduce((sum, value, c) => sum + (Math.round(value) << (8 * c)), 0) + 0xff000000);
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Field} field */
export function drawBands(context, frame, field) {
  const { a: ratio } = context.getTransform(), scale = scaleOf(field);
  const w = Math.round((frame.right - frame.left) * ratio), tall = Math.round((frame.bottom - frame.top) * ratio);
  if (w < 2 || tall < 2) return;
  const image = new ImageData(w, tall), out = new Uint32Array(image.data.buffer), bands = packed(0), edges = packed(0.3);
  const rows = field.values.length, n = field.values[0].length;
  // Heights are scaled first and then drawn between: a band's edge is as smooth as the surface.
  const heights = Float64Array.from(field.values.flat(), (value) => (value === null ? NaN : scale(value) * BANDS));
  let above = new Int16Array(w);
  for (let row = 0, at = 0; row < tall; row++) {
    const v = ((tall - 1 - row) / (tall - 1)) * (rows - 1), j = Math.min(rows - 2, Math.floor(v)), b = v - j, now = new Int16Array(w);
    for (let column = 0; column < w; column++, at++) {
      const u = (column / (w - 1)) * (n - 1), i = Math.min(n - 2, Math.floor(u)), a = u - i, k = j * n + i;
      const found = (heights[k] * (1 - a) + heights[k + 1] * a) * (1 - b) + (heights[k + n] * (1 - a) + heights[k + n + 1] * a) * b;
      const band = Number.isNaN(found) ? -1 : Math.floor(found);
      now[column] = band;
      const edge = (column && band !== now[column - 1]) || (row && band !== above[column]);
      if (band >= 0) out[at] = (edge ? edges : bands)[band];
    }
    above = now;
  }
  context.putImageData(image, Math.round(frame.left * ratio), Math.round(frame.top * ratio));
}

/**
 * The bands one over the other with the heights where they end.
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame of the bands; the figures stand to the right of it
 * @param {Field} field
 * @param {string} name of what they are heights of
 */
export function drawScale(context, frame, field, name) {
  const theme = colours(), paper = rgb(theme.paper), ink = rgb(theme.ink), { back } = scaleOf(field), line = chartSize();
  const colour = (/** @type {number} */ share) => `rgb(${shade(share, paper, ink).map(Math.round).join()})`;
  const y = (/** @type {number} */ share) => frame.bottom - share * (frame.bottom - frame.top);
  for (let k = 0; k < BANDS; k++) {
    const [top, bottom] = [y((k + 1) / BANDS), y(k / BANDS)];
    context.fillStyle = colour(k / BANDS);
    context.fillRect(frame.left, top, frame.right - frame.left, bottom - top);
    context.fillStyle = colour(Math.min(1, k / BANDS + 0.3));
    context.fillRect(frame.left, top, frame.right - frame.left, 1);
  }
  context.strokeStyle = theme["line-2"];
  context.lineWidth = 1;
  context.strokeRect(frame.left + 0.5, frame.top + 0.5, frame.right - frame.left - 1, frame.bottom - frame.top - 1);
  context.fillStyle = theme["ink-2"];
  context.font = chartFont();
  context.textAlign = "left";
  // As many as stand clear of each other.
  const every = [1, 2, 4, 8, 16].find((n) => ((frame.bottom - frame.top) * n) / BANDS >= line * 2) ?? BANDS;
  const shares = Array.from({ length: BANDS / every + 1 }, (_, k) => (k * every) / BANDS), texts = written(shares.map(back));
  shares.forEach((share, k) => context.fillText(texts[k], frame.right + 5, Math.max(frame.top + line - 2, Math.min(y(share) + line * 0.35, frame.bottom))));
  context.font = chartFont("sans");
  context.fillStyle = theme.ink;
  context.fillText(name, frame.left, frame.top - line * 0.6);
}

/** Each to three figures, to more where they would be the same. @param {number[]} values */
function written(values) {
  const at = (/** @type {number} */ digits) => values.map((value) => (Math.abs(value) >= 1e5 ? short(value) : value.toPrecision(digits).replace("-", "−")));
  return [3, 4, 5, 6].map(at).find((texts) => new Set(texts).size === texts.length) ?? at(6);
}
