/** The page's words, one file a language; elements marked with data-t are filled in. */
import { api } from "./api.js";

/** @type {Record<string, string>} */
let words = {};
/** @type {string} */
let language = "en";

/** @param {string} wanted */
export async function load(wanted) {
  const next = wanted === "zh" ? "zh" : "en";
  words = await api.words(next);
  language = next;
  document.title = t(document.body.dataset.title ?? "title");
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
}

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values] for {name} in the sentence
 */
export function t(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** @param {{[language: string]: string}} both */
export const pick = (both) => both[language] ?? both.en;

/** Fill in every marked element below one. @param {ParentNode} root */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(/** @type {HTMLElement} */ (element).dataset.t ?? "");
  for (const element of root.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(/** @type {HTMLElement} */ (element).dataset.tLabel ?? ""));
}

/**
 * A name of the registry as people write it.
 * @param {string | null | undefined} name
 * @param {string} [scope] where another meaning of it may stand
 */
export const named = (name, scope) => words[`${scope}.${name}`] ?? words[`name.${name}`] ?? (name ?? "").replaceAll("_", " ");

/** What a setting does, or nothing. @param {string} name @param {string} scope */
export const tipOf = (name, scope) => words[`tip.${scope}.${name}`] ?? words[`tip.${name}`] ?? "";

/**
 * What a layer is called on the page; the API's names are dense_1, dense_2, .., output.
 * @param {import("./types.js").Network} network
 * @param {number} l
 */
export const layerName = (network, l) => (l === network.layers.length - 1 ? t("output") : t("layerN", { n: l + 1 }));
