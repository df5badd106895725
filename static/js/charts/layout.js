/**
 * Where the units and lines of a diagram lie. Columns come closer and units get smaller before anything is left out;
 * above what a column holds it shows two columns where there is room beside it, then a part at a time.
 */

/**
 * @typedef {{x: number, y: number, size: number, layer: number, unit: number}} Node
 *   layer -1 is the inputs
 * @typedef {{from: Node, to: Node, index: number}} Edge  index into the flat vector
 * @typedef {{x: number, y: number, layer: number, hidden: number, next: number}} More
 *   what stands for units that are not shown; `next` is the first of those that come with a click
 * @typedef {{nodes: Node[][], centres: number[], edges: Edge[], links: [Node, Node][], arcs: [Node[], Node[]][], more: More[],
 *   step: number, width: number, height: number, top: number, left: number, right: number}} Geometry
 *   `nodes` are those shown, layer by layer, the inputs first; `centres` where each column's card stands;
 *   `links` join the units of layers without weights between them, `arcs` columns that a layer adds;
 *   `step` is the least way from one column's middle to the next's, `left` and `right` the room for names at both ends
 */

const TOP = 84, BOTTOM = 8;
/** The least height in which a network can be read: its layers' cards and four units. */
export const LEAST_HEIGHT = TOP + BOTTOM + 112;
// A layer's card needs the first whole and the second with its parts below each other; two columns of units need the third.
const ROOMY_STEP = 112, LEAST_STEP = 56, DOUBLE_STEP = 150;
// The pitch at which a map is a picture, and the least at which it is none yet too small; ends carry names, which need less.
const PITCH = 32, LEAST_PITCH = 25, LEAST_NAMED = 17, LARGEST = 96;
/** As many units are one column, if need be a part of them. */
const ONE_COLUMN = 10;

/** Whether cards so far apart stand with their parts below each other. @param {number} step */
export const isTight = (step) => step < ROOMY_STEP;

/** The largest a unit is drawn: more where the screen is tall. @param {number} tall */
const largest = (tall) => Math.max(LARGEST, Math.min(220, tall / 9));

/**
 * @param {{width: number, height: number}} room
 * @param {number} inputs
 * @param {{units: number, name: string, kind?: string, span?: number}[]} layers
 * @param {Map<string, number>} offsets of the parameters
 * @param {{left?: number, right?: number, first?: Record<number, number>}} [options] `first` is the first unit shown of a column
 * @returns {Geometry}
 */
export function layOut(room, inputs, layers, offsets, { left = 44, right = 44, first = {} } = {}) {
  const counts = [inputs, ...layers.map((layer) => layer.units)], ends = counts.length - 1;
  const tall = Math.max(LEAST_HEIGHT, room.height) - TOP - BOTTOM;
  const free = ends ? (room.width - left - right) / (ends + 0.4) : Infinity;
  const columns = counts.map((count, c) => column(count, tall, c === 0 || c === ends, free >= DOUBLE_STEP, first[c] ?? 0));
  // Lines need as much room between two columns as a unit has.
  const most = Math.min(largest(tall), Math.max(18, free * 0.5)), size = Math.min(...columns.map((one) => (one.named ? most : one.size)), most);
  const wide = columns.map((one) => (one.across > 1 ? 2.2 : 1) * size);
  const inner = Math.max(room.width - left - right, ends * LEAST_STEP + size);
  const gap = ends ? (inner - wide.reduce((sum, w) => sum + w, 0)) / ends : 0;
  const middle = TOP + tall / 2;
  /** @type {number[]} */
  const centres = [];
  /** @type {More[]} */
  const more = [];
  let x = left;
  const nodes = columns.map((one, c) => {
    const own = Math.min(size, one.size), pitch = Math.min(one.pitch, own * 1.9 + 8), centre = x + wide[c] / 2;
    centres.push(centre);
    x += wide[c] + gap;
    const places = one.shown.length + (one.hidden ? one.across : 0), rows = Math.ceil(places / one.across);
    const top = middle - (rows * pitch) / 2 + pitch / 2;
    const at = (/** @type {number} */ i) => ({ x: one.across > 1 ? centre + (i % 2 ? 0.6 : -0.6) * own : centre, y: top + Math.floor(i / one.across) * pitch });
    if (one.hidden) more.push({ ...at(places - 1), x: centre, layer: c - 1, hidden: one.hidden, next: one.next });
    return one.shown.map((unit, i) => ({ ...at(i), size: own, layer: c - 1, unit }));
  });
  const step = Math.min(...centres.slice(1).map((centre, c) => centre - centres[c]));
  return { nodes, centres, ...joined(nodes, layers, offsets), more, step, width: Math.max(room.width, inner + left + right), height: Math.max(room.height, LEAST_HEIGHT), top: TOP, left, right };
}

/**
 * How a column shows its units.
 * @param {number} count
 * @param {number} tall
 * @param {boolean} named at an end, where every unit has a line for its name: never two beside each other
 * @param {boolean} double whether there is room for two beside each other
 * @param {number} first unit shown
 */
function column(count, tall, named, double, first) {
  const rows = (/** @type {number} */ pitch) => Math.max(2, Math.floor(tall / pitch));
  const across = !named && double && count > Math.max(ONE_COLUMN, rows(PITCH)) ? 2 : 1;
  const most = across * rows(across > 1 ? PITCH : named ? LEAST_NAMED : LEAST_PITCH);
  const part = count > most ? most - across : count;
  const from = first < count ? Math.min(first, Math.max(0, count - part)) : 0;
  const shown = Array.from({ length: part }, (_, i) => from + i);
  const pitch = Math.min(tall / Math.max(1, Math.ceil((part + (part < count ? across : 0)) / across)), largest(tall) * 1.35);
  return { shown, across, pitch, named, hidden: count - part, next: from + part >= count ? 0 : from + part, size: Math.max(12, Math.min(largest(tall), pitch - (pitch < 36 ? 4 : 8)) / (across > 1 ? 1.15 : 1)) };
}

/**
 * @param {Node[][]} nodes
 * @param {{units: number, name: string, kind?: string, span?: number}[]} layers
 * @param {Map<string, number>} offsets
 */
function joined(nodes, layers, offsets) {
  /** @type {Edge[]} */
  const edges = [];
  /** @type {Geometry["links"]} */
  const links = [];
  /** @type {Geometry["arcs"]} */
  const arcs = [];
  layers.forEach((layer, l) => {
    if (layer.kind && !["dense", "output"].includes(layer.kind)) {
      const from = new Map(nodes[l].map((node) => [node.unit, node]));
      for (const to of nodes[l + 1]) {
        const node = from.get(to.unit);
        if (node) links.push([node, to]);
      }
      if (layer.span && nodes[l - layer.span]) arcs.push([nodes[l - layer.span], nodes[l + 1]]);
      return;
    }
    const at = offsets.get(`${layer.name}.weight`) ?? 0;
    for (const from of nodes[l]) for (const to of nodes[l + 1]) edges.push({ from, to, index: at + from.unit * layer.units + to.unit });
  });
  return { edges, links, arcs };
}

/**
 * What lies under the pointer: a bias dot, a unit, the rest of a column, or the nearest line.
 * @param {Geometry} geometry
 * @param {number} x
 * @param {number} y
 * @param {Float32Array | null} weights
 * @returns {{node: Node, bias: boolean} | {edge: Edge} | {more: More} | null}
 */
export function hit(geometry, x, y, weights) {
  for (const column of geometry.nodes) {
    for (const node of column) {
      const half = node.size / 2;
      if (node.layer >= 0 && Math.hypot(x - (node.x - half), y - (node.y + half)) < Math.max(6, half / 3)) return { node, bias: true };
      if (Math.abs(x - node.x) <= half + 1 && Math.abs(y - node.y) <= half + 1) return { node, bias: false };
    }
  }
  for (const more of geometry.more) if (Math.abs(x - more.x) < 40 && Math.abs(y - more.y) < 12) return { more };
  let best = null, least = 7;
  for (const edge of geometry.edges) {
    const x0 = edge.from.x + edge.from.size / 2, x1 = edge.to.x - edge.to.size / 2;
    if (x < x0 || x > x1) continue;
    const t = bezierTime((x - x0) / (x1 - x0)), s = 1 - t;
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

/**
 * The unit that an arrow key leads to.
 * @param {Geometry} geometry
 * @param {{layer: number, unit: number} | null} from
 * @param {string} key
 * @returns {Node | null}
 */
export function neighbour(geometry, from, key) {
  const c = from ? from.layer + 1 : 0, column = geometry.nodes[c] ?? [];
  const at = from ? column.findIndex((node) => node.unit === from.unit) : -1;
  if (at < 0) return geometry.nodes[0][0] ?? null;
  const by = { ArrowUp: -1, ArrowDown: 1 }[key];
  if (by) return column[Math.max(0, Math.min(column.length - 1, at + by))];
  const beside = geometry.nodes[c + (key === "ArrowRight" ? 1 : -1)];
  if (!beside?.length) return column[at];
  return beside.reduce((best, node) => (Math.abs(node.y - column[at].y) < Math.abs(best.y - column[at].y) ? node : best), beside[0]);
}
