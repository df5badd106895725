/** What the axes of a landscape are called, and single weights. */
import { inputName } from "../names.js";
import { layerName, named, t } from "../words.js";

/** @typedef {import("../types.js").Network} Network */

/** The parameter that an index of the flat vector belongs to. @param {Network} network @param {number} index */
export function parameterAt({ layout }, index) {
  const found = layout.findLast((p) => p.offset <= index) ?? layout[0];
  return { parameter: found, place: index - found.offset };
}

/** How many numbers it has. @param {import("../types.js").Parameter} parameter */
export const countOf = ({ shape }) => shape.reduce((all, n) => all * n, 1);

/** Of which layer it is, and what of it. @param {Network} network @param {import("../types.js").Parameter} parameter */
export function parameterName(network, { name }) {
  const [layer, ...part] = name.split("."), l = network.layers.findIndex((one) => one.name === layer);
  return t("land.parameter", { layer: l < 0 ? layer : layerName(network, l), part: part.map((one) => named(one, "parameter")).join(" ") });
}

/**
 * One number of the network: between which units it stands, or where it lies in its parameter.
 * @param {import("../session.js").State} s
 * @param {number} index of the flat vector
 */
export function numberName({ network, dataset }, index) {
  if (!network) return "";
  const { parameter, place } = parameterAt(network, index), { shape, name } = parameter, l = network.layers.findIndex((one) => name.startsWith(`${one.name}.`));
  const dense = ["dense", "output"].includes(network.layers[l]?.kind ?? "");
  if (!dense || shape.length > 2) {
    const places = [...shape.keys()].map((k) => Math.floor(place / shape.slice(k + 1).reduce((all, n) => all * n, 1)) % shape[k]);
    return `${parameterName(network, parameter)} [${places.map((n) => n + 1).join(", ")}]`;
  }
  const units = shape[shape.length - 1], to = t("land.unit", { layer: layerName(network, l), n: (place % units) + 1 });
  if (shape.length < 2) return t("land.bias", { to });
  const from = Math.floor(place / units);
  return t("land.weight", { from: l ? t("land.unit", { layer: layerName(network, l - 1), n: from + 1 }) : network.inputs.length === shape[0] ? inputName(dataset, network, from) : t("inputN", { n: from + 1 }), to });
}

/** Both axes. @param {import("../session.js").State} s @param {import("./asking.js").Found} found @returns {string[]} */
export const axisNames = (s, { wanted, explained }) => [0, 1].map((k) => {
  if (wanted.directions === "weights" && wanted.weights) return numberName(s, wanted.weights[k]);
  return wanted.directions === "pca" ? t("land.principal", { n: k + 1, share: share(explained?.[k]) }) : t("land.randomAxis", { n: k + 1 });
});

/** A share of 1, that a small one is seen to be one. @param {number | null | undefined} value */
export function share(value) {
  if (value === null || value === undefined) return "–";
  const of = value * 100;
  return of > 0 && of < 0.1 ? "< 0.1 %" : of > 99.9 && of < 100 ? "> 99.9 %" : `${of.toFixed((of > 0 && of < 10) || (of > 99 && of < 100) ? 1 : 0)} %`;
}

/** The two weights that mean most: the pinned line's, then those of largest magnitude. @param {import("../session.js").State} s @returns {[number, number]} */
export function likelyWeights({ network, weights, pinned }) {
  if (!network || !weights) return [0, 1];
  /** @type {number[]} */
  const found = [], layer = pinned?.from === undefined ? null : network.layers[pinned.layer];
  const own = layer && network.layout.find(({ name }) => name === `${layer.name}.weight`);
  if (own && pinned?.from !== undefined) found.push(own.offset + pinned.from * own.shape[own.shape.length - 1] + pinned.unit);
  const matrices = network.layout.filter(({ shape }) => shape.length > 1);
  while (found.length < 2) {
    let best = -1;
    for (const p of matrices.length ? matrices : network.layout) {
      for (let i = p.offset; i < p.offset + countOf(p); i++) if (!found.includes(i) && (best < 0 || Math.abs(weights[i]) > Math.abs(weights[best]))) best = i;
    }
    found.push(best < 0 ? found.length : best);
  }
  return [found[0], found[1]];
}
