/**
 * A window that slides over an image, along one axis and as a layer: how many places it has, and what cannot be. Pure.
 * The sizes are the engine's (engine/layers/conv.py: `window_geometry`); so are the codes of what is refused.
 *
 * @typedef {{size: number, stride: number, dilation: number, padding: "valid" | "same"}} Sliding
 * @typedef {Sliding & {length: number, reach: number, positions: number, before: number, after: number}} Axis
 *   `reach` is how far a dilated window spans, `before` and `after` the border of `same`, the odd one after
 * @typedef {{field: string, code: string, values: Record<string, string | number>}} Refused
 */

/** @param {number} length of the image @param {Sliding} window @returns {Axis} without a place where the window is too large */
export function axisOf(length, { size, stride, dilation, padding }) {
  const reach = (size - 1) * dilation + 1, own = { length, size, stride, dilation, padding, reach };
  if (padding === "valid") return { ...own, positions: Math.max(0, Math.floor((length - reach) / stride) + 1), before: 0, after: 0 };
  const positions = Math.ceil(length / stride), total = Math.max((positions - 1) * stride + reach - length, 0), before = Math.floor(total / 2);
  return { ...own, positions, before, after: total - before };
}

/** The window of a layer's settings, or null where it has none. A pool's stride of 0 is its own size. @param {any} layer @returns {Sliding | null} */
export function windowOf({ kind, kernel_size, pool_size, strides, dilation_rate, padding }) {
  if (kind === "conv2d") return { size: kernel_size, stride: strides, dilation: dilation_rate, padding };
  if (kind === "max_pool2d" || kind === "avg_pool2d") return { size: pool_size, stride: strides || pool_size, dilation: 1, padding };
  return null;
}

const spelled = (/** @type {number[]} */ shape) => shape.join(" x ");

/**
 * Why a layer with a window cannot take an image of that shape: the server's own reason, before it is asked.
 * @param {any} layer
 * @param {number[]} shape height, width, channels
 * @returns {Refused | null}
 */
export function refusalOf(layer, shape) {
  const window = windowOf(layer), least = Math.min(shape[0], shape[1]);
  if (!window || shape.length !== 3 || ![window.size, window.stride, window.dilation].every((one) => Number.isInteger(one) && one > 0)) return null;
  const { reach } = axisOf(least, window);
  if (window.padding === "valid" && reach > least) {
    const size = window.size, values = { size, shape: spelled(shape), most: Math.max(1, Math.floor((least - 1) / window.dilation) + 1) };
    if (layer.kind !== "conv2d") return { field: "pool_size", code: "layers.window_too_large", values };
    if (window.dilation === 1) return { field: "kernel_size", code: "layers.kernel_too_large", values };
    return { field: "kernel_size", code: "layers.dilated_kernel_too_large", values: { ...values, dilation: window.dilation, reach } };
  }
  const { groups, filters } = layer, channels = shape[2];
  if (layer.kind !== "conv2d" || (channels % groups === 0 && filters % groups === 0)) return null;
  const fitting = Array.from({ length: Math.min(channels, filters) }, (_, i) => i + 1).filter((g) => channels % g === 0 && filters % g === 0);
  return { field: "groups", code: "layers.groups_do_not_divide", values: { groups, channels, shape: spelled(shape), filters, fitting: fitting.join(", ") } };
}

/**
 * The most that a setting may be here, the others staying as they are; null where nothing of the image bounds it.
 * @param {any} layer
 * @param {number[] | null} shape
 * @param {string} name
 */
export function mostOf(layer, shape, name) {
  const window = shape?.length === 3 ? windowOf(layer) : null;
  if (!window || !shape || window.padding === "same") return null;
  const least = Math.min(shape[0], shape[1]);
  if (name === "kernel_size" || name === "pool_size") return Math.max(1, Math.floor((least - 1) / window.dilation) + 1);
  return name === "dilation_rate" && window.size > 1 ? Math.max(1, Math.floor((least - 1) / (window.size - 1))) : null;
}

/** Kinds that leave the shape as it is. */
const SAME = new Set(["dropout", "batch_norm", "layer_norm", "activation", "prelu"]);

/**
 * What leaves a layer; null where only the server says.
 * @param {any} layer that fits
 * @param {number[]} shape
 * @returns {number[] | null}
 */
export function shapeAfter(layer, shape) {
  const window = windowOf(layer);
  if (window && shape.length === 3) return [axisOf(shape[0], window).positions, axisOf(shape[1], window).positions, layer.kind === "conv2d" ? layer.filters : shape[2]];
  if (SAME.has(layer.kind)) return shape;
  if (layer.kind === "flatten") return [shape.reduce((product, side) => product * side, 1)];
  return null;
}

/**
 * The first layer that does not fit into what comes to it, as far as one can see without the server.
 * @param {any[]} layers
 * @param {number[]} shape that reaches the first of them
 * @returns {(Refused & {index: number}) | null}
 */
export function firstRefusal(layers, shape) {
  /** @type {number[] | null} */
  let now = shape;
  for (const [index, layer] of layers.entries()) {
    const refused = refusalOf(layer, now);
    if (refused) return { ...refused, index };
    now = shapeAfter(layer, now);
    if (!now) return null;
  }
  return null;
}

/**
 * How many rows (or columns) of the image are in no window: those that are left over at the end, and those between windows or
 * in their gaps.
 * @param {Axis} axis
 * @returns {{seen: boolean[], rest: number, between: number}}
 */
export function coverage(axis) {
  const { length, size, stride, dilation, before, positions } = axis, seen = Array.from({ length }, () => false);
  for (let i = 0; i < positions; i++) {
    for (let u = 0; u < size; u++) {
      const at = i * stride + u * dilation - before;
      if (at >= 0 && at < length) seen[at] = true;
    }
  }
  const rest = positions ? length - 1 - seen.lastIndexOf(true) : 0;
  return { seen, rest, between: seen.filter((one) => !one).length - rest };
}
