/** Recurrent layers by time step: their arrays, and how far their gradients come. */

/** The gates, in the order in which they are worked out. @type {Record<string, string[]>} */
export const GATES = { simple_rnn: ["z"], lstm: ["f", "i", "g", "o"], gru: ["r", "z", "n"] };

/** What goes both ways from 0, and does not stand between 0 and 1. @param {string} kind @param {string} letter */
export const isSigned = (kind, letter) => letter === "g" || letter === "n" || kind === "simple_rnn";

/**
 * One direction of one recurrent layer.
 * @typedef {{l: number, layer: string, kind: string, back: boolean, units: number, gates: string[]}} Way
 */

/**
 * @param {import("../types.js").Network} network
 * @returns {Way[]}
 */
export const waysOf = (network) => network.layers.flatMap(({ kind, name }, l) => {
  const gates = GATES[kind], its = network.spec.layers[l];
  return gates ? [false, true].slice(0, its.bidirectional ? 2 : 1).map((back) => ({ l, layer: name, kind, back, units: its.units, gates })) : [];
});

/** An array of a way, as the socket calls it. @param {Way} way @param {string} what h, c, grad, grad_c, gate.f .. */
export const arrayName = ({ layer, back }, what) => `${back ? "backward_" : ""}${what}.${layer}`;

/** One unit over time, or the mean of all. @param {ArrayLike<number>} values (time, units) @param {number} units @param {number | null} unit */
export function overTime(values, units, unit) {
  const steps = values.length / units, found = new Float32Array(steps);
  for (let step = 0; step < steps; step++) {
    let sum = 0;
    for (let u = 0; u < units; u++) if (unit === null || u === unit) sum += values[step * units + u];
    found[step] = unit === null ? sum / units : sum;
  }
  return found;
}

/** Where less than a hundredth is left nobody learns from it; where less than a tenth is, hardly. */
const LITTLE = 0.01, LESS = 0.1, MUCH = 100;

/**
 * How much of the gradient comes from the last step with a loss to the other end of the reading. In an LSTM it
 * travels along the cells, so it is measured there; by the step that it came from only that of the state is known.
 * @param {{direction: string, truncate: number, grad_c: (number | null)[] | null, grad_from: (number | null)[][]}} found
 * @returns {{cell: boolean, what: "vanishes" | "fades" | "explodes" | "arrives" | "cut" | "none" | "broken", near: number, far: number, ratio: number}}
 */
export function reachOf({ direction, truncate, grad_c, grad_from }) {
  const cell = grad_c !== null && grad_from.length === 1, rows = cell ? [grad_c] : grad_from, nothing = { cell, near: 0, far: 0, ratio: 0 };
  if (rows.some((row) => row.some((v) => v === null))) return { what: "broken", ...nothing };
  const back = direction === "backward", given = rows.filter((row) => row.some(Boolean)), row = back ? given[0] : given[given.length - 1];
  if (!row) return { what: "none", ...nothing };
  const places = row.map((v, step) => (v ? step : -1)).filter((step) => step >= 0), first = places[0], last = places[places.length - 1];
  const near = back ? first : last, reached = back ? last : first, end = back ? row.length - 1 : 0;
  if (truncate && reached !== end) return { cell, what: "cut", near, far: reached, ratio: Number(row[reached]) / Number(row[near]) };
  const ratio = Number(row[end]) / Number(row[near]);
  return { cell, what: ratio < LITTLE ? "vanishes" : ratio < LESS ? "fades" : ratio > MUCH ? "explodes" : "arrives", near, far: end, ratio };
}
