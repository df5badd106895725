/**
 * What the data's columns, classes and targets are called on the page.
 *
 * @import {Dataset, Network} from "./types.js"
 */
import { layerName, named, pick, subscripted, t } from "./words.js";

/** @param {any} labels in both languages, or nothing @param {number} i */
const picked = (labels, i) => (labels?.[i] ? pick(labels[i]) : undefined);

/** A class. @param {Dataset | null} dataset @param {number} i @returns {string} */
export const className = (dataset, i) => picked(dataset?.class_labels, i) ?? dataset?.class_names[i] ?? "–";

/** The data itself. @param {Dataset} dataset */
export const dataName = (dataset) => named(dataset.kind === "own" && dataset.view === "image" ? "own_pictures" : dataset.kind);

/** A column of a table. @param {Dataset | null} dataset @param {number} i @returns {string} */
export function columnName(dataset, i) {
  // Somebody's own names stand as they were written.
  if (dataset?.kind === "own") return dataset.columns[i];
  const name = picked(dataset?.column_labels, i);
  return name === undefined ? named(dataset?.columns[i]) : subscripted(name);
}

/** What is to be told. @param {Dataset | null} dataset @returns {string} */
export function targetName(dataset) {
  const label = dataset?.target_label;
  return label ? pick(/** @type {any} */ (label)) : dataset?.view === "table" ? t("target") : "y";
}

/** An input of the network. @param {Dataset | null} dataset @param {Network} network @param {number} i */
export const inputName = (dataset, network, i) => (dataset?.view === "table" ? columnName(dataset, i) : named(network.inputs[i]));

/** @param {Network} network @param {number} l @param {number} unit */
export const unitName = (network, l, unit) => t("unitOf", { layer: layerName(network, l), unit: t("unitN", { n: unit + 1 }) });

/**
 * An output unit: its class, both classes of a single one, or the value.
 * @param {Dataset | null} dataset
 * @param {Network} network
 * @param {number} unit
 * @returns {{text: string, shape?: number}}
 */
export function outputName(dataset, network, unit) {
  const { units } = network.layers[network.layers.length - 1];
  if (!dataset?.classes) {
    const name = targetName(dataset), numbered = `${name}${unit + 1}`, short = subscripted(numbered);
    return { text: units === 1 ? name : short === numbered ? `${name} ${unit + 1}` : short };
  }
  return units > 1 ? { text: className(dataset, unit), shape: unit } : { text: `${className(dataset, 0)} | ${className(dataset, 1)}` };
}
