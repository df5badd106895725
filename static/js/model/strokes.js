/**
 * A drawing as strokes of a pen, and the small picture that a network is given of it: moved and scaled to
 * where the pictures it learned from have theirs, drawn with a pen as wide, in their colours.
 *
 * @typedef {{x: number, y: number}} Point in parts of the pad's side, y downwards
 * @typedef {Point[]} Stroke
 * @typedef {{low: number, high: number}} Range
 * @typedef {{height: Range, width: Range, x: Range & {mass: boolean}, y: Range & {mass: boolean}, fits: boolean,
 *   pen: number, paper: number[], ink: number[], shades: number}} Manner
 *   how a set's pictures are drawn, in parts of their side: how tall and wide what is on them is, where its middle lies
 *   (that of its ink where `mass`, else of its box), how wide the pen is; `paper` and `ink` by channel. Where not `fits`,
 *   pictures are full to their edges, and a drawing stays as it was drawn. A value is a whole number of parts of 1 / `shades`.
 */

/** Of a pen, where pictures do not say: in parts of a side, as those of the shapes. */
export const PEN = 0.09;
// Of the contrast between paper and ink: what is darker is drawn.
const DRAWN = 0.35;
// How far a drawing may be squeezed in one direction; beyond that it is made smaller as a whole.
const SQUEEZED = 0.6;
// A dot stays one.
const MOST_SCALED = 8;
// Fine pixels a side at least, of which a pixel is the mean.
const FINE = 32;
// A message to the server has room for so many numbers, written with so many digits: 64 kB.
const DIGITS = (/** @type {number} */ numbers) => (numbers > 9000 ? 10 : numbers > 6000 ? 100 : 1000);

/** Where nothing is known of any pictures: a drawing as large and as central as those of MNIST. @type {Manner} */
export const PLAIN = {
  height: { low: 0.72, high: 0.72 }, width: { low: 0, high: 0.72 }, x: { low: 0.5, high: 0.5, mass: true }, y: { low: 0.5, high: 0.5, mass: true },
  fits: true, pen: PEN, paper: [0], ink: [1], shades: 255,
};

/** @param {number[]} sorted @param {number} share */
const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.round(share * (sorted.length - 1)))];
/** @param {number[]} values @returns {Range} */
const range = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return { low: quantile(sorted, 0.15), high: quantile(sorted, 0.85) };
};

/**
 * How pictures are drawn.
 * @param {number[][][][]} pictures (height, width, channels) each
 * @param {number} [shades] that a value may have above 0
 * @returns {Manner}
 */
export function mannerOf(pictures, shades = 255) {
  if (!pictures.length) return PLAIN;
  const rows = pictures[0].length, columns = pictures[0][0].length, channels = pictures[0][0][0].length;
  const paper = Array.from({ length: channels }, (_, k) => {
    const rim = pictures.flatMap((picture) => picture.flatMap((line, r) => line.filter((_, c) => c === 0 || c === columns - 1 || ((r === 0 || r === rows - 1) && c % 4 === 0)).map((pixel) => pixel[k])));
    return quantile(rim.sort((a, b) => a - b), 0.5);
  });
  // Ink is what differs most from the paper, on either side of it.
  const ink = paper.map((base, k) => {
    const sorted = pictures.flatMap((picture) => picture.flatMap((line) => line.map((pixel) => pixel[k]))).sort((a, b) => a - b);
    const [least, most] = [quantile(sorted, 0.02), quantile(sorted, 0.98)];
    return most - base >= base - least ? most : least;
  });
  const contrast = Math.max(...ink.map((value, k) => Math.abs(value - paper[k]))) || 1;
  const found = pictures.map((picture) => boxOf(picture.map((line) => line.map((pixel) => Math.max(...pixel.map((value, k) => Math.abs(value - paper[k]))) / contrast)))).filter((box) => box !== null);
  if (!found.length) return { ...PLAIN, paper, ink, shades };
  const place = (/** @type {"x" | "y"} */ axis) => {
    const boxes = found.map((one) => one[axis].box), masses = found.map((one) => one[axis].mass), mass = spread(masses) < spread(boxes);
    return { ...range(mass ? masses : boxes), mass };
  };
  const height = range(found.map((one) => one.height)), width = range(found.map((one) => one.width));
  const pens = found.map((one) => one.pen).sort((a, b) => a - b);
  return { height, width, x: place("x"), y: place("y"), fits: height.low < 0.97 || width.low < 0.97, pen: Math.max(0.05, Math.min(0.25, quantile(pens, 0.5))), paper, ink, shades };
}

/** @param {number[]} values */
function spread(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
}

/** What is drawn on a picture of ink 0 to 1. @param {number[][]} ink (height, width) */
function boxOf(ink) {
  const rows = ink.length, columns = ink[0].length;
  let top = rows, bottom = -1, left = columns, right = -1, sum = 0, x = 0, y = 0, edges = 0;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const v = ink[r][c];
      edges += Math.abs(v - (ink[r][c - 1] ?? 0)) + Math.abs(v - (ink[r - 1]?.[c] ?? 0)) + (c === columns - 1 ? v : 0) + (r === rows - 1 ? v : 0);
      if (v <= DRAWN) continue;
      top = Math.min(top, r);
      bottom = Math.max(bottom, r);
      left = Math.min(left, c);
      right = Math.max(right, c);
      sum += v;
      x += v * (c + 0.5);
      y += v * (r + 0.5);
    }
  }
  if (!sum) return null;
  // A stroke of length L and width w has w L of ink and two edges of L; edges that run aslant are counted by rows and columns, 4 / pi too much.
  return {
    height: (bottom - top + 1) / rows, width: (right - left + 1) / columns, pen: (2 * sum * (4 / Math.PI)) / edges / Math.max(rows, columns),
    x: { box: (left + right + 1) / 2 / columns, mass: x / sum / columns }, y: { box: (top + bottom + 1) / 2 / rows, mass: y / sum / rows },
  };
}

/** @param {number} value @param {Range} within */
const clamp = (value, { low, high }) => Math.max(low, Math.min(high, value));

/**
 * Strokes moved and scaled as little as it takes to lie where pictures of this manner have theirs.
 * @param {Stroke[]} strokes
 * @param {Manner} manner
 * @returns {Stroke[]}
 */
export function settled(strokes, manner) {
  const points = strokes.flat();
  if (!manner.fits || !points.length) return strokes;
  const xs = points.map((p) => p.x), ys = points.map((p) => p.y), half = manner.pen / 2;
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  // The pen's own width is on all sides of what is drawn, and is not scaled with it.
  const room = (/** @type {Range} */ { low, high }) => ({ low: Math.max(0, low - manner.pen), high: Math.max(0.01, high - manner.pen) });
  const tall = room(manner.height), wide = room(manner.width), high = Math.max(1e-6, bottom - top), broad = Math.max(1e-6, right - left);
  let by = clamp(high, tall) / high;
  if (broad * by > wide.high) by = Math.max(wide.high / broad, Math.min(by, tall.low / high));
  by = Math.min(by, wide.high / SQUEEZED / broad, MOST_SCALED);
  const across = Math.min(by, wide.high / broad), down = Math.min(by, tall.high / high);
  const scaled = strokes.map((stroke) => stroke.map(({ x, y }) => ({ x: (x - (left + right) / 2) * across, y: (y - (top + bottom) / 2) * down })));
  const mass = middle(scaled);
  const put = (/** @type {"x" | "y"} */ axis, /** @type {number} */ at, /** @type {number} */ size) => {
    const off = manner[axis].mass ? mass[axis] : 0; // from the middle of the box
    const centre = clamp(at + off, manner[axis]) - off;
    // Nothing is pushed over the edge.
    return size / 2 + half < 0.5 ? clamp(centre, { low: size / 2 + half, high: 1 - size / 2 - half }) : 0.5;
  };
  const x0 = put("x", (left + right) / 2, broad * across), y0 = put("y", (top + bottom) / 2, high * down);
  return scaled.map((stroke) => stroke.map(({ x, y }) => ({ x: x + x0, y: y + y0 })));
}

/** Of the ink of strokes: the mean place along them. @param {Stroke[]} strokes @returns {Point} */
function middle(strokes) {
  let sum = 0, x = 0, y = 0;
  for (const stroke of strokes) {
    stroke.forEach((p, i) => {
      const before = stroke[Math.max(0, i - 1)], long = Math.hypot(p.x - before.x, p.y - before.y) + 1e-9;
      sum += long;
      x += (long * (p.x + before.x)) / 2;
      y += (long * (p.y + before.y)) / 2;
    });
  }
  return sum ? { x: x / sum, y: y / sum } : { x: 0, y: 0 };
}

/**
 * The ink of strokes on a grid, 0 to 1: each pixel the mean of finer ones, in which ink falls from 1 to 0 across one.
 * @param {Stroke[]} strokes
 * @param {number} rows
 * @param {number} columns
 * @param {number} pen
 * @returns {Float32Array} (rows * columns)
 */
export function inked(strokes, rows, columns, pen) {
  const times = Math.max(1, Math.ceil(FINE / Math.max(rows, columns))), tall = rows * times, wide = columns * times;
  const side = Math.max(tall, wide), reach = (pen * side) / 2 + 0.5, far = new Float32Array(tall * wide).fill(Infinity);
  for (const stroke of strokes) {
    stroke.forEach((end, i) => {
      const from = stroke[Math.max(0, i - 1)];
      const ax = from.x * wide, ay = from.y * tall, dx = end.x * wide - ax, dy = end.y * tall - ay, long = dx * dx + dy * dy || 1;
      const c0 = Math.max(0, Math.floor(Math.min(ax, ax + dx) - reach)), c1 = Math.min(wide - 1, Math.ceil(Math.max(ax, ax + dx) + reach));
      const r0 = Math.max(0, Math.floor(Math.min(ay, ay + dy) - reach)), r1 = Math.min(tall - 1, Math.ceil(Math.max(ay, ay + dy) + reach));
      for (let r = r0; r <= r1; r++) {
        for (let c = c0; c <= c1; c++) {
          const x = c + 0.5 - ax, y = r + 0.5 - ay, along = Math.max(0, Math.min(1, (x * dx + y * dy) / long));
          const off = (x - along * dx) ** 2 + (y - along * dy) ** 2;
          if (off < far[r * wide + c]) far[r * wide + c] = off;
        }
      }
    });
  }
  const ink = new Float32Array(rows * columns);
  for (let r = 0; r < tall; r++) {
    for (let c = 0; c < wide; c++) {
      const v = Math.max(0, Math.min(1, reach - Math.sqrt(far[r * wide + c])));
      if (v) ink[Math.floor(r / times) * columns + Math.floor(c / times)] += v / (times * times);
    }
  }
  return ink;
}

/**
 * A copy of a drawing as another hand may have made it: turned by up to 12 degrees, a tenth larger or smaller, and shifted
 * by up to 7 hundredths of a side.
 * @param {number} seed the same gives the same
 * @returns {(strokes: Stroke[]) => Stroke[]}
 */
export function turned(seed) {
  const [angle, size, x, y] = [1, 2, 3, 4].map((i) => 2 * fraction(seed * 4 + i) - 1);
  const cos = Math.cos((angle * 12 * Math.PI) / 180) * (1 + size / 10), sin = Math.sin((angle * 12 * Math.PI) / 180) * (1 + size / 10);
  return (strokes) => strokes.map((stroke) => stroke.map((p) => ({ x: 0.5 + cos * (p.x - 0.5) - sin * (p.y - 0.5) + x * 0.07, y: 0.5 + sin * (p.x - 0.5) + cos * (p.y - 0.5) + y * 0.07 })));
}

/** A number from 0 to 1 that looks random: the finalizer of MurmurHash3. @param {number} n */
function fraction(n) {
  let v = Math.imul(n ^ (n >>> 16), 0x85ebca6b);
  v = Math.imul(v ^ (v >>> 13), 0xc2b2ae35);
  return ((v ^ (v >>> 16)) >>> 0) / 2 ** 32;
}

/**
 * What a network is given of a drawing.
 * @param {Stroke[]} strokes
 * @param {[number, number]} size rows and columns
 * @param {Manner} manner
 * @param {(strokes: Stroke[]) => Stroke[]} [moved] when they lie where they should
 * @returns {number[][][]} (height, width, channels)
 */
export function pictureOf(strokes, [rows, columns], manner, moved = (same) => same) {
  const ink = inked(moved(settled(strokes, manner)), rows, columns, manner.pen), { paper, shades } = manner, digits = DIGITS(rows * columns * paper.length);
  return Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => paper.map((base, k) => {
    const v = base + (manner.ink[k] - base) * ink[r * columns + c];
    return shades < 64 ? Math.round(v * shades) / shades : Math.round(v * digits) / digits;
  })));
}
