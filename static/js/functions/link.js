/**
 * What of the page of functions stands in the address: only what differs from the beginning. Pure.
 *
 * @import {Neuron} from "../model/neuron.js"
 * @typedef {{chosen: string[], show: "value" | "slope" | "both", z: number, neuron: {f: string, rate: number} & Neuron, chain: {f: string, n: number, w: number, x: number}, softmax: number[]}} Shown
 */

/** How far an input, a weight and the z of the pictures go; the most neurons in a chain. */
export const MOST = { x: 3, w: 3, b: 10, t: 3, z: 8, n: 20, softmax: 5 };

/** @type {Shown} */
export const BEGINNING = {
  chosen: ["sigmoid", "tanh", "relu"],
  show: "both",
  z: 1,
  neuron: { f: "tanh", x: [1, -0.5], w: [0.8, -0.6], b: 0.1, t: -0.5, rate: 0.5 },
  chain: { f: "sigmoid", n: 10, w: 1, x: 0.5 },
  softmax: [2, 1, 0, -1],
};

const brief = (/** @type {number} */ value) => String(Number(value.toPrecision(6)));
const list = (/** @type {number[]} */ values) => values.map(brief).join(",");

/** @param {Shown} s @returns {Record<string, string>} */
const written = ({ chosen, show, z, neuron, chain, softmax }) => ({
  f: chosen.join(","), show, z: brief(z),
  neuron: neuron.f, x: list(neuron.x), w: list(neuron.w), b: brief(neuron.b), t: brief(neuron.t), rate: brief(neuron.rate),
  chain: `${chain.f},${list([chain.n, chain.w, chain.x])}`, softmax: list(softmax),
});

/** @param {Shown} s */
export function toFragment(s) {
  const beginning = written(BEGINNING);
  return Object.entries(written(s)).filter(([key, value]) => value !== beginning[key]).map(([key, value]) => `${key}=${value}`).join("&");
}

/**
 * What a fragment says; what it doesn't say, or says wrongly, is as in the beginning.
 * @param {string} fragment
 * @param {string[]} names of the functions there are
 * @returns {Shown}
 */
export function fromFragment(fragment, names) {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ""));
  const numbers = (/** @type {string | null} */ text, /** @type {number} */ most) => {
    const found = (text ?? "").split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
    return found.every((value) => Number.isFinite(value) && Math.abs(value) <= most) ? found : null;
  };
  const one = (/** @type {string} */ key, /** @type {number} */ most, /** @type {number} */ otherwise) => numbers(parameters.get(key), most)?.[0] ?? otherwise;
  const known = (/** @type {string | null} */ name, /** @type {string} */ otherwise) => (name !== null && names.includes(name) ? name : otherwise);
  const { neuron, chain } = BEGINNING;
  const x = numbers(parameters.get("x"), 1000) ?? neuron.x, w = numbers(parameters.get("w"), 1000) ?? neuron.w;
  const fits = x.length === w.length && (x.length === 2 || x.length === 3);
  const rate = one("rate", 100, neuron.rate);
  const [f, ...rest] = (parameters.get("chain") ?? "").split(","), links = numbers(rest.join(","), 20);
  const softmax = numbers(parameters.get("softmax"), MOST.softmax);
  const show = parameters.get("show");
  return {
    chosen: parameters.has("f") ? names.filter((name) => (parameters.get("f") ?? "").split(",").includes(name)) : BEGINNING.chosen,
    show: show === "value" || show === "slope" ? show : "both",
    z: one("z", MOST.z, BEGINNING.z),
    neuron: {
      f: known(parameters.get("neuron"), neuron.f), x: fits ? x : neuron.x, w: fits ? w : neuron.w,
      b: one("b", 1000, neuron.b), t: one("t", 1000, neuron.t), rate: rate > 0 ? rate : neuron.rate,
    },
    chain: links?.length === 3 ? {
      f: known(f, chain.f), n: Math.max(1, Math.min(MOST.n, Math.round(links[0]))),
      w: Math.max(-MOST.w, Math.min(MOST.w, links[1])), x: Math.max(-MOST.x, Math.min(MOST.x, links[2])),
    } : chain,
    softmax: softmax?.length === BEGINNING.softmax.length ? softmax : BEGINNING.softmax,
  };
}
