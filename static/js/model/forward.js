/**
 * From weights to outputs: pure functions over blocks of samples.
 *
 * Buffers are unit after unit, each with the block's samples side by side, so that the inner loops
 * run over neighbours and a block stays in the cache; in doubles, as arithmetic here knows no others and every
 * float would have to be turned into one and back. Values are those of the server's NumPy engine within float32's rounding.
 *
 * @import {Net} from "../types.js"
 */

const LEAKY_SLOPE = 0.01;
const SELU_ALPHA = 1.6732632423543772, SELU_SCALE = 1.0507009873554805;

// Math.tanh and Math.exp cost 25 ns each; a table with straight lines between its entries costs 2 ns
// and is off by less than 1e-6, which no picture and no parity bound of ours can see.
const PER_UNIT = 512, REACH = 8, DEEP = 24;
const TANH = Float64Array.from({ length: 2 * REACH * PER_UNIT + 2 }, (_, i) => Math.tanh(i / PER_UNIT - REACH));
const EXP = Float64Array.from({ length: DEEP * PER_UNIT + 2 }, (_, i) => Math.exp(i / PER_UNIT - DEEP));

/** @param {number} z */
function tanh(z) {
  // A NaN finds no entry and comes out as NaN, which is drawn as nothing.
  const x = z < -7.99 ? -7.99 : z > 7.99 ? 7.99 : z;
  const place = (x + REACH) * PER_UNIT, i = place | 0, y = TANH[i];
  return y + (place - i) * (TANH[i + 1] - y);
}

/** e**z for z up to 0; below -24 it is 0. @param {number} z */
function expOfNegative(z) {
  if (z < -23.99) return 0;
  const place = (z + DEEP) * PER_UNIT, i = place | 0, y = EXP[i];
  return y + (place - i) * (EXP[i + 1] - y);
}

/** @param {number} z */
const sigmoid = (z) => 0.5 + 0.5 * tanh(0.5 * z);

/**
 * The error function, Abramowitz & Stegun 7.1.26 (error below 1.5e-7).
 * @param {number} x
 */
function erf(x) {
  const s = Math.abs(x);
  const t = 1 / (1 + 0.3275911 * s);
  const y = 1 - t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.exp(-s * s);
  return x < 0 ? -y : y;
}

/** Value and derivative of each activation. @type {Record<string, {value: (z: number) => number, slope: (z: number) => number}>} */
export const ACTIVATIONS = {
  sigmoid: { value: sigmoid, slope: (z) => sigmoid(z) * (1 - sigmoid(z)) },
  tanh: { value: tanh, slope: (z) => 1 - tanh(z) ** 2 },
  relu: { value: (z) => (z > 0 ? z : 0), slope: (z) => (z > 0 ? 1 : 0) },
  elu: { value: (z) => (z > 0 ? z : Math.expm1(z)), slope: (z) => (z > 0 ? 1 : Math.exp(z)) },
  leaky_relu: { value: (z) => (z > 0 ? z : LEAKY_SLOPE * z), slope: (z) => (z > 0 ? 1 : LEAKY_SLOPE) },
  softplus: { value: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), slope: sigmoid },
  gelu: {
    value: (z) => 0.5 * z * (1 + erf(z * Math.SQRT1_2)),
    slope: (z) => 0.5 * (1 + erf(z * Math.SQRT1_2)) + z * Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI),
  },
  swish: { value: (z) => z * sigmoid(z), slope: (z) => sigmoid(z) * (1 + z * (1 - sigmoid(z))) },
  sin: { value: Math.sin, slope: Math.cos },
  linear: { value: (z) => z, slope: () => 1 },
  hard_sigmoid: { value: (z) => Math.min(1, Math.max(0, z / 6 + 0.5)), slope: (z) => (Math.abs(z) < 3 ? 1 / 6 : 0) },
  hard_tanh: { value: (z) => Math.min(1, Math.max(-1, z)), slope: (z) => (Math.abs(z) < 1 ? 1 : 0) },
  relu6: { value: (z) => Math.min(6, Math.max(0, z)), slope: (z) => (z > 0 && z < 6 ? 1 : 0) },
  selu: {
    value: (z) => SELU_SCALE * (z > 0 ? z : SELU_ALPHA * Math.expm1(z)),
    slope: (z) => SELU_SCALE * (z > 0 ? 1 : SELU_ALPHA * Math.exp(z)),
  },
  mish: {
    value: (z) => z * Math.tanh(Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))),
    slope: (z) => {
      const t = Math.tanh(Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))));
      return t + z * (1 - t * t) * sigmoid(z);
    },
  },
  softsign: { value: (z) => z / (1 + Math.abs(z)), slope: (z) => 1 / (1 + Math.abs(z)) ** 2 },
  exponential: { value: (z) => Math.exp(Math.min(z, 80)), slope: (z) => (z < 80 ? Math.exp(z) : 0) },
};

/** What of a point the network is given. @type {Record<string, (x1: number, x2: number) => number>} */
const FEATURES = {
  x1: (x1) => x1,
  x2: (x1, x2) => x2,
  x1_squared: (x1) => x1 * x1,
  x2_squared: (x1, x2) => x2 * x2,
  x1_x2: (x1, x2) => x1 * x2,
  sin_x1: (x1) => Math.sin(x1),
  sin_x2: (x1, x2) => Math.sin(x2),
};

/**
 * Write the network's inputs of samples `from`..`from + n` into `x`, input after input.
 * @param {string} view
 * @param {string[]} names the network's inputs
 * @param {(sample: number, column: number) => number} column
 * @param {number} from
 * @param {number} n
 * @param {Float32Array | Float64Array} x
 */
export function fillInputs(view, names, column, from, n, x) {
  names.forEach((name, k) => {
    const feature = view === "table" ? null : FEATURES[name];
    for (let i = 0; i < n; i++) {
      const s = from + i;
      x[k * n + i] = feature ? feature(column(s, 0), view === "plane" ? column(s, 1) : 0) : column(s, k);
    }
  });
}

/**
 * @param {Float32Array} w
 * @param {number} at where the layer's weight lies in w; its bias follows
 * @param {number} inputs
 * @param {number} units
 * @param {Float64Array} x (inputs, n)
 * @param {number} n
 * @param {Float64Array} z (units, n)
 */
function affine(w, at, inputs, units, x, n, z) {
  const bias = at + inputs * units;
  let j = 0;
  // Two units at a time: what is read of the samples serves both.
  for (; j + 2 <= units; j += 2) {
    const o = j * n;
    const b = w[bias + j], c = w[bias + j + 1];
    let k = 0;
    if (inputs >= 4) {
      const a = at + j;
      const w0 = w[a], w1 = w[a + units], w2 = w[a + 2 * units], w3 = w[a + 3 * units];
      const v0 = w[a + 1], v1 = w[a + 1 + units], v2 = w[a + 1 + 2 * units], v3 = w[a + 1 + 3 * units];
      for (let p = 0; p < n; p++) {
        const x0 = x[p], x1 = x[p + n], x2 = x[p + 2 * n], x3 = x[p + 3 * n];
        z[o + p] = b + w0 * x0 + w1 * x1 + w2 * x2 + w3 * x3;
        z[o + n + p] = c + v0 * x0 + v1 * x1 + v2 * x2 + v3 * x3;
      }
      k = 4;
    } else {
      for (let p = 0; p < n; p++) {
        z[o + p] = b;
        z[o + n + p] = c;
      }
    }
    for (; k + 4 <= inputs; k += 4) {
      const a = at + k * units + j, q = k * n;
      const w0 = w[a], w1 = w[a + units], w2 = w[a + 2 * units], w3 = w[a + 3 * units];
      const v0 = w[a + 1], v1 = w[a + 1 + units], v2 = w[a + 1 + 2 * units], v3 = w[a + 1 + 3 * units];
      for (let p = 0; p < n; p++) {
        const x0 = x[q + p], x1 = x[q + p + n], x2 = x[q + p + 2 * n], x3 = x[q + p + 3 * n];
        z[o + p] += w0 * x0 + w1 * x1 + w2 * x2 + w3 * x3;
        z[o + n + p] += v0 * x0 + v1 * x1 + v2 * x2 + v3 * x3;
      }
    }
    for (; k < inputs; k++) {
      const w0 = w[at + k * units + j], v0 = w[at + k * units + j + 1], q = k * n;
      for (let p = 0; p < n; p++) {
        const x0 = x[q + p];
        z[o + p] += w0 * x0;
        z[o + n + p] += v0 * x0;
      }
    }
  }
  for (; j < units; j++) {
    const o = j * n;
    z.fill(w[bias + j], o, o + n);
    for (let k = 0; k < inputs; k++) {
      const w0 = w[at + k * units + j], q = k * n;
      for (let p = 0; p < n; p++) z[o + p] += w0 * x[q + p];
    }
  }
}

/**
 * @param {string} name
 * @param {Float64Array} z (units, n)
 * @param {Float64Array} a (units, n)
 * @param {number} units
 * @param {number} n
 */
function activate(name, z, a, units, n) {
  const count = units * n;
  if (name === "tanh") {
    for (let i = 0; i < count; i++) a[i] = tanh(z[i]);
  } else if (name === "relu") {
    for (let i = 0; i < count; i++) a[i] = z[i] > 0 ? z[i] : 0;
  } else if (name === "softmax") {
    softmax(z, a, units, n);
  } else {
    const value = ACTIVATIONS[name].value;
    for (let i = 0; i < count; i++) a[i] = value(z[i]);
  }
}

/**
 * @param {Float64Array} z
 * @param {Float64Array} a
 * @param {number} units
 * @param {number} n
 */
function softmax(z, a, units, n) {
  for (let i = 0; i < n; i++) {
    let highest = -Infinity;
    for (let j = 0; j < units; j++) highest = Math.max(highest, z[j * n + i]);
    let sum = 0;
    for (let j = 0; j < units; j++) sum += a[j * n + i] = expOfNegative(z[j * n + i] - highest);
    for (let j = 0; j < units; j++) a[j * n + i] /= sum;
  }
}

/**
 * Layers that turn every unit into one unit, in evaluation mode. `p` finds a parameter's place in `w`.
 * @typedef {{w: Float32Array, p: (name: string) => number, settings: any, x: Float64Array,
 *   earlier: Float64Array, z: Float64Array, a: Float64Array, units: number, n: number}} Alone
 * @type {Record<string, (of: Alone) => void>}
 */
const ALONE = {
  batch_norm: ({ w, p, settings, x, a, units, n }) => {
    const gain = p("weight"), bias = p("bias"), mean = p("running_mean"), variance = p("running_variance");
    for (let j = 0; j < units; j++) {
      const scale = w[gain + j] / Math.sqrt(w[variance + j] + settings.epsilon), shift = w[bias + j] - w[mean + j] * scale;
      for (let i = j * n; i < (j + 1) * n; i++) a[i] = x[i] * scale + shift;
    }
  },
  layer_norm: ({ w, p, settings, x, a, units, n }) => {
    const gain = p("weight"), bias = p("bias");
    for (let i = 0; i < n; i++) {
      let mean = 0, variance = 0;
      for (let j = 0; j < units; j++) mean += x[j * n + i] / units;
      for (let j = 0; j < units; j++) variance += (x[j * n + i] - mean) ** 2 / units;
      const inverse = 1 / Math.sqrt(variance + settings.epsilon);
      for (let j = 0; j < units; j++) a[j * n + i] = (x[j * n + i] - mean) * inverse * w[gain + j] + w[bias + j];
    }
  },
  prelu: ({ w, p, x, a, units, n }) => {
    const slope = p("slope");
    for (let j = 0; j < units; j++) for (let i = j * n; i < (j + 1) * n; i++) a[i] = x[i] > 0 ? x[i] : w[slope + j] * x[i];
  },
  residual: ({ settings, x, earlier, z, a, units, n }) => {
    for (let i = 0; i < units * n; i++) z[i] = x[i] + earlier[i];
    activate(settings.activation, z, a, units, n);
  },
  activation: ({ settings, x, a, units, n }) => activate(settings.activation, x, a, units, n),
  // Dropout drops in training alone, and a row is flat already.
  dropout: ({ x, a, units, n }) => a.set(x.subarray(0, units * n)),
  flatten: ({ x, a, units, n }) => a.set(x.subarray(0, units * n)),
};

const AFFINE = new Set(["dense", "output"]);

/** A network's forward pass with its buffers, for blocks of up to `block` samples. */
export class Forward {
  /**
   * @param {Net} net
   * @param {number} block
   */
  constructor(net, block) {
    this.net = net;
    this.block = block;
    this.x = new Float64Array(net.inputs.length * block);
    this.z = net.layers.map((layer) => new Float64Array(layer.units * block));
    this.a = net.layers.map((layer) => new Float64Array(layer.units * block));
    this.offsets = new Map(net.layout.map((p) => [p.name, p.offset]));
  }

  /**
   * From `x` (inputs, n) through all layers into `z` and `a`, each (units, n).
   * @param {Float32Array} weights
   * @param {number} n
   */
  run(weights, n) {
    const into = [this.x];
    let inputs = this.net.inputs.length;
    this.net.layers.forEach((layer, l) => {
      const x = into[l], z = this.z[l], a = this.a[l], { units, settings = {} } = layer;
      const p = (/** @type {string} */ name) => {
        const at = this.offsets.get(`${layer.name}.${name}`);
        if (at === undefined) throw new Error(`${layer.name} has no ${name}`);
        return at;
      };
      if (ALONE[layer.kind]) {
        if (layer.kind !== "residual") z.set(x.subarray(0, units * n));
        ALONE[layer.kind]({ w: weights, p, settings, x, earlier: into[l - settings.span] ?? x, z, a, units, n });
      } else {
        if (!AFFINE.has(layer.kind)) throw new Error(`no way is known here through a layer of kind ${layer.kind}`);
        affine(weights, p("weight"), inputs, units, x, n, z);
        activate(layer.activation ?? "linear", z, a, units, n);
      }
      for (const unit of layer.off ?? []) a.fill(0, unit * n, (unit + 1) * n);
      into.push(a);
      inputs = units;
    });
  }
}
