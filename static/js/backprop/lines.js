/** A line of the walk: its sentence, and symbol = substitution = result, every number of it to be pointed at. */
import { h } from "../dom.js";
import { figure, keyOf, m, pieces, symbol } from "../formula.js";
import { inputName, outputName } from "../names.js";
import { layerName, named, t } from "../words.js";

/**
 * @typedef {import("./walk.js").Line} Line
 * @typedef {import("../session.js").State} State
 * @typedef {{state: State, digits: number}} Reading in which network, and how exactly
 */

/** More digits where a small change is the point. */
const FINER = 2;

/** @param {string} key @param {Record<string, string | number>} values */
const known = (key, values) => (t(key, values) === key ? null : t(key, values));

/** What a line does, in a sentence. @param {State} s @param {{what: string, layer: string, value?: number | null, unit?: number[]}} line */
export function sentence(s, { what, layer, value }) {
  const dot = what.indexOf("."), kind = dot < 0 ? what : what.slice(0, dot), name = dot < 0 ? "" : what.slice(dot + 1);
  const values = { name: named(name, kind.startsWith("activation") ? "activation" : kind.includes("loss") || kind.includes("output") ? "loss" : "gate"), layer: spokenOf(s, layer), n: (value ?? 0) + 1 };
  return known(`bp.${what}`, values) ?? known(`bp.${kind}`, values) ?? what;
}

/** A layer as the page calls it. @param {State} s @param {string} layer */
export function titleOf(s, layer) {
  const network = /** @type {import("../types.js").Network} */ (s.network), l = network.layers.findIndex((one) => one.name === layer);
  return l < 0 ? layer : layerName(network, l);
}

/** The same within a sentence. @param {State} s @param {string} layer */
const spokenOf = (s, layer) => (layer === "output" ? t("bp.outputLayer") : titleOf(s, layer));

/** Which unit, in words. @param {State} s @param {Line} line */
export function unitOf(s, { layer, unit }) {
  const network = /** @type {import("../types.js").Network} */ (s.network), last = network.layers.length - 1;
  if (layer === network.layers[last].name && unit.length === 1) return outputName(s.dataset, network, unit[0]).text;
  return unit.map((k) => k + 1).join(", ");
}

/**
 * The numbers of a term, told apart by where they stand in the trace.
 * @param {Reading} reading
 * @returns {(leaf: import("../formula.js").Leaf, element: Element) => void}
 */
export function pointable({ state }) {
  const layers = (state.network?.layers ?? []).map((layer) => layer.name);
  return (leaf, element) => {
    if (!leaf.at) return;
    element.setAttribute("data-at", keyOf(leaf.at, layers));
    element.setAttribute("class", "pointable");
  };
}

/** symbol = substitution = result. @param {Reading} reading @param {Line} line */
export function equation(reading, line) {
  // What is worked out has the digits of what it is worked out from: an update's lines all of them more.
  const made = pointable(reading), digits = reading.digits + (line.stage === "update" ? FINER : 0), more = (/** @type {number} */ n) => t("bp.more", { n });
  const left = symbol(line.left), result = m("mn", figure(line.value, digits)), plain = !("op" in line.term);
  for (const element of [left, result]) if (line.at) made({ value: line.value, at: line.at }, element);
  result.setAttribute("class", `${result.getAttribute("class") ?? ""} result`);
  const row = (/** @type {Element[]} */ ...parts) => h("span", { class: "part" }, ...parts.map((part, k) => m("math", ...(k ? [] : [m("mo", "=")]), part)));
  const other = !plain || /** @type {any} */ (line.term).symbol !== line.left && /** @type {any} */ (line.term).symbol;
  return h("div", { class: "equation" }, m("math", left), ...(other ? [row(...pieces(line.term, { symbols: true, digits, more }, made))] : []),
    ...(plain ? [] : [row(...pieces(line.term, { symbols: false, digits, more }, made))]), row(result));
}

/** Of weights that no update has touched: nothing to worry about. */
const FRESH = new Set(["drawn", "begins"]);

/** What is remarkable about it. @param {Line} line */
export function notes(line) {
  return line.notes.map((note) => h("p", { class: `note ${FRESH.has(note) ? "" : "warn"}` }, t(`bp.note.${note}`)));
}

/** A line as it is read aloud. @param {Reading} reading @param {Line} line */
export const spoken = ({ state, digits }, line) => `${sentence(state, line)} ${plainSymbol(line.left)} = ${figure(line.value, digits + (line.stage === "update" ? FINER : 0))}`;

const plainSymbol = (/** @type {string} */ left) => left.replace(/\^\((\d+)\)/, " $1 ").replace("_", " ");

/**
 * A number where it is pointed at: its symbol, what it is, its value to the last digit.
 * @param {State} s
 * @param {import("../formula.js").Where} at
 */
export function nameOf(s, at) {
  const network = /** @type {import("../types.js").Network} */ (s.network), l = network.layers.findIndex((layer) => layer.name === at.layer);
  if (at.array === "x" && l === 0 && at.index.length === 2) return inputName(s.dataset, network, at.index[1]);
  return `${titleOf(s, at.layer)} · ${named(at.array.split(":").pop() ?? "", "array")} ${at.index.slice(at.array in PARAMETERS ? 0 : 1).map((k) => k + 1).join(", ")}`;
}

const PARAMETERS = { weight: 1, bias: 1, recurrent_weight: 1, recurrent_bias: 1, slope: 1 };
