/** A layer's numbers as a file to keep: CSV for a spreadsheet, JSON for a program. */
import { h } from "./dom.js";
import { t } from "./words.js";

/** @typedef {import("./types.js").Parameter} Parameter */

/** The indices of a place, the last axis being the fastest. @param {number[]} shape @param {number} place */
function indices(shape, place) {
  const found = shape.map(() => 0);
  for (let axis = shape.length - 1, rest = place; axis >= 0; axis--) {
    found[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return found;
}

/**
 * One number a line: whose it is, where in it (from 0, as in the API), and its value to the last digit.
 * @param {Parameter[]} parameters
 * @param {Float32Array} weights
 */
export function csvOf(parameters, weights) {
  const axes = Math.max(...parameters.map((p) => p.shape.length));
  const lines = [["parameter", ...Array.from({ length: axes }, (_, axis) => `index_${axis}`), "value"]];
  for (const { name, offset, shape } of parameters) {
    const count = shape.reduce((a, b) => a * b, 1);
    for (let i = 0; i < count; i++) {
      const at = indices(shape, i).map(String);
      lines.push([name, ...at, ...Array.from({ length: axes - at.length }, () => ""), String(weights[offset + i])]);
    }
  }
  return `${lines.map((line) => line.join(",")).join("\n")}\n`;
}

/** Nested lists, as `GET …/weights` has them. @param {Parameter[]} parameters @param {Float32Array} weights */
export function jsonOf(parameters, weights) {
  /** @param {number[]} shape @param {number} offset @returns {any} */
  const nested = (shape, offset) => {
    if (!shape.length) return weights[offset];
    const [first, ...rest] = shape, size = rest.reduce((a, b) => a * b, 1);
    return Array.from({ length: first }, (_, i) => nested(rest, offset + i * size));
  };
  return JSON.stringify(Object.fromEntries(parameters.map((p) => [p.name, nested(p.shape, p.offset)])));
}

/**
 * @param {Parameter[]} parameters of one layer
 * @param {() => Float32Array | null} weightsNow
 */
export function downloadButtons(parameters, weightsNow) {
  const file = (/** @type {"csv" | "json"} */ kind) => {
    const weights = weightsNow();
    if (!weights) return;
    const text = kind === "csv" ? csvOf(parameters, weights) : jsonOf(parameters, weights);
    const url = URL.createObjectURL(new Blob([text], { type: kind === "csv" ? "text/csv" : "application/json" }));
    const layer = parameters[0].name.split(".")[0], one = parameters.length === 1 ? parameters[0].name.replace(".", "-") : layer;
    h("a", { href: url, download: `glassbox-${one}.${kind}` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  return /** @type {const} */ (["csv", "json"]).map((kind) => h("button", { type: "button", "data-download": kind, onclick: () => file(kind) }, t("downloadAs", { kind: kind.toUpperCase() })));
}
