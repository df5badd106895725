/** A sequence step by step: one column a time step, the same in every picture, so that they stand one under another. */
import { chartFont, chartSize, colours, fit } from "../canvas.js";
import { halo } from "./curves.js";
import { paintTile } from "./maps.js";
import { clearest } from "./placing.js";
import { paintLines, palette } from "./samples.js";

/** Room for figures before the first column. */
const GUTTER = 46, PAD = 6, LEAST = 6, MOST = 40;

/**
 * @typedef {{left: number, wide: number, steps: number, width: number}} Columns
 * @typedef {number | null} Cursor a step
 */

/** As wide as its columns, as tall as its row was made. @param {HTMLCanvasElement} canvas @param {Columns} columns */
const fitRow = (canvas, { width }) => fit(canvas, { width, height: Number.parseFloat(canvas.style.height) });

/** How wide a step is: what there is room for, and never less than can be pointed at. @param {number} room @param {number} steps @param {boolean} [written] each step is a sign, to be read @returns {Columns} */
export function columnsOf(room, steps, written = false) {
  const wide = Math.max(written ? Math.ceil(chartSize() * 0.64) : LEAST, Math.min(MOST, Math.floor(((room - GUTTER - PAD) / steps) * 4) / 4));
  return { left: GUTTER, wide, steps, width: Math.ceil(GUTTER + wide * steps + PAD) };
}

/** Which step lies there. @param {Columns} columns @param {number} x */
export const stepAt = ({ left, wide, steps }, x) => Math.max(0, Math.min(steps - 1, Math.floor((x - left) / wide)));

const middle = (/** @type {Columns} */ { left, wide }, /** @type {number} */ step) => left + (step + 0.5) * wide;

/** @param {CanvasRenderingContext2D} context @param {Columns} columns @param {number} height @param {Cursor} cursor */
function markStep(context, { left, wide }, height, cursor) {
  if (cursor === null) return;
  context.strokeStyle = colours().ink;
  context.lineWidth = 1;
  context.strokeRect(Math.round(left + cursor * wide) + 0.5, -1, Math.max(2, Math.round(wide) - 1), height + 2);
}

/** Figures at the left: top and bottom of a scale. @param {CanvasRenderingContext2D} context @param {[number, string][]} marks heights, and what stands there */
function writeScale(context, marks) {
  context.font = chartFont();
  context.textAlign = "right";
  context.fillStyle = colours()["ink-2"];
  for (const [y, text] of marks) context.fillText(text, GUTTER - 5, y);
}

/**
 * Step numbers, and under them what is read there, where each is one sign.
 * @param {HTMLCanvasElement} canvas
 * @param {Columns} columns
 * @param {string[][]} lines of signs, one a step; "" where there is none
 * @param {Cursor} cursor
 * @param {boolean} numbered
 */
export function drawSigns(canvas, columns, lines, cursor, numbered) {
  const { context, height } = fitRow(canvas, columns), theme = colours(), line = chartSize() + 4;
  let y = chartSize();
  if (numbered) {
    context.font = chartFont();
    context.textAlign = "center";
    const apart = [1, 5, 10, 20, 50, 100].find((n) => n * columns.wide > chartSize() * 0.62 * (String(columns.steps).length + 1)) ?? 200;
    for (let step = 0; step < columns.steps; step++) {
      const here = step === cursor;
      if (!here && (((step + 1) % apart && step) || (cursor !== null && Math.abs(step - cursor) * columns.wide < chartSize() * 2))) continue;
      context.fillStyle = here ? theme.ink : theme["ink-2"];
      context.fillText(String(step + 1), middle(columns, step), y);
    }
    y += line;
  }
  for (const signs of lines) {
    // Where columns are narrower than a sign, only so many are written as have room.
    context.font = chartFont();
    context.textAlign = "center";
    const apart = Math.max(1, Math.ceil((chartSize() * 0.62) / columns.wide));
    signs.forEach((sign, step) => {
      if (step !== cursor && (step % apart || (cursor !== null && Math.abs(step - cursor) < apart))) return;
      context.fillStyle = theme.ink;
      context.fillText(sign, middle(columns, step), y);
    });
    y += line;
  }
  markStep(context, columns, height, cursor);
}

/**
 * What goes in, as lines through the middles of their steps.
 * @param {HTMLCanvasElement} canvas
 * @param {Columns} columns
 * @param {number[][]} sequence (time, features)
 * @param {[string, string] | null} scale what the least and the greatest are, in the data's units
 * @param {Cursor} cursor
 */
export function drawRead(canvas, columns, sequence, scale, cursor) {
  const { context, height } = fitRow(canvas, columns);
  paintLines(context, sequence, scale
    ? { x: middle(columns, 0), y: 5, width: columns.wide * (columns.steps - 1), height: height - 10 }
    : { x: columns.left, y: 0, width: columns.wide * columns.steps, height }, palette(), 1.6);
  if (scale) writeScale(context, [[chartSize() - 1, scale[1]], [height - 3, scale[0]]]);
  markStep(context, columns, height, cursor);
}

/**
 * Units as rows, steps as columns.
 * @param {HTMLCanvasElement} canvas
 * @param {Columns} columns
 * @param {ArrayLike<number>} values (time, units), flat
 * @param {{units: number, every: number, limit: number, chosen: number | null, cursor: Cursor}} of every so many units are drawn
 */
export function drawHeat(canvas, columns, values, { units, every, limit, chosen, cursor }) {
  const { context, height } = fitRow(canvas, columns), theme = colours(), rows = Math.ceil(units / every), tall = height / rows;
  paintTile(context, { x: columns.left, y: 0, width: columns.wide * columns.steps, height, rows, columns: columns.steps, index: (row, step) => step * units + row * every }, values, limit);
  writeScale(context, rows > 1 ? [[chartSize() - 2, "1"], [height - 1, String((rows - 1) * every + 1)]] : [[height - 1, "1"]]);
  context.strokeStyle = theme["line-2"];
  context.lineWidth = 1;
  context.strokeRect(columns.left + 0.5, 0.5, columns.wide * columns.steps - 1, height - 1);
  markStep(context, columns, height, cursor);
  if (chosen === null) return;
  const row = Math.floor(chosen / every);
  context.strokeStyle = theme.ink;
  context.strokeRect(columns.left - 1.5, Math.round(row * tall) - 0.5, columns.wide * columns.steps + 3, Math.max(3, Math.round(tall) + 1));
}

/** Which unit's row lies there. @param {number} height @param {number} units @param {number} every @param {number} y */
export const unitAt = (height, units, every, y) => Math.min(units - 1, Math.max(0, Math.floor((y / height) * Math.ceil(units / every))) * every);

/**
 * A gate over time, filled: from 0 to 1, or both ways from 0.
 * @param {HTMLCanvasElement} canvas
 * @param {Columns} columns
 * @param {ArrayLike<number>} values one a step
 * @param {{limit: number, signed: boolean, cursor: Cursor}} of
 */
export function drawBand(canvas, columns, values, { limit, signed, cursor }) {
  const { context, height } = fitRow(canvas, columns), theme = colours(), { left, wide } = columns;
  const zero = signed ? height / 2 : height - 1, reach = signed ? height / 2 - 1 : height - 2;
  context.fillStyle = theme.line;
  context.globalAlpha = 0.4;
  context.fillRect(left, 0, wide * columns.steps, height);
  context.globalAlpha = 1;
  // One path a colour.
  for (const side of signed ? [-1, 1] : [0]) {
    context.beginPath();
    for (let step = 0; step < columns.steps; step++) {
      const v = values[step];
      if (!Number.isFinite(v) || v * side < 0) continue;
      const share = Math.max(-1, Math.min(1, v / limit)), x = Math.round(left + step * wide), next = Math.round(left + (step + 1) * wide);
      context.rect(x, Math.min(zero, zero - share * reach), next - x, Math.abs(share) * reach);
    }
    context.fillStyle = side ? theme[side < 0 ? "negative" : "positive"] : theme.accent;
    context.fill();
  }
  context.strokeStyle = theme["ink-2"];
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(left, Math.round(zero) + 0.5);
  context.lineTo(left + wide * columns.steps, Math.round(zero) + 0.5);
  context.stroke();
  const end = String(Number(limit.toPrecision(2)));
  writeScale(context, signed ? [[chartSize() - 2, end], [height - 1, `−${end}`]] : [[chartSize() - 2, "1"], [height - 1, "0"]]);
  markStep(context, columns, height, cursor);
}

/**
 * Lengths of gradients on a log scale.
 * @param {HTMLCanvasElement} canvas
 * @param {Columns} columns
 * @param {{values: ArrayLike<number | null>, colour: string, dash: number[], name?: string}[]} lines a named one is called so where it begins
 * @param {[number, number]} powers of ten that the scale goes from and to
 * @param {Cursor} cursor
 */
export function drawLengths(canvas, columns, lines, [low, high], cursor) {
  const { context, height } = fitRow(canvas, columns), theme = colours(), end = columns.left + columns.wide * columns.steps;
  const y = (/** @type {number} */ power) => height - 6 - ((Math.max(low, power) - low) / (high - low)) * (height - 12);
  const apart = Math.max(1, Math.ceil(((chartSize() + 3) * (high - low)) / (height - 12)));
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  for (let power = high; power >= low; power -= apart) {
    context.beginPath();
    context.moveTo(columns.left, Math.round(y(power)) + 0.5);
    context.lineTo(end, Math.round(y(power)) + 0.5);
    context.stroke();
    writeScale(context, [[Math.min(height - 1, Math.max(chartSize() - 2, y(power) + 4)), power === 0 ? "1" : `1e${power}`.replace("-", "−")]]);
  }
  const pointsOf = (/** @type {ArrayLike<number | null>} */ values) => Array.from({ length: columns.steps }, (_, step) => [middle(columns, step), Number(values[step]) > 0 && Number.isFinite(values[step]) ? y(Math.log10(Number(values[step]))) : NaN]);
  for (const { values, colour, dash, name } of lines) {
    const points = pointsOf(values);
    context.beginPath();
    points.forEach(([x, at], step) => {
      if (Number.isFinite(at)) context[step && Number.isFinite(points[step - 1][1]) ? "lineTo" : "moveTo"](x, at);
    });
    context.strokeStyle = theme[colour];
    context.lineWidth = 1.8;
    context.setLineDash(dash);
    context.stroke();
    context.setLineDash([]);
    if (name) nameLine(context, name, points.filter(([, at]) => Number.isFinite(at)), lines.map((one) => pointsOf(one.values)), height);
  }
  markStep(context, columns, height, cursor);
}

/** At one of its ends, over or under it, where lines cover least. @param {CanvasRenderingContext2D} context @param {string} name @param {number[][]} points @param {number[][][]} lines @param {number} tall */
function nameLine(context, name, points, lines, tall) {
  if (!points.length) return;
  context.font = chartFont("sans");
  context.textAlign = "left";
  context.fillStyle = colours().ink;
  const width = context.measureText(name).width, height = chartSize() + 2, [x0, y0] = points[0], [x1, y1] = points[points.length - 1];
  const boxes = [[x0, y0], [x1 - width, y1]].flatMap(([x, y]) => [y - height - 4, y + 4].map((top) => ({ x, y: top, width, height }))).filter(({ y }) => y >= 0 && y + height <= tall);
  const box = boxes[clearest(boxes, lines)] ?? { x: x0, y: 0 };
  halo(context, name, box.x, box.y + height - 3);
}

/**
 * Gradients by the step that they came from: the later it is, the further up; the more ink, the longer, on a log scale.
 * @param {HTMLCanvasElement} canvas
 * @param {Columns} columns
 * @param {(number | null)[][]} rows
 * @param {[number, number]} powers
 * @param {Cursor} cursor
 */
export function drawTriangle(canvas, columns, rows, [low, high], cursor) {
  const { context, height } = fitRow(canvas, columns), count = rows.length;
  const flat = new Float32Array(count * columns.steps);
  rows.forEach((row, s) => row.forEach((v, step) => { flat[(count - 1 - s) * columns.steps + step] = v ? Math.max(0, (Math.log10(v) - low) / (high - low)) : 0; }));
  paintTile(context, { x: columns.left, y: 0, width: columns.wide * columns.steps, height, rows: count, columns: columns.steps, index: (row, step) => row * columns.steps + step }, flat, 1);
  context.strokeStyle = colours()["line-2"];
  context.lineWidth = 1;
  context.strokeRect(columns.left + 0.5, 0.5, columns.wide * columns.steps - 1, height - 1);
  markStep(context, columns, height, cursor);
}
