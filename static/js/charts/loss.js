/** Losses over steps: named at their ends, batches as a pale band, the best step and every change marked. */
import { chartFont, chartSize, colours, fit, grouped } from "../canvas.js";
import { drawAxes, figures, ticks } from "./axes.js";

/**
 * @typedef {{name: string, colour: string, ink: string, dash: number[], x: number[], y: (number | null)[]}} Line
 * @typedef {{x: number[], low: number[], high: number[], colour: string}} Band
 * @typedef {{log: boolean, hover: number | null, xLabel: string, best: {x: number, y: number} | null,
 *   marks: {x: number, text: string}[], level: number | null, last: number, at: {x: number, y: (number | null | undefined)[]} | null, ghost: Line[], guess?: Guess | null}} Options
 *   `hover` is a step, `level` the loss of a line across, `last` where the axis ends, `at` where the run stands in its past and each line's
 *   value there, `ghost` a run that was left
 * @typedef {{x: number[], y: (number | null)[], text: string, first: number, last: number, low: number, high: number}} Guess what somebody
 *   expects: the picture is of the steps from `first` to `last`, with room between the losses `low` and `high`
 */

const LEFT = 46, RIGHT = 52, TOP = 16;
/** Room for the steps. */
const bottomOf = () => chartSize() + 10;

/** The step at a place of the picture. @param {number} x @param {number} width @param {number} last @param {number} [first] */
export const stepAt = (x, width, last, first = 0) => Math.max(first, Math.min(last, Math.round(first + ((x - LEFT) / (width - LEFT - RIGHT)) * (last - first))));

/** The last step of what is drawn. @param {Line[]} lines @param {Band} band */
export const lastStep = (lines, band) => Math.max(1, band.x.at(-1) ?? 0, ...lines.map((line) => line.x.at(-1) ?? 0));

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Line[]} lines
 * @param {Band} band
 * @param {Options} options
 */
export function drawLines(canvas, lines, band, options) {
  const { context, width, height } = fit(canvas);
  const theme = colours(), { log } = options;
  const { guess } = options, last = guess ? guess.last : options.last;
  const [s0, s1] = range(guess ? [...lines, roomOf(guess)] : lines, band, last, log);
  const scale = (/** @type {number} */ y) => (log ? Math.log10(Math.max(y, 1e-300)) : y);
  const first = guess?.first ?? 0;
  const px = (/** @type {number} */ x) => LEFT + ((x - first) / (last - first)) * (width - LEFT - RIGHT);
  const py = (/** @type {number} */ y) => height - bottomOf() - ((scale(y) - s0) / (s1 - s0)) * (height - bottomOf() - TOP);
  const frame = { left: LEFT, right: width - RIGHT, top: TOP, bottom: height - bottomOf() };
  const up = log ? logTicks(s0, s1) : ticks(s0, s1, Math.max(2, Math.floor(height / 45))), written = figures(up);
  drawAxes(context, frame,
    { at: px, marks: ticks(first, last, Math.max(2, Math.floor(width / 110)), true), text: grouped },
    { at: py, marks: up, text: log ? (y) => figures([y])(y) : written });
  context.font = chartFont("sans");
  context.fillStyle = theme["ink-2"];
  context.textAlign = "left";
  context.fillText(options.xLabel, frame.right + 8, frame.bottom + chartSize() + 3);
  context.save();
  context.beginPath();
  context.rect(LEFT, TOP - 3, frame.right - LEFT + 4, frame.bottom - TOP + 3);
  context.clip();
  drawBand(context, band, px, py, log);
  // A line that lies outside of the picture has no name in it either.
  const seen = options.level !== null && scale(options.level) >= s0 && scale(options.level) <= s1;
  levels.set(canvas, seen ? py(Number(options.level)) : null);
  if (seen) {
    context.setLineDash([2, 4]);
    across(context, py(Number(options.level)), frame, theme["ink-2"]);
    context.setLineDash([]);
  }
  context.globalAlpha = 0.3;
  for (const line of options.ghost) trail(context, line, px, py, log);
  context.globalAlpha = 1;
  for (const line of lines) trail(context, line, px, py, log);
  if (options.at !== null) {
    // What came after is still there, and pale.
    context.globalAlpha = 0.72;
    context.fillStyle = theme.paper;
    context.fillRect(px(options.at.x), 0, width, height);
    context.globalAlpha = 1;
  }
  if (guess) drawGuess(context, guess, px, py, log, frame, theme);
  drawMarks(context, options.marks, px, frame, theme);
  if (options.best) drawBest(context, options.best, px, py, lines[1]?.colour ?? theme.positive);
  context.restore();
  nameEnds(context, lines, py, frame);
  if (options.at !== null) drawCursor(context, lines, options.at.x, px, py, frame, theme, options.at.y);
  if (options.hover !== null) drawCursor(context, lines, options.hover, px, py, frame, theme);
  places.set(canvas, (x, y) => ({
    step: first + ((x - LEFT) / (width - LEFT - RIGHT)) * (last - first),
    loss: ((s) => (log ? 10 ** s : s))(s0 + ((height - bottomOf() - y) / (height - bottomOf() - TOP)) * (s1 - s0)),
  }));
  return last;
}

/** @type {WeakMap<HTMLCanvasElement, (x: number, y: number) => {step: number, loss: number}>} */
const places = new WeakMap();

/** @type {WeakMap<HTMLCanvasElement, number | null>} */
const levels = new WeakMap();

/** Where the line across lies, in pixels from the top; null outside of the picture. @param {HTMLCanvasElement} canvas */
export const levelOn = (canvas) => levels.get(canvas) ?? null;

/** Which step and loss lie at a place of the picture as it was drawn last. @param {HTMLCanvasElement} canvas @param {number} x @param {number} y */
export const placeOn = (canvas, x, y) => places.get(canvas)?.(x, y) ?? null;

/** A line that nobody sees: the axes leave room for it. @param {Guess} guess @returns {Line} */
const roomOf = ({ last, low, high }) => ({ name: "", colour: "", ink: "", dash: [], x: [last, last], y: [low, high] });

/**
 * What was expected: dashed, in no colour that stands for anything, its name on the line.
 * @param {CanvasRenderingContext2D} context
 * @param {Guess} guess
 * @param {(x: number) => number} px
 * @param {(y: number) => number} py
 * @param {boolean} log
 * @param {{left: number, right: number, top: number, bottom: number}} frame
 * @param {{[name: string]: string}} theme
 */
function drawGuess(context, guess, px, py, log, frame, theme) {
  trail(context, { name: "", colour: theme["ink-2"], ink: "", dash: [6, 4], x: guess.x, y: guess.y }, px, py, log);
  const k = Math.round((guess.x.length - 1) * 0.6), y = guess.y[k];
  if (!guess.text || y === null || y === undefined) return;
  context.font = chartFont("sans");
  context.textAlign = "center";
  const wide = context.measureText(guess.text).width, at = py(y);
  const x = Math.max(frame.left + wide / 2 + 4, Math.min(frame.right - wide / 2 - 4, px(guess.x[k])));
  const base = at - 8 < frame.top + 24 ? at + 16 : at - 8;
  context.lineWidth = 4;
  context.strokeStyle = theme.paper;
  context.strokeText(guess.text, x, base);
  context.fillStyle = theme["ink-2"];
  context.fillText(guess.text, x, base);
}

/**
 * What the axis shows: a spike at the beginning does not own it.
 * @param {Line[]} lines
 * @param {Band} band
 * @param {number} last
 * @param {boolean} log
 */
function range(lines, band, last, log) {
  /** @type {number[]} */
  const all = [], late = [];
  const take = (/** @type {number} */ x, /** @type {number | null} */ y) => {
    if (y === null || !Number.isFinite(y) || (log && y <= 0)) return;
    all.push(y);
    if (x >= last * 0.06) late.push(y);
  };
  for (const line of lines) line.y.forEach((y, i) => take(line.x[i], y));
  const highs = band.x.map((x, i) => [x, band.high[i]]).filter(([x, y]) => x >= last * 0.06 && Number.isFinite(y)).map(([, y]) => y).sort((a, b) => a - b);
  if (highs.length) late.push(highs[Math.floor((highs.length - 1) * 0.95)]);
  if (!all.length) band.x.forEach((x, i) => take(x, band.low[i]));
  if (!all.length) return log ? [-2, 0] : [0, 1];
  const top = Math.max(...(late.length ? late : all)), highest = Math.max(...all), lowest = Math.min(...all, ...(log ? band.low.filter((y) => y > 0).slice(-1) : []));
  const high = highest <= top * 2.5 ? Math.max(highest, top) : top * 1.15;
  if (log) {
    const low = Math.floor(Math.log10(lowest) * 2) / 2, to = Math.log10(high) + 0.05;
    return [low, to - low < 0.3 ? low + 0.3 : to];
  }
  // A loss below 0 is no floor to lie on, as 0 is.
  const low = lowest < 0 ? lowest - (high - lowest) * 0.05 : 0;
  return [low, high - low < 1e-12 ? low + 1 : low + (high - low) * 1.05];
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Band} band
 * @param {(x: number) => number} px
 * @param {(y: number) => number} py
 * @param {boolean} log
 */
function drawBand(context, band, px, py, log) {
  const parts = stretches(band, log);
  if (parts.length < 2) return;
  context.beginPath();
  parts.forEach((part, k) => (k ? context.lineTo(px(part.x), py(part.high)) : context.moveTo(px(part.x), py(part.high))));
  for (const part of parts.reverse()) context.lineTo(px(part.x), py(part.low));
  context.closePath();
  context.globalAlpha = 0.16;
  context.fillStyle = band.colour;
  context.fill();
  context.globalAlpha = 1;
}

const PARTS = 48;

/**
 * Least and greatest of equal stretches of the run: noise looks alike wherever it is.
 * @param {Band} band
 * @param {boolean} log
 */
function stretches(band, log) {
  const last = band.x.at(-1) ?? 1, wide = last / PARTS;
  /** @type {{k: number, x: number, low: number, high: number}[]} */
  const parts = [];
  band.x.forEach((x, i) => {
    const low = band.low[i], high = band.high[i];
    if (!Number.isFinite(low) || !Number.isFinite(high) || (log && low <= 0)) return;
    const k = Math.min(PARTS - 1, Math.floor((x - 0.5) / wide)), part = parts.at(-1);
    if (part?.k === k) {
      part.low = Math.min(part.low, low);
      part.high = Math.max(part.high, high);
    } else parts.push({ k, x: (k + 0.5) * wide, low, high });
  });
  if (parts.length > 1) {
    parts[0].x = 0;
    parts[parts.length - 1].x = last;
  }
  return parts;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Line} line
 * @param {(x: number) => number} px
 * @param {(y: number) => number} py
 * @param {boolean} log
 */
function trail(context, line, px, py, log) {
  context.beginPath();
  let pen = false;
  for (let i = 0; i < line.x.length; i++) {
    const y = line.y[i];
    if (y === null || !Number.isFinite(y) || (log && y <= 0)) {
      pen = false;
      continue;
    }
    if (pen) context.lineTo(px(line.x[i]), py(y));
    else context.moveTo(px(line.x[i]), py(y));
    pen = true;
  }
  context.strokeStyle = line.colour;
  context.lineWidth = 2;
  context.setLineDash(line.dash);
  context.lineJoin = "round";
  context.stroke();
  context.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} context @param {number} y @param {{left: number, right: number}} frame @param {string} colour */
function across(context, y, frame, colour) {
  context.beginPath();
  context.moveTo(frame.left, y);
  context.lineTo(frame.right, y);
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.stroke();
}

/**
 * Where something was changed; the newest are said in words, where they have room.
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, text: string}[]} marks
 * @param {(x: number) => number} px
 * @param {{left: number, right: number, top: number, bottom: number}} frame
 * @param {{[name: string]: string}} theme
 */
function drawMarks(context, marks, px, frame, theme) {
  context.font = chartFont("sans");
  let free = Infinity;
  for (const mark of [...marks].reverse()) {
    const x = Math.round(px(mark.x)) + 0.5;
    context.beginPath();
    context.moveTo(x, frame.top);
    context.lineTo(x, frame.bottom);
    context.setLineDash([2, 3]);
    context.strokeStyle = theme["ink-2"];
    context.lineWidth = 1;
    context.globalAlpha = 0.7;
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
    const wide = context.measureText(mark.text).width + 8, left = x + wide > frame.right ? x - wide : x + 4;
    if (left + wide > free || left < frame.left) continue;
    context.fillStyle = theme["ink-2"];
    context.textAlign = "left";
    context.fillText(mark.text, left, frame.top + 8);
    free = left - 4;
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number}} best
 * @param {(x: number) => number} px
 * @param {(y: number) => number} py
 * @param {string} colour
 */
function drawBest(context, best, px, py, colour) {
  const x = px(best.x), y = py(best.y);
  context.beginPath();
  context.arc(x, y, 4, 0, 2 * Math.PI);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.stroke();
}

/**
 * The lines' names at their ends, apart from one another.
 * @param {CanvasRenderingContext2D} context
 * @param {Line[]} lines
 * @param {(y: number) => number} py
 * @param {{right: number, top: number, bottom: number}} frame
 */
function nameEnds(context, lines, py, frame) {
  context.font = chartFont("sans");
  context.textAlign = "left";
  const ends = lines.map((line) => ({ line, y: line.y.findLast((y) => y !== null && Number.isFinite(y)) }))
    .filter((end) => end.y !== undefined && end.y !== null)
    .map((end) => ({ ...end, at: Math.max(frame.top + 6, Math.min(frame.bottom - 6, py(Number(end.y)))) })).sort((a, b) => a.at - b.at);
  for (let i = 1; i < ends.length; i++) ends[i].at = Math.max(ends[i].at, ends[i - 1].at + chartSize() + 2);
  const over = (ends.at(-1)?.at ?? 0) - (frame.bottom - 6);
  for (const { line, at } of ends) {
    context.fillStyle = line.ink;
    context.fillText(line.name, frame.right + 8, (over > 0 ? at - over : at) + 4);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Line[]} lines
 * @param {number} step
 * @param {(x: number) => number} px
 * @param {(y: number) => number} py
 * @param {{top: number, bottom: number}} frame
 * @param {{[name: string]: string}} theme
 * @param {(number | null | undefined)[]} [values] of the lines, where they are known better than the lines know them
 */
function drawCursor(context, lines, step, px, py, frame, theme, values) {
  context.beginPath();
  context.moveTo(px(step), frame.top);
  context.lineTo(px(step), frame.bottom);
  context.strokeStyle = values ? theme["ink-2"] : theme["line-2"];
  context.lineWidth = 1;
  context.stroke();
  for (const [i, line] of lines.entries()) {
    const y = values ? values[i] ?? null : valueAt(line, step);
    if (y === null || !Number.isFinite(y) || py(y) < frame.top || py(y) > frame.bottom) continue;
    context.beginPath();
    context.arc(px(step), py(y), 3.5, 0, 2 * Math.PI);
    context.fillStyle = line.colour;
    context.fill();
  }
}

/**
 * The value at the nearest point not later than a step.
 * @param {{x: number[], y: (number | null)[]}} line
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
  const step = Math.max(1, Math.ceil((high - low) / 6));
  for (let e = Math.floor(low); e <= Math.ceil(high); e += step) {
    for (const m of high - low > 2 ? [1] : high - low > 1 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 8]) {
      const value = m * 10 ** e;
      if (Math.log10(value) >= low && Math.log10(value) <= high) found.push(value);
    }
  }
  return found;
}
