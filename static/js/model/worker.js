/**
 * Off the drawing thread: from weights to pictures and predictions.
 *
 * In:  {type: "network", net, dataset, colours}: `dataset` is null where it is the one before,
 *      {type: "weights", weights, version, layer, probe, focus, resolution}: one unit instead of the output, where `focus` is set
 * Out: {version, plane: RGBA, resolution, scale, units: RGBA of all unit maps, curve, train, test, z, probe}
 *
 * @import {Dataset, Net} from "../types.js"
 */
import { Forward, fillInputs } from "./forward.js";

const BLOCK = 256;
const MAP = 48; // pixels a side of a unit's map
const CURVE = 256;
const SHOWN = 96; // training samples whose z are shown on the activation curves

/** @typedef {{paper: number[], negative: number[], positive: number[], classes: number[][]}} Colours */

/** @type {{net: Net, dataset: Dataset, colours: Colours, forward: Forward, maps: Forward | null,
 *   grids: Map<number, Float32Array[]>} | null} `maps` has the inputs of the units' maps in it, `grids` are by their resolution */
let state = null;

/**
 * The network's inputs at every point of a grid: they change with the data only, so they are kept.
 * @param {Net} net
 * @param {Dataset} dataset
 * @param {number} width
 * @param {number} height
 */
function gridBlocks(net, dataset, width, height) {
  const total = width * height;
  const blocks = [];
  for (let from = 0; from < total; from += BLOCK) {
    const n = Math.min(BLOCK, total - from);
    const x = new Float32Array(net.inputs.length * n);
    fillInputs(dataset.view, net.inputs, gridColumn(dataset, width, height), from, n, x);
    blocks.push(x);
  }
  return blocks;
}

/**
 * @param {Dataset} dataset
 * @param {number} width
 * @param {number} height
 * @returns {(sample: number, column: number) => number}
 */
function gridColumn(dataset, width, height) {
  const plane = dataset.plane;
  if (!plane) {
    const [low, high] = curveRange(dataset);
    return (s) => low + ((high - low) * s) / (width - 1);
  }
  const [u0, v0] = plane.low;
  const du = (plane.high[0] - u0) / (width - 1);
  const dv = (plane.high[1] - v0) / (height - 1);
  return (s, c) => {
    const u = u0 + du * (s % width);
    const v = v0 + dv * (height - 1 - Math.floor(s / width)); // the picture's first row is the top
    return plane.origin[c] + u * plane.axes[0][c] + v * plane.axes[1][c];
  };
}

/** @param {Dataset} dataset */
function curveRange(dataset) {
  const x = [...dataset.inputs, ...dataset.test_inputs].map((row) => row[0]);
  if (dataset.kind === "drawn_curve" || !x.length) x.push(-3, 3);
  const low = Math.min(...x), high = Math.max(...x);
  const margin = 0.05 * (high - low) || 1;
  return [low - margin, high + margin];
}

/**
 * Outputs to colours: classes mix by probability, values on the diverging scale.
 * @param {Float64Array} a (outputs, n)
 * @param {string | null} activation
 * @param {number} units
 * @param {number} n
 * @param {Colours} colours
 * @param {Dataset} dataset
 * @param {Uint8ClampedArray} out
 * @param {number} at
 */
function paint(a, activation, units, n, colours, dataset, out, at) {
  const paper = colours.paper;
  if (dataset.classes && units > 1) {
    const low = ["softmax", "sigmoid", "hard_sigmoid"].includes(activation ?? "") ? 0 : -1;
    for (let i = 0; i < n; i++) {
      let best = 0;
      for (let j = 1; j < units; j++) if (a[j * n + i] > a[best * n + i]) best = j;
      let second = -Infinity;
      for (let j = 0; j < units; j++) if (j !== best && a[j * n + i] > second) second = a[j * n + i];
      const lead = Math.min(1, Math.max(0, (a[best * n + i] - second) / (1 - low)));
      blend(out, at + 4 * i, paper, colours.classes[best % colours.classes.length], 0.12 + 0.6 * lead);
    }
    return;
  }
  const centre = dataset.classes && activation === "sigmoid" ? 0.5 : 0;
  const gain = centre ? 2 : 1;
  const scale = dataset.classes ? 1 : valueScale(dataset);
  const [below, above] = dataset.classes ? colours.classes : [colours.negative, colours.positive];
  for (let i = 0; i < n; i++) {
    const v = ((a[i] - centre) * gain) / scale;
    blend(out, at + 4 * i, paper, v < 0 ? below : above, Math.min(1, Math.abs(v)) * 0.75);
  }
}

/** The largest target's size: full colour for outputs and for points alike. @param {Dataset} dataset */
const valueScale = (dataset) => dataset.targets.flat().reduce((most, t) => Math.max(most, Math.abs(t)), 1e-6);

/**
 * @param {Uint8ClampedArray} out
 * @param {number} at
 * @param {number[]} from
 * @param {number[]} to
 * @param {number} t
 */
function blend(out, at, from, to, t) {
  out[at] = from[0] + (to[0] - from[0]) * t;
  out[at + 1] = from[1] + (to[1] - from[1]) * t;
  out[at + 2] = from[2] + (to[2] - from[2]) * t;
  out[at + 3] = 255;
}

/**
 * The output over the plane, or what one unit gives there, on the scale of values.
 * @param {Float32Array} weights
 * @param {{layer: number, unit: number} | null} focus layer -1 is the inputs
 * @param {number} resolution pixels a side
 * @returns {{pixels: Uint8ClampedArray, limit: number}} `limit` is the value of full colour
 */
function plane(weights, focus, resolution) {
  const { net, dataset, colours, forward, grids } = /** @type {NonNullable<typeof state>} */ (state);
  const grid = grids.get(resolution) ?? gridBlocks(net, dataset, resolution, resolution);
  grids.set(resolution, grid);
  const last = net.layers.length - 1;
  const out = new Uint8ClampedArray(resolution * resolution * 4);
  const values = focus ? new Float32Array(resolution * resolution) : null;
  let at = 0;
  for (const x of grid) {
    const n = x.length / net.inputs.length;
    forward.x.set(x);
    forward.run(weights, n);
    if (values && focus) values.set((focus.layer < 0 ? forward.x : forward.a[focus.layer]).subarray(focus.unit * n, (focus.unit + 1) * n), at / 4);
    else paint(forward.a[last], net.layers[last].activation, net.layers[last].units, n, colours, dataset, out, at);
    at += 4 * n;
  }
  if (!values || !focus) return { pixels: out, limit: valueScale(dataset) };
  // What an output says of its class keeps that class's colour.
  if (focus.layer === last && dataset.classes) {
    shadeClass(values, 0, focus.unit, net.layers[last].units, values.length, colours, out, 0, 1);
    return { pixels: out, limit: 1 };
  }
  let limit = net.layers[focus.layer]?.reach ?? 1e-6;
  if (limit === 1e-6) for (const v of values) if (Number.isFinite(v)) limit = Math.max(limit, Math.abs(v));
  values.forEach((v, i) => blend(out, 4 * i, colours.paper, v < 0 ? colours.negative : colours.positive, Math.min(1, Math.abs(v / limit))));
  return { pixels: out, limit };
}

/** Every unit's map, one under another, each MAP x MAP. @param {Float32Array} weights */
function unitMaps(weights) {
  const known = /** @type {NonNullable<typeof state>} */ (state), { net, dataset, colours } = known;
  const curve = !dataset.plane;
  const n = curve ? MAP : MAP * MAP;
  if (!known.maps) {
    known.maps = new Forward(net, n);
    fillInputs(dataset.view, net.inputs, gridColumn(dataset, MAP, MAP), 0, n, known.maps.x);
  }
  const forward = known.maps;
  forward.run(weights, n);
  const sources = [{ a: forward.x, units: net.inputs.length, reach: /** @type {number | undefined} */ (undefined) }]
    .concat(net.layers.map((layer, l) => ({ a: forward.a[l], units: layer.units, reach: layer.reach })));
  const total = sources.reduce((sum, s) => sum + s.units, 0), ends = forward.a[net.layers.length - 1];
  const out = new Uint8ClampedArray(total * MAP * MAP * 4);
  let at = 0;
  for (const { a, units, reach } of sources) {
    for (let j = 0; j < units; j++) {
      let limit = reach ?? 1e-6;
      if (reach === undefined) for (let i = 0; i < n; i++) limit = Math.max(limit, Math.abs(a[j * n + i]));
      if (curve) drawCurveMap(a, j * n, limit, colours, out, at);
      else if (ends === a && dataset.classes) shadeClass(a, j * n, j, units, n, colours, out, at, 0.85);
      else {
        for (let i = 0; i < n; i++) {
          const v = a[j * n + i] / limit;
          blend(out, at + 4 * i, colours.paper, v < 0 ? colours.negative : colours.positive, Math.min(1, Math.abs(v)));
        }
      }
      at += MAP * MAP * 4;
    }
  }
  return out;
}

/**
 * What an output gives, in its class's own colour; of a single output, in those of both classes.
 * @param {Float32Array | Float64Array} a
 * @param {number} from its place in `a`
 * @param {number} j
 * @param {number} units
 * @param {number} n
 * @param {Colours} colours
 * @param {Uint8ClampedArray} out
 * @param {number} at
 * @param {number} full how strong the colour becomes
 */
function shadeClass(a, from, j, units, n, colours, out, at, full) {
  const { net } = /** @type {NonNullable<typeof state>} */ (state);
  const signed = !["softmax", "sigmoid", "hard_sigmoid"].includes(net.layers[net.layers.length - 1].activation ?? "");
  for (let i = 0; i < n; i++) {
    const v = a[from + i], share = signed ? (v + 1) / 2 : v;
    const [colour, strength] = units > 1 ? [colours.classes[j % colours.classes.length], share] : [colours.classes[share < 0.5 ? 0 : 1], Math.abs(2 * share - 1)];
    blend(out, at + 4 * i, colours.paper, colour, Math.max(0, Math.min(1, strength)) * full);
  }
}

/**
 * @param {Float32Array | Float64Array} a
 * @param {number} from
 * @param {number} limit
 * @param {Colours} colours
 * @param {Uint8ClampedArray} out
 * @param {number} at
 */
function drawCurveMap(a, from, limit, colours, out, at) {
  const middle = MAP / 2;
  for (let i = 0; i < MAP; i++) {
    const v = Math.max(-1, Math.min(1, a[from + i] / limit));
    const y = middle - v * (middle - 2);
    for (let row = 0; row < MAP; row++) {
      const inside = (row >= y && row <= middle) || (row <= y && row >= middle);
      const near = Math.abs(row - y) < 1;
      const colour = v < 0 ? colours.negative : colours.positive;
      blend(out, at + 4 * (row * MAP + i), colours.paper, colour, near ? 1 : inside ? 0.3 : 0);
    }
  }
}

/**
 * Outputs for samples as rows, and, for one layer, z of the first ones.
 * @param {Float32Array} weights
 * @param {number[][]} rows
 * @param {number} layer -1 for none
 */
function onSamples(weights, rows, layer) {
  const { net, dataset, forward } = /** @type {NonNullable<typeof state>} */ (state);
  const last = net.layers.length - 1;
  const units = net.layers[last].units;
  const outputs = new Float32Array(rows.length * units);
  let z = null;
  for (let from = 0; from < rows.length; from += BLOCK) {
    const n = Math.min(BLOCK, rows.length - from);
    fillInputs(dataset.view, net.inputs, (s, c) => rows[s][c], from, n, forward.x);
    forward.run(weights, n);
    for (let i = 0; i < n; i++) for (let j = 0; j < units; j++) outputs[(from + i) * units + j] = forward.a[last][j * n + i];
    if (layer >= 0 && from === 0 && layer <= last) {
      const shown = Math.min(n, SHOWN);
      z = new Float32Array(net.layers[layer].units * shown);
      for (let j = 0; j < net.layers[layer].units; j++) for (let i = 0; i < shown; i++) z[j * shown + i] = forward.z[layer][j * n + i];
    }
  }
  return { outputs, z };
}

/**
 * The network's function along its one input, and that of the unit in focus.
 * @param {Float32Array} weights
 * @param {{layer: number, unit: number} | null} focus
 */
function curve(weights, focus) {
  const { net, dataset } = /** @type {NonNullable<typeof state>} */ (state);
  const forward = new Forward(net, CURVE);
  fillInputs(dataset.view, net.inputs, gridColumn(dataset, CURVE, 1), 0, CURVE, forward.x);
  forward.run(weights, CURVE);
  const last = net.layers.length - 1;
  const of = focus && (focus.layer < 0 ? forward.x : forward.a[focus.layer]);
  return { range: curveRange(dataset), y: forward.a[last].slice(0, CURVE), unit: of && focus ? of.slice(focus.unit * CURVE, (focus.unit + 1) * CURVE) : null };
}

onmessage = (event) => {
  const message = event.data;
  if (message.type === "network") {
    const { net, colours } = message, dataset = message.dataset ?? state?.dataset;
    // A grid depends on the data and the features; an edit of the layers leaves it.
    const same = !message.dataset && JSON.stringify(state?.net.inputs) === JSON.stringify(net.inputs);
    state = { net, dataset, colours, forward: new Forward(net, BLOCK), maps: null, grids: (same && state?.grids) || new Map() };
    return;
  }
  if (!state) return;
  const { weights, version, layer, exact, probe, resolution } = message, { layers, inputs } = state.net;
  const asked = message.focus, units = asked && (asked.layer < 0 ? inputs.length : layers[asked.layer]?.units ?? 0);
  const focus = asked && asked.unit < units ? asked : null;
  const begin = performance.now();
  const train = onSamples(weights, state.dataset.inputs, layer);
  const test = onSamples(weights, state.dataset.test_inputs, -1);
  const drawn = state.dataset.plane ? plane(weights, focus, resolution) : null;
  const answer = {
    version,
    focus,
    resolution,
    map: MAP,
    plane: drawn && drawn.pixels,
    limit: drawn ? drawn.limit : 0,
    units: unitMaps(weights),
    curve: drawn ? null : curve(weights, focus),
    train: train.outputs,
    test: test.outputs,
    z: train.z,
    layer,
    probe: at(weights, probe),
    exact: exact ? rawPlane(weights, exact) : null,
    milliseconds: performance.now() - begin,
  };
  /** @type {Transferable[]} */
  const moved = [answer.units.buffer];
  if (answer.plane) moved.push(answer.plane.buffer);
  postMessage(answer, { transfer: moved });
};

/**
 * Every number of the network at one point of what is drawn, or for the first sample where none is chosen.
 * @param {Float32Array} weights
 * @param {{u: number, v: number} | null} point of a curve only `u` counts
 */
function at(weights, point) {
  const { net, dataset } = /** @type {NonNullable<typeof state>} */ (state);
  const { plane } = dataset, first = dataset.inputs[0] ?? dataset.test_inputs[0] ?? [];
  const column = (/** @type {number} */ c) => {
    if (!point) return first[c] ?? 0;
    return plane ? plane.origin[c] + point.u * plane.axes[0][c] + point.v * plane.axes[1][c] : point.u;
  };
  const forward = new Forward(net, 1);
  fillInputs(dataset.view, net.inputs, (_, c) => column(c), 0, 1, forward.x);
  forward.run(weights, 1);
  return {
    point, x: Array.from(forward.x), z: forward.z.map((z) => Array.from(z)), a: forward.a.map((a) => Array.from(a)),
    outputs: Array.from(forward.a[net.layers.length - 1]),
  };
}

/**
 * The plane's outputs as numbers [y][x][output], bottom row first, as the server's boundary has them.
 * @param {Float32Array} weights
 * @param {number} resolution
 */
function rawPlane(weights, resolution) {
  const { net, dataset } = /** @type {NonNullable<typeof state>} */ (state);
  const n = dataset.plane ? resolution * resolution : resolution;
  const forward = new Forward(net, n);
  fillInputs(dataset.view, net.inputs, gridColumn(dataset, resolution, resolution), 0, n, forward.x);
  forward.run(weights, n);
  const last = net.layers.length - 1;
  const units = net.layers[last].units;
  const rows = [];
  for (let s = 0; s < n; s++) {
    const values = [];
    for (let j = 0; j < units; j++) values.push(forward.a[last][j * n + s]);
    rows.push(values);
  }
  if (!dataset.plane) return rows;
  const grid = [];
  for (let y = resolution - 1; y >= 0; y--) grid.push(rows.slice(y * resolution, (y + 1) * resolution));
  return grid;
}
