/**
 * One neuron in numbers: a = f(w · x + b), half the squared error of it, its gradient, one step down. Pure.
 *
 * @import {Function1, Known} from "./exact.js"
 * @typedef {{x: number[], w: number[], b: number, t: number}} Neuron inputs, weights, bias, target
 * @typedef {{terms: number[], z: number, a: number, slope: number, error: number, loss: number, delta: number, dw: number[], db: number}} Worked
 *   `delta` is dL/dz
 */

/**
 * L = (a - t)² / 2, so dL/dw_i = (a - t) f'(z) x_i.
 * @param {Function1} f
 * @param {Neuron} neuron
 * @returns {Worked}
 */
export function worked(f, { x, w, b, t }) {
  const terms = w.map((weight, i) => weight * x[i]);
  const z = terms.reduce((sum, term) => sum + term, b);
  const a = f.value(z), slope = f.slope(z), error = a - t, delta = error * slope;
  return { terms, z, a, slope, error, loss: 0.5 * error * error, delta, dw: x.map((one) => delta * one), db: delta };
}

/**
 * The neuron after one step of gradient descent.
 * @param {Function1} f
 * @param {Neuron} neuron
 * @param {number} rate
 * @returns {Neuron}
 */
export function stepped(f, neuron, rate) {
  const { dw, db } = worked(f, neuron);
  return { ...neuron, w: neuron.w.map((weight, i) => weight - rate * dw[i]), b: neuron.b - rate * db };
}

/**
 * The input that changes z the most, set so that z becomes what is wanted, as far as the input may go.
 * @param {Neuron} neuron
 * @param {number} z wanted
 * @param {number} most of an input's size
 * @returns {Neuron}
 */
export function towards(neuron, z, most) {
  const { x, w } = neuron;
  const i = w.reduce((best, weight, k) => (Math.abs(weight) > Math.abs(w[best]) ? k : best), 0);
  if (!w[i]) return neuron;
  const rest = w.reduce((sum, weight, k) => sum + (k === i ? 0 : weight * x[k]), neuron.b);
  const wanted = Math.max(-most, Math.min(most, (z - rest) / w[i]));
  return { ...neuron, x: x.map((one, k) => (k === i ? wanted : one)) };
}

/** Whether the curve is flat at z, as the catalog says. @param {Known} known @param {number} z */
export const flatAt = (known, z) => (known.flat_below !== null && z <= known.flat_below) || (known.flat_above !== null && z >= known.flat_above);

/**
 * A z in the flat stretch that is nearer, one and a half beyond its edge; null where the function has none.
 * @param {Known} known
 * @param {number} z where it is
 */
export function flatPlace(known, z) {
  const { flat_below: below, flat_above: above } = known;
  if (below === null && above === null) return null;
  if (flatAt(known, z)) return z;
  const up = above !== null && (below === null || z >= (below + above) / 2);
  return up ? /** @type {number} */ (above) + 1.5 : /** @type {number} */ (below) - 1.5;
}

/** The neuron with the bias that makes z what is wanted. @param {Neuron} neuron @param {number} z @returns {Neuron} */
export function shifted(neuron, z) {
  return { ...neuron, b: z - neuron.w.reduce((sum, weight, i) => sum + weight * neuron.x[i], 0) };
}
