/** Where in the network a line is: its layers and units, with their numbers of this moment, and what the line is made of lit. */
import { figure, leavesOf } from "../formula.js";
import { rowsOnly } from "../model/data.js";
import { inputName, outputName } from "../names.js";
import { layerName, t } from "../words.js";

const SVG = "http://www.w3.org/2000/svg";
const MOST = 7; // units of a layer; of wider ones those round the unit looked at
const WIDTH = 440, ROW = 48, RADIUS = 20;
const WIDE = 1.8; // times as far apart: between those columns a figure stands

/** @param {string} tag @param {Record<string, string | number>} attributes @param {string} [text] */
function s(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

/**
 * @param {import("../session.js").State} state
 * @param {import("./walk.js").Walk} walk
 * @param {{choose: (layer: number, unit: number) => void, hidden?: boolean}} act `hidden`: the numbers of the line's own layer are asked for
 */
export function drawWhere(state, walk, act) {
  const network = /** @type {import("../types.js").Network} */ (state.network), { found, line, trace } = walk;
  const svg = s("svg", { class: "where", role: "img", "aria-label": t("bp.whereAlt") });
  if (!found || !line) return svg;
  const rows = network.layers.every((layer) => found.shapes[layer.name].length === 1) && (found.shapes[network.layers[0].name]?.length === 1);
  // Layers of rows may stand on an image or a sequence, which is no column of units.
  const inputs = network.inputs.length, flat = rows, given = rows && inputs > 0 && rowsOnly(state.dataset);
  const columns = [...(given ? [{ name: "", size: inputs }] : []), ...network.layers.map((layer) => ({ name: layer.name, size: flat ? found.shapes[layer.name][0] : 1 }))];
  const chosen = columns.map(({ name, size }) => (name ? found.units[name][0] : Math.min(size - 1, 0)));
  const shown = columns.map(({ size }, c) => part(size, flat ? chosen[c] : 0));
  const tallest = Math.max(...shown.map((units) => units.length)), height = Math.max(120, tallest * ROW + 70);
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`);
  const now = columns.findIndex(({ name }) => name === line.layer), back = line.stage === "backward" || line.stage === "update";
  const places = spread(columns.length, line.stage === "backward" && now < columns.length - 1 ? now + 1 : now), x = (/** @type {number} */ c) => places[c];
  const y = (/** @type {number} */ c, /** @type {number} */ row) => 48 + (height - 70) * (row + 0.5) / shown[c].length;
  const lit = litBy(line, network), used = terms(line);
  /** @type {Element[]} */
  const brought = [];
  if (flat) for (let c = 1; c < columns.length; c++) edges(svg, c, columns, shown, x, y, lit, used, brought);
  columns.forEach(({ name, size }, c) => {
    const l = given ? c - 1 : c, passed = back && (line.stage === "update" || c >= now);
    const letter = l < 0 ? "x" : passed ? "δ" : l === network.layers.length - 1 ? "y" : "a";
    svg.append(...[l < 0 ? t("inputs") : layerName(network, l), letter].map((text, k) => s("text", { x: x(c), y: 14 + 16 * k, class: c === now ? "title now" : "title", "text-anchor": "middle" }, text)));
    shown[c].forEach((unit, row) => {
      const asked = act.hidden && c === now && line.stage !== "loss" && line.stage !== "update";
      const value = asked ? "?" : act.hidden && c > now && line.stage === "forward" ? "" : flat ? valueOf(trace, found, name, unit, passed) : ownValue(walk, name, passed);
      const here = name === line.layer && (!flat || unit === chosen[c]);
      const key = flat ? (l < 0 ? `${network.layers[0].name}/x/${sampleOf(found)}.${unit}` : `${name}/${passed ? "delta" : "a"}/${sampleOf(found)}.${unit}`) : "";
      const g = s("g", { class: `unit pointable ${here ? "here" : ""} ${lit.units.has(`${l}/${unit}`) ? "used" : ""}`, ...(key ? { "data-at": key } : {}), "data-layer": l, "data-unit": unit });
      g.append(s("circle", { cx: x(c), cy: y(c, row), r: RADIUS }), s("text", { x: x(c), y: y(c, row) + 4, "text-anchor": "middle" }, value));
      const name_ = flat ? (l < 0 ? inputName(state.dataset, network, unit) : l === network.layers.length - 1 ? outputName(state.dataset, network, unit).text : String(unit + 1)) : found.shapes[name].join("×");
      const side = l < 0 ? -1 : l === network.layers.length - 1 || !flat ? 1 : 0;
      if (side && flat) g.append(s("text", { x: x(c) + side * (RADIUS + 6), y: y(c, row) + 4, class: "name", "text-anchor": side < 0 ? "end" : "start" }, cut(name_)));
      else if (!flat) g.append(s("text", { x: x(c), y: y(c, row) + RADIUS + 16, class: "name", "text-anchor": "middle" }, name_));
      g.addEventListener("click", () => { if (l >= 0) act.choose(l, unit); });
      svg.append(g);
    });
    if (shown[c].length < size) svg.append(s("text", { x: x(c), y: height - 4, class: "name", "text-anchor": "middle" }, t("unitsNotShown", { n: size - shown[c].length })));
  });
  svg.append(...brought);
  return svg;
}

/**
 * Where the columns stand: the lines that are spoken of have room for what they bring.
 * @param {number} count @param {number} wide the column before which that is
 */
function spread(count, wide) {
  if (count === 1) return [WIDTH / 2];
  const gaps = Array.from({ length: count - 1 }, (_, c) => (c + 1 === wide ? WIDE : 1)), whole = gaps.reduce((a, b) => a + b, 0);
  let at = 0;
  return [0, ...gaps].map((gap) => 58 + (WIDTH - 122) * (at += gap) / whole);
}

/** A number that fits a circle. @param {number} value */
function tiny(value) {
  const size = Math.abs(value), text = size === 0 ? "0" : size >= 1000 || size < 0.005 ? value.toExponential(0).replace("e+", "e") : value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
  return text.replaceAll("-", "−");
}

const cut = (/** @type {string} */ text) => (text.length > 8 ? `${text.slice(0, 7)}…` : text);
const sampleOf = (/** @type {any} */ found) => found.samples.indexOf(found.sample);

/** @param {number} size @param {number} round */
function part(size, round) {
  const count = Math.min(size, MOST), first = Math.max(0, Math.min(size - count, round - Math.floor(count / 2)));
  return Array.from({ length: count }, (_, k) => first + k);
}

/** @param {any} trace @param {any} found @param {string} name @param {number} unit @param {boolean} passed */
function valueOf(trace, found, name, unit, passed) {
  const n = sampleOf(found), entries = trace?.step === found.step ? trace.entries : [];
  const entry = name ? entries.find((/** @type {any} */ one) => one.layer === name && one.stage === (passed ? "backward" : "forward") && one.chapter > 2) : entries.find((/** @type {any} */ one) => one.chapter === 2);
  const value = name ? entry?.[passed ? "delta" : "a"]?.[n]?.[unit] : entry?.x?.[n]?.[unit];
  return value === undefined || value === null ? "" : tiny(value);
}

/** Of layers that are no rows: what the unit looked at says. @param {import("./walk.js").Walk} walk @param {string} name @param {boolean} passed */
function ownValue(walk, name, passed) {
  const found = walk.lines.filter((line) => line.layer === name && line.stage === (passed ? "backward" : "forward") && line.chapter > 2);
  const value = found.length ? found[found.length - 1].value : null;
  return value === null ? "" : tiny(value);
}

/** The products of a weighted sum: what each line brings. @param {import("./walk.js").Line} line @returns {Map<string, number>} */
function terms(line) {
  const found = new Map();
  const look = (/** @type {any} */ term) => {
    if (!("op" in term)) return;
    if (term.op === "multiply") {
      const weight = term.of.find((/** @type {any} */ one) => one.at?.array === "weight");
      if (weight) found.set(`${weight.at.layer}/${weight.at.index.join(".")}`, term.of.reduce((/** @type {number} */ product, /** @type {any} */ one) => product * (one.value ?? 1), 1));
    }
    for (const one of term.of) look(one);
  };
  look(line.term);
  return found;
}

/** @param {import("./walk.js").Line} line @param {import("../types.js").Network} network */
function litBy(line, network) {
  const units = new Set(), weights = new Set();
  for (const leaf of [...leavesOf(line.term), { at: line.at }]) {
    if (!leaf.at) continue;
    const l = network.layers.findIndex((layer) => layer.name === leaf.at?.layer), { array, index } = leaf.at;
    if (array.startsWith("weight")) weights.add(`${leaf.at.layer}/${index.join(".")}`);
    else units.add(`${array === "x" ? l - 1 : l}/${index[index.length - 1]}`);
  }
  return { units, weights };
}

/**
 * @param {Element} svg @param {number} c @param {{name: string, size: number}[]} columns @param {number[][]} shown
 * @param {(c: number) => number} x @param {(c: number, row: number) => number} y
 * @param {{weights: Set<string>}} lit @param {Map<string, number>} used @param {Element[]} brought gets the figures, which stand above all
 */
function edges(svg, c, columns, shown, x, y, lit, used, brought) {
  const { name } = columns[c];
  /** @type {Element[]} */
  const above = [];
  shown[c - 1].forEach((from, i) => shown[c].forEach((to, j) => {
    const key = `${name}/${from}.${to}`, on = lit.weights.has(key), brings = used.get(key);
    const colour = brings === undefined ? "" : brings < 0 ? "minus" : "plus";
    const x1 = x(c - 1) + RADIUS, y1 = y(c - 1, i), x2 = x(c) - RADIUS, y2 = y(c, j);
    const edge = s("line", { x1, y1, x2, y2, class: `edge pointable ${on ? `on ${colour}` : ""}`, "data-at": `${name}/weight/${from}.${to}` });
    if (!on) svg.append(edge);
    else {
      edge.setAttribute("stroke-width", String(1.5 + Math.min(4, Math.abs(brings ?? 0) * 4)));
      above.push(edge);
      const share = shown[c - 1].length > 1 ? 0.3 + (0.4 * i) / (shown[c - 1].length - 1) : 0.3 + (0.4 * j) / Math.max(1, shown[c].length - 1);
      if (brings !== undefined && used.size <= MOST) brought.push(s("text", { x: x1 + (x2 - x1) * share, y: y1 + (y2 - y1) * share - 4, class: "brings", "text-anchor": "middle" }, figure(brings, 3)));
    }
  }));
  svg.append(...above);
}
