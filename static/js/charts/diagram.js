/** The network drawn: units with their maps, weights as lines, names at both ends. layout.js knows where everything lies. */
import { colours, fit, chartFont, trace, classColours, short } from "../canvas.js";

// Dashes of the strong lines while it trains; every dash is a figure to fill, so they are long.
const FLOWING = [14, 6];

/**
 * @typedef {import("./layout.js").Node} Node
 * @typedef {import("./layout.js").Edge} Edge
 * @typedef {import("./layout.js").Geometry} Geometry
 * @typedef {{text: string, shape?: number}} Name  `shape` is that of a class
 * @typedef {{weights: Float32Array | null, biases: number[][], maps: HTMLCanvasElement | null, map: number, firsts: number[],
 *   selected: number, lit: import("../types.js").Place | null, values: {x: number[], a: number[][]} | null, flow: number,
 *   is: (part: "off" | "frozen", layer: number, unit: number) => boolean, worth: ((layer: number, unit: number) => {share: number, text: string} | null) | null,
 *   pulse: {index: number} | null, inputs: Name[], outputs: Name[], moreText: (n: number) => string}} Picture
 *   `firsts` is where a column's maps begin, `lit` the unit or line that all others make way for, `values` what every
 *   unit gives at the probed point, `worth` a bar from -1 to 1 on each unit with its number, `flow` moves the dashes in CSS pixels, 0 stands still
 */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Geometry} geometry
 * @param {Picture} picture
 */
export function drawDiagram(canvas, geometry, picture) {
  const { context } = fit(canvas);
  const theme = colours();
  const { weights, lit } = picture;
  context.beginPath();
  for (const [from, to] of geometry.links) if (!isOff(picture, from) && !isOff(picture, to)) tracePath(context, { from, to, index: -1 });
  context.strokeStyle = theme["line-2"];
  context.lineWidth = 1;
  context.stroke();
  for (const [from, to] of geometry.arcs) drawArc(context, from, to, theme.accent);
  if (weights) drawEdges(context, geometry, picture, weights, theme);
  const pulse = picture.pulse && geometry.edges.find((e) => e.index === picture.pulse?.index);
  if (pulse) {
    context.beginPath();
    tracePath(context, pulse);
    context.strokeStyle = theme.ink;
    context.globalAlpha = 0.35;
    context.lineWidth = 10;
    context.stroke();
    context.globalAlpha = 1;
  }
  drawUnits(context, geometry, picture, theme, lit);
  drawNames(context, geometry, picture, theme);
}

/** @param {Picture} picture @param {Node} node */
const isOff = (picture, { layer, unit }) => picture.is("off", layer, unit);

/** Whether a line belongs to what is lit. @param {Edge} edge @param {import("../types.js").Place} lit */
function belongs({ from, to }, lit) {
  if (lit.from !== undefined) return to.layer === lit.layer && to.unit === lit.unit && from.unit === lit.from;
  return (to.layer === lit.layer && to.unit === lit.unit) || (from.layer === lit.layer && from.unit === lit.unit);
}

/**
 * Lines of alike width and sign share their style, not their path: a path of many that cross is twice the work to fill.
 * @param {CanvasRenderingContext2D} context
 * @param {Geometry} geometry
 * @param {Picture} picture
 * @param {Float32Array} weights
 * @param {{[name: string]: string}} theme
 */
function drawEdges(context, geometry, picture, weights, theme) {
  const { lit } = picture;
  let largest = 0.5;
  for (const edge of geometry.edges) largest = Math.max(largest, Math.abs(weights[edge.index]));
  const many = geometry.edges.length > 1500;
  /** @type {Map<string, {level: number, colour: string, lit: boolean, edges: Edge[]}>} */
  const groups = new Map();
  for (const edge of geometry.edges) {
    if (isOff(picture, edge.from) || isOff(picture, edge.to)) continue;
    const w = weights[edge.index], own = Boolean(lit && belongs(edge, lit));
    const level = Math.round(Math.min(1, Math.abs(w) / largest) * 8);
    if (!level && many && !own) continue;
    const key = `${level}${w < 0 ? "-" : "+"}${own}`;
    const group = groups.get(key) ?? { level, colour: w < 0 ? theme.negative : theme.positive, lit: own, edges: [] };
    group.edges.push(edge);
    groups.set(key, group);
  }
  const line = lit?.from !== undefined;
  for (const group of [...groups.values()].sort((a, b) => Number(a.lit) - Number(b.lit) || a.level - b.level)) {
    if (group.lit && line) {
      // A halo, never another colour: colour is sign.
      context.strokeStyle = theme.ink;
      context.globalAlpha = 0.28;
      context.lineWidth = group.level * 0.5 + 8;
      strokeAll(context, group.edges);
    }
    context.lineWidth = 0.4 + group.level * (group.lit ? 0.6 : 0.45);
    context.strokeStyle = group.colour;
    context.globalAlpha = lit && !group.lit ? (line ? 0.16 : 0.07) : group.lit ? 0.55 + 0.45 * (group.level / 8) : 0.16 + 0.6 * (group.level / 8);
    context.setLineDash(picture.flow && group.level > 3 ? FLOWING : []);
    context.lineDashOffset = -picture.flow;
    strokeAll(context, group.edges);
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {Edge[]} edges */
function strokeAll(context, edges) {
  for (const edge of edges) {
    context.beginPath();
    tracePath(context, edge);
    context.stroke();
  }
}

/**
 * A way round: what went in some layers before is added. It runs below the units.
 * @param {CanvasRenderingContext2D} context
 * @param {Node[]} from
 * @param {Node[]} to
 * @param {string} colour
 */
function drawArc(context, from, to, colour) {
  const a = from[from.length - 1], b = to[to.length - 1];
  const y0 = a.y + a.size / 2, y1 = b.y + b.size / 2, low = Math.max(y0, y1) + 16;
  context.beginPath();
  context.moveTo(a.x, y0);
  context.bezierCurveTo(a.x, low + 8, b.x, low + 8, b.x, y1 + 3);
  context.moveTo(b.x - 4, y1 + 8);
  context.lineTo(b.x, y1 + 2);
  context.lineTo(b.x + 4, y1 + 8);
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Geometry} geometry
 * @param {Picture} picture
 * @param {{[name: string]: string}} theme
 * @param {Picture["lit"]} lit
 */
function drawUnits(context, geometry, picture, theme, lit) {
  geometry.nodes.forEach((column, c) => {
    for (const unit of column) {
      const { x, y, size } = unit, half = size / 2;
      context.fillStyle = theme.paper;
      context.fillRect(x - half, y - half, size, size);
      const place = (picture.firsts[c] ?? 0) + unit.unit, off = isOff(picture, unit);
      context.globalAlpha = off ? 0.25 : picture.worth && c ? 0.4 : 1;
      if (picture.maps) context.drawImage(picture.maps, 0, place * picture.map, picture.map, picture.map, x - half, y - half, size, size);
      context.globalAlpha = 1;
      const own = lit && lit.layer === unit.layer && lit.unit === unit.unit && lit.from === undefined;
      context.strokeStyle = own ? theme.ink : c - 1 === picture.selected ? theme["ink-2"] : theme["line-2"];
      context.lineWidth = own ? 2.5 : 1;
      if (off) {
        // No unit at all, as far as the others go: faded, with a stroke through it.
        context.setLineDash([3, 3]);
        context.strokeRect(x - half, y - half, size, size);
        context.setLineDash([]);
        context.beginPath();
        context.moveTo(x - half, y + half);
        context.lineTo(x + half, y - half);
        context.strokeStyle = theme.ink;
        context.lineWidth = 2;
        context.stroke();
      } else context.strokeRect(x - half, y - half, size, size);
      if (picture.is("frozen", unit.layer, unit.unit)) drawFrozen(context, x + half, y - half, Math.max(5, Math.min(9, size / 5)), theme);
      const bias = picture.biases[c - 1]?.[unit.unit];
      if (bias !== undefined && size >= 14) drawBias(context, x - half, y + half, Math.max(3, Math.min(5.5, size / 7)), bias, theme);
      const value = c ? picture.values?.a[c - 1]?.[unit.unit] : picture.values?.x[unit.unit];
      const worth = c && !off ? picture.worth?.(unit.layer, unit.unit) : null;
      if (worth) drawWorth(context, unit, worth, value === undefined, theme);
      if (value !== undefined && size >= 24) label(context, short(value, size >= 34 ? 2 : 1), x, y, theme);
    }
  });
}

/**
 * A flake of snow at the corner: its weights are held.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} r
 * @param {{[name: string]: string}} theme
 */
function drawFrozen(context, x, y, r, theme) {
  context.beginPath();
  context.arc(x, y, r + 2, 0, 2 * Math.PI);
  context.fillStyle = theme.paper;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = theme["line-2"];
  context.stroke();
  context.beginPath();
  for (let arm = 0; arm < 6; arm++) {
    const at = (/** @type {number} */ far, /** @type {number} */ turn) => /** @type {const} */ ([x + far * r * Math.cos((arm * Math.PI) / 3 + turn), y + far * r * Math.sin((arm * Math.PI) / 3 + turn)]);
    context.moveTo(x, y);
    context.lineTo(...at(1, 0));
    context.moveTo(...at(0.95, 0.3));
    context.lineTo(...at(0.6, 0));
    context.lineTo(...at(0.95, -0.3));
  }
  context.strokeStyle = theme.accent;
  context.lineWidth = Math.max(1, r / 6);
  context.stroke();
}

/**
 * What the network would lose without the unit: a bar along its foot; to the left, what it would gain.
 * @param {CanvasRenderingContext2D} context
 * @param {Node} unit
 * @param {{share: number, text: string}} worth
 * @param {boolean} told its number too
 * @param {{[name: string]: string}} theme
 */
function drawWorth(context, { x, y, size }, { share, text }, told, theme) {
  const tall = Math.max(4, Math.min(9, size / 8)), left = x - size / 2, top = y + size / 2 - tall, wide = Math.abs(share) * (size - 2);
  context.globalAlpha = 0.86;
  context.fillStyle = theme.paper;
  context.fillRect(left + 0.5, top, size - 1, tall - 0.5);
  context.globalAlpha = 1;
  context.fillStyle = share < 0 ? theme.negative : theme.positive;
  context.fillRect(share < 0 ? x + size / 2 - 1 - wide : left + 1, top + 1, wide, tall - 2);
  if (told && size >= 34) label(context, text, x, y, theme);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} r
 * @param {number} bias
 * @param {{[name: string]: string}} theme
 */
function drawBias(context, x, y, r, bias, theme) {
  context.beginPath();
  context.arc(x, y, r, 0, 2 * Math.PI);
  context.fillStyle = theme.paper;
  context.fill();
  context.globalAlpha = 0.25 + 0.75 * Math.min(1, Math.abs(bias));
  context.fillStyle = bias < 0 ? theme.negative : theme.positive;
  context.fill();
  context.globalAlpha = 1;
  context.lineWidth = 1;
  context.strokeStyle = theme["line-2"];
  context.stroke();
}

/**
 * A number on a map, on paper of its own.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {{[name: string]: string}} theme
 */
function label(context, text, x, y, theme) {
  context.font = chartFont();
  context.textAlign = "center";
  const wide = context.measureText(text).width + 4;
  context.globalAlpha = 0.86;
  context.fillStyle = theme.paper;
  context.fillRect(x - wide / 2, y - 8, wide, 16);
  context.globalAlpha = 1;
  context.fillStyle = theme.ink;
  context.fillText(text, x, y + 4);
}

/**
 * What goes in and what comes out, by name; and what is not shown.
 * @param {CanvasRenderingContext2D} context
 * @param {Geometry} geometry
 * @param {Picture} picture
 * @param {{[name: string]: string}} theme
 */
function drawNames(context, geometry, picture, theme) {
  context.font = chartFont("sans");
  context.fillStyle = theme.ink;
  context.textAlign = "right";
  for (const node of geometry.nodes[0]) context.fillText(fitText(context, picture.inputs[node.unit]?.text ?? "", geometry.left - 16), node.x - node.size / 2 - 8, node.y + 4);
  context.textAlign = "left";
  const palette = classColours();
  for (const node of geometry.nodes[geometry.nodes.length - 1]) {
    const name = picture.outputs[node.unit];
    if (!name) continue;
    let x = node.x + node.size / 2 + 10;
    if (name.shape !== undefined) {
      context.beginPath();
      trace(context, name.shape, x + 3, node.y, 4.5);
      context.fillStyle = palette[name.shape % 8];
      context.fill();
      x += 13;
    }
    context.fillStyle = theme.ink;
    context.fillText(fitText(context, name.text, geometry.width - x - 2), x, node.y + 4);
  }
  context.textAlign = "center";
  context.fillStyle = theme["ink-2"];
  for (const more of geometry.more) context.fillText(picture.moreText(more.hidden), more.x, more.y + 4);
}

/**
 * A text cut where its room ends.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} room
 */
function fitText(context, text, room) {
  const key = `${context.font} ${Math.round(room)} ${text}`;
  const known = fitted.get(key);
  if (known !== undefined) return known;
  let cut = text;
  while (cut.length > 1 && context.measureText(cut === text ? cut : `${cut}…`).width > room) cut = cut.slice(0, -1);
  if (fitted.size > 500) fitted.clear();
  fitted.set(key, cut === text ? text : `${cut}…`);
  return /** @type {string} */ (fitted.get(key));
}

/** @type {Map<string, string>} */
const fitted = new Map();

/**
 * @param {CanvasRenderingContext2D} path
 * @param {Edge} edge
 */
function tracePath(path, { from, to }) {
  const x0 = from.x + from.size / 2, x1 = to.x - to.size / 2, m = (x0 + x1) / 2;
  path.moveTo(x0, from.y);
  path.bezierCurveTo(m, from.y, m, to.y, x1, to.y);
}
