/** Where in the network a line is: its layers and units, with their numbers of this moment, and what the line is made of lit. */
import { figure, leavesOf } from "../formula.js";
import { rowsOnly } from "../model/data.js";
import { inputName, outputName } from "../names.js";
import { layerName, t } from "../words.js";

const SVG = "http://www.w3.org/2000/svg";
// As wide as there is room, in CSS pixels, so that its type keeps its size.
const LEAST_WIDTH = 300, MOST_WIDTH = 480, NARROW = 420, LEFT = 54, RIGHT = 50;
const ROW = 44, RADIUS = 20, HEAD = 48, FOOT = 22, SHARE = 0.52; // of the window's height at most
const WIDE = 1.8; // times as far apart: between those columns a figure stands
const GAP = 50; // between the middles of two columns at least

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
 * @param {{choose: (layer: number, unit: number) => void, hidden?: boolean, width: number}} act `hidden`: the numbers of the line's own layer are asked for
 */
export function drawWhere(state, walk, act) {
  const network = /** @type {import("../types.js").Network} */ (state.network), { found, line, trace } = walk;
  const svg = s("svg", { class: "where", role: "img", "aria-label": t("bp.whereAlt") });
  if (!found || !line) return svg;
  const rows = network.layers.every((layer) => found.shapes[layer.name].length === 1) && (found.shapes[network.layers[0].name]?.length === 1);
  // Layers of rows may stand on an image or a sequence, which is no column of units.
  const inputs = network.inputs.length, flat = rows, given = rows && inputs > 0 && rowsOnly(state.dataset);
  const width = Math.max(LEAST_WIDTH, Math.min(MOST_WIDTH, act.width)), most = Math.max(4, Math.min(8, Math.floor((window.innerHeight * SHARE - HEAD - FOOT) / ROW)));
  const all = [...(given ? [{ name: "", size: inputs, l: -1 }] : []), ...network.layers.map((layer, l) => ({ name: layer.name, size: flat ? found.shapes[layer.name][0] : 1, l }))];
  // Of a deep network those round the layer that is spoken of.
  const columns = part(all.length, all.findIndex(({ name }) => name === line.layer), Math.max(3, Math.floor((width - LEFT - RIGHT) / GAP + 2 - WIDE))).map((c) => all[c]);
  const chosen = columns.map(({ name, size }) => (name ? found.units[name][0] : Math.min(size - 1, 0)));
  const shown = columns.map(({ size }, c) => part(size, flat ? chosen[c] : 0, most));
  const tallest = Math.max(...shown.map((units) => units.length)), height = Math.max(120, tallest * ROW + HEAD + FOOT), radius = width < NARROW ? RADIUS - 2 : RADIUS;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("height", String(height));
  svg.setAttribute("width", String(width));
  const now = columns.findIndex(({ name }) => name === line.layer), back = line.stage === "backward" || line.stage === "update";
  const places = spread(columns.length, width, line.stage === "backward" && now < columns.length - 1 ? now + 1 : now), x = (/** @type {number} */ c) => places[c];
  const y = (/** @type {number} */ c, /** @type {number} */ row) => HEAD + (height - HEAD - FOOT) * (row + 0.5) / shown[c].length;
  const lit = litBy(line, network), used = terms(line);
  /** @type {Element[]} */
  const brought = [];
  if (flat) for (let c = 1; c < columns.length; c++) edges(svg, { to: columns[c], sources: shown[c - 1], targets: shown[c] }, { x1: x(c - 1) + radius, x2: x(c) - radius, y1: (row) => y(c - 1, row), y2: (row) => y(c, row) }, lit, used, brought);
  columns.forEach(({ name, size, l }, c) => {
    const passed = back && (line.stage === "update" || c >= now);
    const letter = l < 0 ? "x" : passed ? "δ" : l === network.layers.length - 1 ? "y" : "a";
    svg.append(...[l < 0 ? t("inputs") : layerName(network, l), letter].map((text, k) => s("text", { x: x(c), y: 14 + 16 * k, class: c === now ? "title now" : "title", "text-anchor": "middle" }, text)));
    shown[c].forEach((unit, row) => {
      const asked = act.hidden && c === now && line.stage !== "loss" && line.stage !== "update";
      const value = asked ? "?" : act.hidden && c > now && line.stage === "forward" ? "" : flat ? valueOf(trace, found, name, unit, passed) : ownValue(walk, name, passed);
      const here = name === line.layer && (!flat || unit === chosen[c]);
      const key = flat ? (l < 0 ? `${network.layers[0].name}/x/${sampleOf(found)}.${unit}` : `${name}/${passed ? "delta" : "a"}/${sampleOf(found)}.${unit}`) : "";
      const g = s("g", { class: `unit pointable ${here ? "here" : ""} ${lit.units.has(`${l}/${unit}`) ? "used" : ""}`, ...(key ? { "data-at": key } : {}), "data-layer": l, "data-unit": unit });
      g.append(s("circle", { cx: x(c), cy: y(c, row), r: radius }), s("text", { x: x(c), y: y(c, row) + 4, "text-anchor": "middle" }, value));
      const name_ = flat ? (l < 0 ? inputName(state.dataset, network, unit) : l === network.layers.length - 1 ? outputName(state.dataset, network, unit).text : String(unit + 1)) : found.shapes[name].join("×");
      const side = l < 0 ? -1 : l === network.layers.length - 1 || !flat ? 1 : 0;
      if (side && flat) g.append(s("text", { x: x(c) + side * (radius + 6), y: y(c, row) + 4, class: "name", "text-anchor": side < 0 ? "end" : "start" }, cut(name_)));
      else if (!flat) g.append(s("text", { x: x(c), y: y(c, row) + radius + 16, class: "name", "text-anchor": "middle" }, name_));
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
 * @param {number} count @param {number} width @param {number} wide the column before which that is
 */
function spread(count, width, wide) {
  if (count === 1) return [width / 2];
  const gaps = Array.from({ length: count - 1 }, (_, c) => (c + 1 === wide ? WIDE : 1)), whole = gaps.reduce((a, b) => a + b, 0);
  let at = 0;
  return [0, ...gaps].map((gap) => LEFT + (width - LEFT - RIGHT) * (at += gap) / whole);
}

/** A number that fits a circle. @param {number} value */
function tiny(value) {
  const size = Math.abs(value), text = size === 0 ? "0" : size >= 1000 || size < 0.005 ? value.toExponential(0).replace("e+", "e") : value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
  return text.replaceAll("-", "−");
}

const cut = (/** @type {string} */ text) => (text.length > 8 ? `${text.slice(0, 7)}…` : text);
const sampleOf = (/** @type {any} */ found) => found.samples.indexOf(found.sample);

/** Some of so many, round one of them. @param {number} size @param {number} round @param {number} most */
function part(size, round, most) {
  const count = Math.min(size, most), first = Math.max(0, Math.min(size - count, round - Math.floor(count / 2)));
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
 * The lines between two columns.
 * @param {Element} svg
 * @param {{to: {name: string}, sources: number[], targets: number[]}} units
 * @param {{x1: number, x2: number, y1: (row: number) => number, y2: (row: number) => number}} at
 * @param {{weights: Set<string>}} lit @param {Map<string, number>} used @param {Element[]} brought gets the figures, which stand above all
 */
function edges(svg, { to: { name }, sources, targets }, { x1, x2, y1, y2 }, lit, used, brought) {
  /** @type {Element[]} */
  const above = [];
  sources.forEach((from, i) => targets.forEach((to, j) => {
    const key = `${name}/${from}.${to}`, on = lit.weights.has(key), brings = used.get(key);
    const colour = brings === undefined ? "" : brings < 0 ? "minus" : "plus", top = y1(i), end = y2(j);
    const edge = s("line", { x1, y1: top, x2, y2: end, class: `edge pointable ${on ? `on ${colour}` : ""}`, "data-at": `${name}/weight/${from}.${to}` });
    if (!on) svg.append(edge);
    else {
      edge.setAttribute("stroke-width", String(1.5 + Math.min(4, Math.abs(brings ?? 0) * 4)));
      above.push(edge);
      const share = sources.length > 1 ? 0.3 + (0.4 * i) / (sources.length - 1) : 0.3 + (0.4 * j) / Math.max(1, targets.length - 1);
      if (brings !== undefined && used.size <= Math.max(sources.length, targets.length)) brought.push(s("text", { x: x1 + (x2 - x1) * share, y: top + (end - top) * share - 4, class: "brings", "text-anchor": "middle" }, figure(brings, 3)));
    }
  }));
  svg.append(...above);
}
