/** Curves of functions of z on axes with figures: what is flat shaded, a line at the z that is looked at. */
import { chartFont, colours } from "../canvas.js";
import { drawAxes, figures, ticks } from "./axes.js";

/**
 * @typedef {{left: number, right: number, top: number, bottom: number}} Frame in pixels
 * @typedef {{at: (z: number) => number, colour: string, dash?: number[], thick?: number, label?: string}} Line
 * @typedef {{from: number, to: number, y: number, text: string}} Mark a place, or a stretch, and what is said of it
 * @typedef {{lines: Line[], x: [number, number], y: [number, number], bands?: [number, number][], z?: number, marks?: Mark[], names?: [string, string], ticks?: number}} Plot
 */

/** Where a plot's values lie in pixels, and back. @param {Frame} frame @param {Pick<Plot, "x" | "y">} plot */
export function scales(frame, { x: [x0, x1], y: [y0, y1] }) {
  const { left, right, top, bottom } = frame;
  return {
    px: (/** @type {number} */ x) => left + ((x - x0) / (x1 - x0)) * (right - left),
    py: (/** @type {number} */ y) => bottom - ((y - y0) / (y1 - y0)) * (bottom - top),
    x: (/** @type {number} */ pixel) => x0 + ((pixel - left) / (right - left)) * (x1 - x0),
    y: (/** @type {number} */ pixel) => y0 + ((bottom - pixel) / (bottom - top)) * (y1 - y0),
  };
}

/**
 * How far the values of some lines go, with a little room, and no further than they are looked at.
 * @param {Line[]} lines
 * @param {[number, number]} x
 * @param {[number, number]} least always in it
 * @param {[number, number]} most never beyond it
 * @returns {[number, number]}
 */
export function rangeOf(lines, [x0, x1], least, most) {
  let [low, high] = least;
  for (const { at } of lines) {
    for (let i = 0; i <= 200; i++) {
      const y = at(x0 + ((x1 - x0) * i) / 200);
      low = Math.min(low, y);
      high = Math.max(high, y);
    }
  }
  const room = 0.06 * (Math.min(high, most[1]) - Math.max(low, most[0]));
  return [low < most[0] ? most[0] : low - room, high > most[1] ? most[1] : high + room];
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Plot} plot
 */
export function drawPlot(context, frame, plot) {
  const theme = colours(), scale = scales(frame, plot), { px, py } = scale, { left, right, top, bottom } = frame;
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  for (const [from, to] of plot.bands ?? []) shade(context, frame, Math.max(left, px(from)), Math.min(right, px(to)));
  context.restore();
  const across = ticks(plot.x[0], plot.x[1], right - left > 500 ? 9 : 5), up = ticks(plot.y[0], plot.y[1], plot.ticks ?? 4);
  drawAxes(context, frame, { at: px, marks: across, text: figures(across), name: plot.names?.[0] }, { at: py, marks: up, text: figures(up), name: plot.names?.[1] });
  context.strokeStyle = theme["line-2"];
  context.lineWidth = 1;
  context.beginPath();
  const zero = Math.round(py(0)) + 0.5, middle = Math.round(px(0)) + 0.5;
  if (zero >= top && zero <= bottom) {
    context.moveTo(left, zero);
    context.lineTo(right, zero);
  }
  if (middle >= left && middle <= right) {
    context.moveTo(middle, top);
    context.lineTo(middle, bottom);
  }
  context.stroke();
  context.save();
  context.beginPath();
  context.rect(left, top - 2, right - left, bottom - top + 4);
  context.clip();
  for (const line of plot.lines) drawLine(context, frame, scale, line);
  if (plot.z !== undefined) drawCursor(context, frame, scale, plot.z, plot.lines);
  for (const mark of plot.marks ?? []) drawMark(context, frame, scale, mark);
  context.restore();
  const named = plot.lines.filter((line) => line.label);
  if (named.length) drawLabels(context, frame, scale, plot.x[1], named);
}

/** Slanted hairlines: a flat stretch is not a colour. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {number} from @param {number} to */
function shade(context, { top, bottom }, from, to) {
  if (to <= from) return;
  const theme = colours();
  context.save();
  context.beginPath();
  context.rect(from, top, to - from, bottom - top);
  context.clip();
  context.globalAlpha = 0.55;
  context.fillStyle = theme.line;
  context.fillRect(from, top, to - from, bottom - top);
  context.globalAlpha = 0.9;
  context.strokeStyle = theme["line-2"];
  context.lineWidth = 1;
  context.beginPath();
  const tall = bottom - top;
  for (let x = Math.floor((from - tall) / 9) * 9; x < to; x += 9) {
    context.moveTo(x, bottom);
    context.lineTo(x + tall, top);
  }
  context.stroke();
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {ReturnType<typeof scales>} scale @param {Line} line */
function drawLine(context, { left, right, top, bottom }, { px, py, x }, { at, colour, dash = [], thick = 2 }) {
  const n = Math.round(right - left), ys = Array.from({ length: n + 1 }, (_, i) => at(x(left + i)));
  const step = ys.map((y, i) => (i ? Math.abs(y - ys[i - 1]) : 0)), tall = bottom - top;
  context.beginPath();
  ys.forEach((y, i) => {
    // A derivative that jumps is not drawn as if it were steep: the pen is lifted.
    const jumps = step[i] > 0.1 && step[i] > 6 * Math.max(step[i - 1] ?? 0, step[i + 1] ?? 0);
    const up = Math.max(top - tall, Math.min(bottom + tall, py(y)));
    if (i && !jumps) context.lineTo(px(x(left + i)), up);
    else context.moveTo(px(x(left + i)), up);
  });
  context.strokeStyle = colour;
  context.lineWidth = thick;
  context.lineJoin = "round";
  context.setLineDash(dash);
  context.stroke();
  context.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {ReturnType<typeof scales>} scale @param {Mark} mark */
function drawMark(context, { left, right, top, bottom }, { px, py }, { from, to, y, text }) {
  const theme = colours(), up = py(y), a = Math.max(left, px(from)), b = Math.min(right, px(to));
  context.strokeStyle = context.fillStyle = theme["positive-ink"];
  context.beginPath();
  if (to > from) {
    context.lineWidth = 3;
    context.moveTo(a, up);
    context.lineTo(b, up);
    context.stroke();
  } else {
    context.arc(a, up, 4, 0, 2 * Math.PI);
    context.fill();
  }
  context.font = chartFont();
  const wide = context.measureText(text).width, beside = to > from ? (a + b) / 2 - wide / 2 : a + 8;
  context.textAlign = "left";
  const line = up - 8 < top + 10 ? Math.min(bottom - 4, up + 16) : up - 7;
  const x = Math.max(left + 3, Math.min(beside, right - wide - 3));
  halo(context, text, x, line);
}

/** Text that stays legible on lines. @param {CanvasRenderingContext2D} context @param {string} text @param {number} x @param {number} y */
export function halo(context, text, x, y) {
  context.save();
  context.strokeStyle = colours().paper;
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeText(text, x, y);
  context.restore();
  context.fillText(text, x, y);
}

/** A line at z, and a ring where it meets each curve. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {ReturnType<typeof scales>} scale @param {number} z @param {Line[]} lines */
export function drawCursor(context, { top, bottom }, { px, py }, z, lines) {
  const theme = colours(), x = Math.round(px(z)) + 0.5;
  context.strokeStyle = theme["ink-2"];
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, top);
  context.lineTo(x, bottom);
  context.stroke();
  for (const line of lines) {
    const up = py(line.at(z));
    if (up < top - 1 || up > bottom + 1) continue;
    context.fillStyle = theme.paper;
    context.strokeStyle = line.colour;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, up, 3.5, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}

/** Names beside the right ends of their lines, none over another. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {ReturnType<typeof scales>} scale @param {number} end @param {Line[]} lines */
function drawLabels(context, { right, top, bottom }, { px, py }, end, lines) {
  const theme = colours(), gap = 15;
  const inside = (/** @type {Line} */ line) => py(line.at(end)) > top - 4 && py(line.at(end)) < bottom + 4;
  const ends = lines.filter(inside).map((line) => ({ line, from: Math.max(top, Math.min(bottom, py(line.at(end)))) })).sort((a, b) => a.from - b.from);
  const places = spread(ends.map((one) => one.from), gap, top + 4, bottom - 2);
  context.font = chartFont("sans");
  context.textAlign = "left";
  ends.forEach(({ line, from }, i) => {
    context.strokeStyle = line.colour;
    context.lineWidth = 1.5;
    context.setLineDash(line.dash ?? []);
    context.beginPath();
    context.moveTo(right, from);
    context.lineTo(right + 12, places[i]);
    context.stroke();
    context.setLineDash([]);
    context.fillStyle = theme.ink;
    context.fillText(line.label ?? "", right + 16, places[i] + 4);
  });
  // What leaves the plot before its end is named where it leaves.
  lines.filter((line) => !inside(line)).forEach((line, i) => {
    let z = end;
    while (z > 0 && (py(line.at(z)) < top || py(line.at(z)) > bottom)) z -= 0.02;
    halo(context, line.label ?? "", px(z) + 8, (py(line.at(z)) < (top + bottom) / 2 ? top + 12 : bottom - 6) + i * gap);
  });
}

/**
 * Places in order, at least `gap` apart, as near to where they want to be as room allows.
 * @param {number[]} wanted in order
 * @param {number} gap
 * @param {number} low
 * @param {number} high
 */
export function spread(wanted, gap, low, high) {
  const places = [...wanted], tight = Math.min(gap, (high - low) / Math.max(1, wanted.length - 1));
  for (let i = 0; i < places.length; i++) places[i] = Math.max(places[i], i ? places[i - 1] + tight : low);
  for (let i = places.length - 1; i >= 0; i--) places[i] = Math.min(places[i], i === places.length - 1 ? high : places[i + 1] - tight);
  return places;
}
