/**
 * From weights to outputs: pure functions over blocks of samples.
 *
 * Buffers are unit after unit, each with the block's samples side by side, so that the inner loops
 * run over neighbours and a block stays in the cache. Values are those of the server's NumPy engine
 * within float32's rounding.
 *
 * @import {Net} from "../types.js"
 */

const LEAKY_SLOPE = 0.01;

/**
 * tanh as a rational function (coefficients: Eigen, MathFunctionsImpl.h); error below 1e-6.
 * @param {number} z
 */
function tanh(z) {
  const x = z < -7.905 ? -7.905 : z > 7.905 ? 7.905 : z;
  const s = x * x;
  const p = x * (4.89352455891786e-3 + s * (6.37261928875436e-4 + s * (1.48572235717979e-5 +
    s * (5.12229709037114e-8 + s * (-8.60467152213735e-11 + s * (2.00018790482477e-13 - s * 2.76076847742355e-16))))));
  return p / (4.89352518554385e-3 + s * (2.268434632439e-3 + s * (1.18534705686654e-4 + s * 1.19825839466702e-6)));
}

/** @param {number} z */
const sigmoid = (z) => 1 / (1 + Math.exp(-z));

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
 * @param {Float32Array} x
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
 * @param {Float32Array} x (inputs, n)
 * @param {number} n
 * @param {Float32Array} z (units, n)
 */
function affine(w, at, inputs, units, x, n, z) {
  for (let j = 0; j < units; j++) {
    const o = j * n;
    const bias = w[at + inputs * units + j];
    for (let i = 0; i < n; i++) z[o + i] = bias;
    let k = 0;
    for (; k + 4 <= inputs; k += 4) {
      const a = at + k * units + j;
      const w0 = w[a], w1 = w[a + units], w2 = w[a + 2 * units], w3 = w[a + 3 * units];
      const p = k * n, q = p + n, r = q + n, s = r + n;
      for (let i = 0; i < n; i++) z[o + i] += w0 * x[p + i] + w1 * x[q + i] + w2 * x[r + i] + w3 * x[s + i];
    }
    for (; k < inputs; k++) {
      const w0 = w[at + k * units + j];
      for (let i = 0, p = k * n; i < n; i++) z[o + i] += w0 * x[p + i];
    }
  }
}

/**
 * @param {string} name
 * @param {Float32Array} z (units, n)
 * @param {Float32Array} a (units, n)
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
 * @param {Float32Array} z
 * @param {Float32Array} a
 * @param {number} units
 * @param {number} n
 */
function softmax(z, a, units, n) {
  for (let i = 0; i < n; i++) {
    let highest = -Infinity;
    for (let j = 0; j < units; j++) highest = Math.max(highest, z[j * n + i]);
    let sum = 0;
    for (let j = 0; j < units; j++) sum += a[j * n + i] = Math.exp(z[j * n + i] - highest);
    for (let j = 0; j < units; j++) a[j * n + i] /= sum;
  }
}

/** A network's forward pass with its buffers, for blocks of up to `block` samples. */
export class Forward {
  /**
   * @param {Net} net
   * @param {number} block
   */
  constructor(net, block) {
    this.net = net;
    this.block = block;
    this.x = new Float32Array(net.inputs.length * block);
    this.z = net.layers.map((layer) => new Float32Array(layer.units * block));
    this.a = net.layers.map((layer) => new Float32Array(layer.units * block));
    const offsets = new Map(net.layout.map((p) => [p.name, p.offset]));
    this.offsets = net.layers.map((layer) => offsets.get(`${layer.name}.weight`) ?? 0);
  }

  /**
   * From `x` (inputs, n) through all layers into `z` and `a`, each (units, n).
   * @param {Float32Array} weights
   * @param {number} n
   */
  run(weights, n) {
    let below = this.x;
    let inputs = this.net.inputs.length;
    this.net.layers.forEach((layer, l) => {
      affine(weights, this.offsets[l], inputs, layer.units, below, n, this.z[l]);
      activate(layer.activation, this.z[l], this.a[l], layer.units, n);
      below = this.a[l];
      inputs = layer.units;
    });
  }
}
