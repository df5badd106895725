/**
 * What somebody expects, and how near it came: scores from 0 to 100. No DOM.
 *
 * A score says one thing only, so that one sentence can say what it measures:
 * - a curve: how many factors of ten it was off, on average over the measured steps;
 * - a boundary: how much of the plane it puts on the right side, counted from what one gets by calling everything one class;
 * - a change: half for its direction, half for its size.
 */

/** @typedef {{u: number, v: number}} Point */
/** @typedef {{x: number[], y: (number | null)[]}} Course */

/** So many stretches a drawn curve has. */
export const STRETCHES = 32;

const clip = (/** @type {number} */ share) => Math.round(100 * Math.max(0, Math.min(1, share)));

// A curve

/**
 * A curve that was drawn in part, as a whole: what lies between is joined on the log scale, what follows goes on level.
 * @param {(number | null)[]} knots at equal distances from the first step to the last; the first is known
 * @param {number} from
 * @param {number} to
 * @returns {{x: number[], y: number[]}}
 */
export function wholeCurve(knots, from, to) {
  const x = knots.map((_, k) => from + ((to - from) * k) / (knots.length - 1));
  const known = knots.flatMap((y, k) => (y === null ? [] : [k]));
  const y = knots.map((value, k) => {
    if (value !== null) return value;
    const before = known.findLast((i) => i < k) ?? 0, after = known.find((i) => i > k);
    const a = Number(knots[before]);
    if (after === undefined) return a;
    const b = Number(knots[after]);
    return 10 ** (Math.log10(a) + ((Math.log10(b) - Math.log10(a)) * (k - before)) / (after - before));
  });
  return { x, y };
}

/**
 * The curve that falls, or climbs, by the same factor all the way.
 * @param {number} first
 * @param {number} last
 * @returns {number[]}
 */
export const evenly = (first, last) => Array.from({ length: STRETCHES + 1 }, (_, k) => first * (last / first) ** (k / STRETCHES));

/**
 * A stroke of the pen over the knots: every one between the last place and this one.
 * @param {(number | null)[]} knots changed in place; the first stays, for it is known
 * @param {{k: number, y: number} | null} before
 * @param {{k: number, y: number}} now
 */
export function stroke(knots, before, now) {
  const a = before ?? now, low = Math.min(a.k, now.k), high = Math.max(a.k, now.k);
  for (let k = Math.max(1, Math.ceil(low - 0.5)); k <= Math.min(knots.length - 1, Math.floor(high + 0.5)); k++) {
    const part = now.k === a.k ? 1 : Math.max(0, Math.min(1, (k - a.k) / (now.k - a.k)));
    knots[k] = a.y + (now.y - a.y) * part;
  }
}

/** The value of a line at a place, joined straight between its points. @param {{x: number[], y: number[]}} line @param {number} at */
export function valueOn(line, at) {
  const after = line.x.findIndex((x) => x >= at);
  if (after < 0) return line.y[line.y.length - 1];
  if (after === 0) return line.y[0];
  const part = (at - line.x[after - 1]) / (line.x[after] - line.x[after - 1] || 1);
  return line.y[after - 1] + (line.y[after] - line.y[after - 1]) * part;
}

/**
 * 100 (1 - mean |log10 guess - log10 truth|) over the measured steps after the first, never below 0: 100 is the very curve,
 * 70 is a factor of two off all the way, 0 a factor of ten. null where nothing was measured.
 * @param {{x: number[], y: number[]}} guess
 * @param {Course} truth
 * @returns {number | null}
 */
export function curveScore(guess, truth) {
  const from = guess.x[0], to = guess.x[guess.x.length - 1];
  let sum = 0, count = 0;
  truth.x.forEach((x, i) => {
    const y = truth.y[i];
    if (x <= from || x > to || y === null || !Number.isFinite(y)) return;
    sum += Math.abs(Math.log10(Math.max(1e-12, valueOn(guess, x))) - Math.log10(Math.max(1e-12, y)));
    count++;
  });
  return count ? clip(1 - sum / count) : null;
}

// A boundary

/** A straight line over the plane. @param {number} degrees of its own direction @param {number} shift from the middle, as a part of half the plane @param {number[]} low @param {number[]} high @returns {Point[]} */
export function straight(degrees, shift, low, high) {
  const a = (degrees * Math.PI) / 180, half = [(high[0] - low[0]) / 2, (high[1] - low[1]) / 2];
  const middle = { u: low[0] + half[0] * (1 - shift * Math.sin(a)), v: low[1] + half[1] * (1 + shift * Math.cos(a)) };
  return [-1.5, 1.5].map((s) => ({ u: middle.u + s * half[0] * 2 * Math.cos(a), v: middle.v + s * half[1] * 2 * Math.sin(a) }));
}

/** A circle about the middle. @param {number} radius as a part of half the plane @param {number[]} low @param {number[]} high @returns {Point[]} */
export const round = (radius, low, high) => Array.from({ length: 49 }, (_, i) => ({
  u: (low[0] + high[0]) / 2 + ((high[0] - low[0]) / 2) * radius * Math.cos((i * Math.PI) / 24),
  v: (low[1] + high[1]) / 2 + ((high[1] - low[1]) / 2) * radius * Math.sin((i * Math.PI) / 24),
}));

/**
 * What a drawn line parts: whether a place is on its one side. Where its ends meet it is a closed one, with an inside; otherwise
 * both ends go straight on until they are far outside.
 * @param {Point[]} line
 * @param {number[]} low
 * @param {number[]} high
 * @returns {(p: Point) => boolean}
 */
export function sideOf(line, low, high) {
  const wide = high[0] - low[0], tall = high[1] - low[1];
  // In parts of the plane, so that both directions count alike.
  const at = (/** @type {Point} */ p) => [(p.u - low[0]) / wide, (p.v - low[1]) / tall];
  const path = line.map(at), first = path[0], last = path[path.length - 1];
  const closed = path.length > 3 && Math.hypot(first[0] - last[0], first[1] - last[1]) < 0.12;
  const polygon = closed ? path : [...path, ...around(beyond(path.slice().reverse()), beyond(path))];
  return (p) => {
    const [x, y] = at(p);
    let inside = false;
    for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
      const [ax, ay] = polygon[i], [bx, by] = polygon[j];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
    return inside;
  };
}

const FAR = 4;

/** Where a path that goes straight on from its end leaves a far circle. @param {number[][]} path */
function beyond(path) {
  const [x, y] = path[path.length - 1];
  // A hand trembles where it lifts the pen: the way it came is looked at over some distance.
  const [fx, fy] = path.findLast(([a, b]) => Math.hypot(a - x, b - y) > 0.06) ?? path[0];
  const long = Math.hypot(x - fx, y - fy) || 1;
  const angle = Math.atan2((y - fy) / long * FAR + y - 0.5, (x - fx) / long * FAR + x - 0.5);
  return { point: [x + ((x - fx) / long) * FAR, y + ((y - fy) / long) * FAR], angle };
}

/**
 * From the line's end over the far circle back to its beginning.
 * @param {{point: number[], angle: number}} begin
 * @param {{point: number[], angle: number}} end
 */
function around(begin, end) {
  const turn = (begin.angle - end.angle + 4 * Math.PI) % (2 * Math.PI), steps = 24;
  const arc = Array.from({ length: steps + 1 }, (_, k) => end.angle + (turn * k) / steps);
  return [end.point, ...arc.map((a) => [0.5 + 2 * FAR * Math.cos(a), 0.5 + 2 * FAR * Math.sin(a)]), begin.point];
}

/**
 * 100 (agreement - majority) / (1 - majority), never below 0: the agreement is the part of the plane on whose side guess and truth
 * agree, the sides named in the way that suits the guess; the majority is what calling everything the commoner class would get.
 * Where the truth is one class almost everywhere, it is the agreement itself.
 * @param {boolean[]} sides of the guess, place by place
 * @param {ArrayLike<number>} classes of the truth, 0 or 1, at the same places
 */
export function boundaryScore(sides, classes) {
  let same = 0, ones = 0;
  sides.forEach((side, i) => {
    if (Number(side) === classes[i]) same++;
    ones += classes[i];
  });
  const n = sides.length || 1, agreement = Math.max(same, n - same) / n, majority = Math.max(ones, n - ones) / n;
  return { agreement, majority, score: clip(majority > 0.995 ? agreement : (agreement - majority) / (1 - majority)) };
}

// A change

/**
 * Half of the points for the direction, half for the size: all of that half for the very size, none for a factor of ten.
 * That it stays is one guess, right or wrong.
 * @param {number} guess
 * @param {number} truth
 */
export function changeScore(guess, truth) {
  if (guess === 0 || truth === 0) return guess === truth ? 100 : 0;
  const direction = Math.sign(guess) === Math.sign(truth) ? 0.5 : 0;
  return clip(direction + 0.5 * Math.max(0, 1 - Math.abs(Math.log10(Math.abs(guess / truth)))));
}
