/**
 * Activation functions to the last digits, for pictures that say numbers or multiply many slopes.
 *
 * Those of forward.js look tanh and exp up in a table, which is off by 1e-6: enough for a picture, but ten slopes of a
 * saturated unit multiplied would be of the table alone. Here are those that differ; functions/exact.js has them all.
 */

/** @typedef {{value: (z: number) => number, slope: (z: number) => number}} Function1 */
/** What the catalog says of a function. @typedef {{name: string, low: number | null, high: number | null, reached: boolean, steepest: number | null, flat_below: number | null, flat_above: number | null, dies: boolean}} Known */

/** @param {number} z */
const sigmoid = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));

/** s (1 - s), which keeps its digits where s is nearly 1. @param {number} z */
const sigmoidSlope = (z) => {
  const e = Math.exp(-Math.abs(z));
  return e / (1 + e) ** 2;
};

/** @param {number} z */
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/**
 * The normal distribution's chance of less than z: Maclaurin series near 0, continued fraction beyond
 * (Abramowitz & Stegun 7.1.5 and 7.1.14).
 * @param {number} z
 */
function below(z) {
  const x = Math.abs(z) * Math.SQRT1_2;
  if (x < 2.5) {
    let term = x, sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    const erf = (2 / Math.sqrt(Math.PI)) * sum;
    return z < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
  }
  let tail = x;
  for (let n = 60; n > 0; n--) tail = x + n / 2 / tail;
  const half = Math.exp(-x * x) / Math.sqrt(Math.PI) / tail / 2;
  return z < 0 ? half : 1 - half;
}

/** @type {Record<string, Function1>} */
export const SHARP = {
  sigmoid: { value: sigmoid, slope: sigmoidSlope },
  tanh: { value: Math.tanh, slope: (z) => 4 * sigmoidSlope(2 * z) },
  softplus: { value: softplus, slope: sigmoid },
  gelu: { value: (z) => z * below(z), slope: (z) => below(z) + (z * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI) },
  swish: { value: (z) => z * sigmoid(z), slope: (z) => sigmoid(z) + z * sigmoidSlope(z) },
  mish: {
    value: (z) => z * Math.tanh(softplus(z)),
    slope: (z) => Math.tanh(softplus(z)) + z * 4 * sigmoidSlope(2 * softplus(z)) * sigmoid(z),
  },
};

/**
 * Where a function is steepest between -reach and reach: one place, or a stretch where its slope stays the same.
 * @param {Function1} f
 * @param {number} reach
 * @returns {{from: number, to: number, slope: number, ever: boolean}} where |slope| is greatest, the nearest to 0 of several
 *   places; `ever` where it is still growing at the end
 */
export function steepestOf(f, reach) {
  const n = 1600, at = (/** @type {number} */ i) => -reach + (2 * reach * i) / n;
  // From the middle outward: of several places the one nearest to 0 is named.
  let best = n / 2;
  for (let k = 1; k <= n / 2; k++) {
    for (const i of [n / 2 + k, n / 2 - k]) if (Math.abs(f.slope(at(i))) > Math.abs(f.slope(at(best))) + 1e-12) best = i;
  }
  const slope = f.slope(at(best));
  let first = best, last = best;
  while (first > 0 && Math.abs(f.slope(at(first - 1)) - slope) < 1e-12) first--;
  while (last < n && Math.abs(f.slope(at(last + 1)) - slope) < 1e-12) last++;
  return { from: at(first), to: at(last), slope, ever: first === last && (first === 0 || last === n) };
}

/**
 * The range as an interval: "(0, 1)", "[−0.17, ∞)".
 * @param {Known} known
 * @param {(value: number) => string} written
 */
export function interval({ low, high, reached }, written) {
  const left = low === null ? "(−∞" : `${reached ? "[" : "("}${written(low)}`;
  return `${left}, ${high === null ? "∞)" : `${written(high)}${reached ? "]" : ")"}`}`;
}
