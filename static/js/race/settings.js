/** What can be varied of a network: each setting by its path in the spec, how it is called, and values that tell something. */
import { named, t } from "../words.js";

/**
 * @typedef {import("../types.js").Spec} Spec
 * @typedef {{path: string, choices: (string | number)[] | null, values: (spec: Spec) => (string | number)[], least?: number, most?: number, whole?: boolean}} Setting
 *   `choices` are all there are, where they are names; `values` what is offered; of numbers, from `least` to `most`
 */

/** Of 0.01, 0.03, 0.1, 0.3, .. the nearest to a rate, and its neighbours. @param {number} rate */
const ladder = (rate) => [-2, -1, 0, 1, 2].map((by) => Number((10 ** ((Math.round(Math.log10(rate) * 2) + by) / 2)).toPrecision(1)));

/** @param {string[]} names @param {string} now @param {string[]} all what there is */
const withNow = (names, now, all) => [...new Set([now, ...names])].filter((name) => all.includes(name)).slice(0, 6);

/**
 * Those that this network has.
 * @param {Spec} spec
 * @param {any} catalog
 * @returns {Setting[]}
 */
export function settingsOf(spec, catalog) {
  const layers = /** @type {any[]} */ (spec.layers ?? []), names = (/** @type {any[]} */ list) => list.map((one) => String(one.name));
  const has = (/** @type {string} */ field) => layers.some((layer) => layer[field] !== undefined && layer[field] !== null);
  const first = (/** @type {string} */ field) => layers.find((layer) => layer[field] !== undefined && layer[field] !== null)?.[field];
  const activations = names(catalog.activations).filter((name) => name !== "softmax"), optimizers = names(catalog.optimizers), initializers = names(catalog.initializers);
  const { optimizer, regularization } = /** @type {any} */ (spec);
  /** @type {(Setting | false)[]} */
  const all = [
    { path: "optimizer.learning_rate", choices: null, least: 0, most: 1e6, values: () => ladder(optimizer.learning_rate || 0.03) },
    { path: "optimizer", choices: optimizers, values: () => withNow(["sgd", "adam", "adamw", "rmsprop", "adagrad", "nadam"], optimizer.kind, optimizers) },
    "momentum" in optimizer && { path: "optimizer.momentum", choices: null, least: 0, most: 1, values: () => [0, 0.5, 0.9, 0.95] },
    has("activation") && { path: "layers.*.activation", choices: activations, values: () => withNow(["tanh", "relu", "sigmoid", "leaky_relu", "gelu", "swish"], String(first("activation")), activations) },
    has("units") && { path: "layers.*.units", choices: null, least: 1, most: 512, whole: true, values: () => [2, 4, 8, 16, 32] },
    has("filters") && { path: "layers.*.filters", choices: null, least: 1, most: 64, whole: true, values: () => [2, 4, 8, 16] },
    layers.every(({ kind }) => kind === "dense") && { path: "depth", choices: null, least: 0, most: 12, whole: true, values: () => [0, 1, 2, 3, 4] },
    { path: "initializer", choices: initializers, values: () => withNow(["glorot_uniform", "he_normal", "lecun_normal", "normal", "zeros"], String(spec.initializer), initializers) },
    { path: "batch_size", choices: null, least: 1, most: 20_000, whole: true, values: () => [1, 5, 10, 30, 100] },
    { path: "regularization.l2", choices: null, least: 0, most: 100, values: () => [...new Set([0, 0.001, 0.003, 0.01, 0.03, regularization.l2])] },
    { path: "seed", choices: null, least: 0, most: 4_294_967_295, whole: true, values: () => [0, 1, 2, 3, 4, 5, 6, 7] },
  ];
  return all.filter((one) => one !== false);
}

/** What a setting is called. @param {string} path */
export function settingName(path) {
  const own = /** @type {Record<string, string>} */ ({ "optimizer.learning_rate": "learningRate", optimizer: "optimizer", batch_size: "batchSize", initializer: "initializer", seed: "seed" })[path];
  if (own) return t(own);
  if (path === "regularization.l2") return "L2";
  if (path === "optimizer.momentum") return named("momentum", "optimizer");
  return t(`race.of.${path.replace("layers.*.", "")}`);
}

/** A value of a setting. @param {unknown} value */
export const valueText = (value) => (typeof value === "string" ? named(value) : typeof value === "object" && value !== null ? named(/** @type {any} */ (value).kind) : String(value).replace("e-", "e−"));

/** All values of a variant, or of a group of them. @param {Record<string, unknown>} values */
export const valuesText = (values) => Object.entries(values).map(([path, value]) => `${settingName(path)} ${valueText(value)}`).join(t("listGap"));

/**
 * Numbers as they are typed, with commas or spaces between; null where one of them cannot be.
 * @param {string} text
 * @param {Setting} setting
 */
export function numbersIn(text, { least = -Infinity, most = Infinity, whole }) {
  const found = text.replaceAll("−", "-").split(/[\s,;，；、]+/).filter(Boolean).map(Number);
  const fits = found.length > 0 && found.every((value) => Number.isFinite(value) && value >= least && value <= most && (!whole || Number.isInteger(value)));
  return fits ? [...new Set(found)] : null;
}
