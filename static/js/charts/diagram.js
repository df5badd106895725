/** The network: units with their maps, weights as lines. Knows where everything lies. */
import { colours, fit } from "../canvas.js";

/**
 * @typedef {{x: number, y: number, size: number, layer: number, unit: number}} Node
 *   layer -1 is the inputs
 * @typedef {{from: Node, to: Node, index: number, bias?: boolean}} Edge  index into the flat vector
 * @typedef {{nodes: Node[][], edges: Edge[], links: [Node, Node][], arcs: [Node[], Node[]][],
 *   width: number, height: number, size: number, top: number}} Geometry
 *   `links` join the units of layers without weights between them, `arcs` columns that a layer adds
 */

const TOP = 116, GAP = 8, LEAST_STEP = 104, MARGIN = 62;

/**
 * Where everything lies.
 * @param {number} width what is there
 * @param {number} inputs
 * @param {{units: number, name: string, kind?: string, span?: number}[]} layers
 * @param {Map<string, number>} offsets of the parameters
 * @param {number} room height to fill
 * @returns {Geometry}
 */
export function layOut(width, inputs, layers, offsets, room) {
  const columns = [inputs, ...layers.map((layer) => layer.units)];
  const most = Math.max(...columns);
  const size = Math.max(10, Math.min(56, Math.floor((room - TOP - 16) / most) - GAP));
  const gap = size < 20 ? 3 : GAP;
  const full = Math.max(width, MARGIN * 2 + LEAST_STEP * (columns.length - 1));
  const step = (full - 2 * MARGIN) / Math.max(1, columns.length - 1);
  const height = Math.max(220, TOP + most * (size + gap) + 20);
  const middle = TOP + (height - TOP - 20) / 2;
  const nodes = columns.map((count, c) => {
    const x = columns.length === 1 ? full / 2 : MARGIN + c * step;
    const first = middle - (count * (size + gap) - gap) / 2 + size / 2;
    return Array.from({ length: count }, (_, j) => ({ x, y: first + j * (size + gap), size, layer: c - 1, unit: j }));
  });
  /** @type {Edge[]} */
  const edges = [];
  /** @type {Geometry["links"]} */
  const links = [];
  /** @type {Geometry["arcs"]} */
  const arcs = [];
  layers.forEach((layer, l) => {
    if (layer.kind && !["dense", "output"].includes(layer.kind)) {
      nodes[l + 1].forEach((to, j) => nodes[l][j] && links.push([nodes[l][j], to]));
      if (layer.span && nodes[l - layer.span]) arcs.push([nodes[l - layer.span], nodes[l + 1]]);
      return;
    }
    const at = offsets.get(`${layer.name}.weight`) ?? 0;
    nodes[l].forEach((from, k) => nodes[l + 1].forEach((to, j) => edges.push({ from, to, index: at + k * layer.units + j })));
  });
  return { nodes, edges, links, arcs, width: full, height, size, top: TOP };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Geometry} geometry
 * @param {{weights: Float32Array | null, biases: number[][], maps: HTMLCanvasElement | null, map: number, selected: number,
 *   hover: Node | Edge | null, flow: number, pulse: {index: number, strength: number} | null}} picture
 *   `flow` moves the dashes in CSS pixels, 0 stands still
 */
export function drawDiagram(canvas, geometry, picture) {
  const { context } = fit(canvas);
  const theme = colours();
  const { weights } = picture;
  context.beginPath();
  for (const [from, to] of geometry.links) tracePath(context, { from, to, index: -1 });
  context.strokeStyle = theme["line-2"];
  context.lineWidth = 1;
  context.stroke();
  for (const [from, to] of geometry.arcs) drawArc(context, from, to, theme.accent);
  let largest = 0.5;
  if (weights) for (const edge of geometry.edges) largest = Math.max(largest, Math.abs(weights[edge.index]));
  const many = geometry.edges.length > 1500;
  // Lines of alike width and sign share a path: some hundred strokes become a dozen.
  /** @type {Map<string, {width: number, colour: string, edges: Edge[]}>} */
  const groups = new Map();
  if (weights) {
    for (const edge of geometry.edges) {
      const w = weights[edge.index];
      const level = Math.round((Math.min(1, Math.abs(w) / largest)) * 8);
      if (!level && many) continue;
      const key = `${level}${w < 0 ? "-" : "+"}`;
      const group = groups.get(key) ?? { width: 0.4 + level * 0.65, colour: w < 0 ? theme.negative : theme.positive, edges: [] };
      group.edges.push(edge);
      groups.set(key, group);
    }
  }
  for (const [key, { width, colour, edges }] of [...groups].sort((a, b) => a[1].width - b[1].width)) {
    context.beginPath();
    for (const edge of edges) tracePath(context, edge);
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.globalAlpha = 0.2 + 0.8 * Math.min(1, Number.parseInt(key, 10) / 8);
    if (picture.flow && width > 1.2) {
      context.setLineDash([9, 3]);
      context.lineDashOffset = -picture.flow;
    } else context.setLineDash([]);
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
  const edge = picture.hover && "index" in picture.hover ? picture.hover : null;
  const pulse = picture.pulse && geometry.edges.find((e) => e.index === picture.pulse?.index);
  for (const [lit, width] of /** @type {[Edge | null | undefined, number][]} */ ([[edge, 3], [pulse, 6]])) {
    if (!lit) continue;
    context.beginPath();
    tracePath(context, lit);
    context.strokeStyle = theme.accent;
    context.lineWidth = width;
    context.stroke();
  }
  drawUnits(context, geometry, picture, theme);
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
 * @param {Parameters<typeof drawDiagram>[2]} picture
 * @param {{[name: string]: string}} theme
 */
function drawUnits(context, geometry, picture, theme) {
  let place = 0;
  const node = picture.hover && !("index" in picture.hover) ? picture.hover : null;
  geometry.nodes.forEach((column, c) => {
    for (const unit of column) {
      const { x, y, size } = unit;
      const half = size / 2;
      context.fillStyle = theme.paper;
      context.fillRect(x - half, y - half, size, size);
      if (picture.maps) context.drawImage(picture.maps, 0, place * picture.map, picture.map, picture.map, x - half, y - half, size, size);
      place++;
      context.strokeStyle = node === unit ? theme.accent : c - 1 === picture.selected ? theme.ink : theme["line-2"];
      context.lineWidth = node === unit ? 2.5 : c - 1 === picture.selected ? 1.6 : 1;
      context.strokeRect(x - half, y - half, size, size);
      const bias = picture.biases[c - 1]?.[unit.unit];
      if (bias !== undefined && size >= 14) {
        const r = Math.max(3, Math.min(5.5, size / 7));
        context.beginPath();
        context.arc(x - half, y + half, r, 0, 2 * Math.PI);
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
    }
  });
}

/**
 * @param {CanvasRenderingContext2D | Path2D} path
 * @param {Edge} edge
 */
function tracePath(path, { from, to }) {
  const x0 = from.x + from.size / 2, x1 = to.x - to.size / 2, m = (x0 + x1) / 2;
  path.moveTo(x0, from.y);
  path.bezierCurveTo(m, from.y, m, to.y, x1, to.y);
}

/**
 * What lies under the pointer: a bias dot, a unit, or the nearest line.
 * @param {Geometry} geometry
 * @param {number} x
 * @param {number} y
 * @param {Float32Array | null} weights
 * @returns {{node: Node, bias: boolean} | {edge: Edge} | null}
 */
export function hit(geometry, x, y, weights) {
  const half = geometry.size / 2;
  for (const column of geometry.nodes) {
    for (const node of column) {
      if (node.layer >= 0 && Math.hypot(x - (node.x - half), y - (node.y + half)) < Math.max(6, half / 3)) return { node, bias: true };
      if (Math.abs(x - node.x) <= half + 1 && Math.abs(y - node.y) <= half + 1) return { node, bias: false };
    }
  }
  let best = null, least = 7;
  for (const edge of geometry.edges) {
    const x0 = edge.from.x + half, x1 = edge.to.x - half;
    if (x < x0 || x > x1) continue;
    const t = bezierTime((x - x0) / (x1 - x0));
    const s = 1 - t;
    const along = s * s * s + 3 * s * s * t;
    const distance = Math.abs(y - (along * edge.from.y + (1 - along) * edge.to.y)) - (weights ? Math.min(1, Math.abs(weights[edge.index])) : 0);
    if (distance < least) [best, least] = [edge, distance];
  }
  return best ? { edge: best } : null;
}

/**
 * The curve's parameter where its x is a fraction of the way: x(t) = 1.5 s t (s + t) .. by halving.
 * @param {number} fraction
 */
function bezierTime(fraction) {
  let low = 0, high = 1;
  for (let i = 0; i < 20; i++) {
    const t = (low + high) / 2, s = 1 - t;
    if (1.5 * s * s * t + 1.5 * s * t * t + t * t * t < fraction) low = t;
    else high = t;
  }
  return (low + high) / 2;
}
