/** Kernels that have a name. Pure. */

/** A row of Pascal's triangle: a bell of whole numbers. @param {number} size */
const bell = (size) => Array.from({ length: size - 1 }).reduce((/** @type {number[]} */ row) => [1, ...row.slice(1).map((one, i) => one + row[i]), 1], [1]);

/** How fast a bell rises. @param {number} size from 2 on */
function rise(size) {
  const base = bell(size - 1);
  return Array.from({ length: size }, (_, i) => (base[i - 1] ?? 0) - (base[i] ?? 0));
}

/** A table of size 3 in the middle of a larger one. @param {number[]} table @param {number} size */
export function centred(table, size) {
  const from = Math.floor((size - 3) / 2), made = Array.from({ length: size * size }, () => 0);
  table.forEach((one, k) => { made[(from + Math.floor(k / 3)) * size + from + (k % 3)] = one; });
  return made;
}

const outer = (/** @type {number[]} */ down, /** @type {number[]} */ across) => down.flatMap((one) => across.map((other) => one * other || 0));

/** By name: the least size it has, its whole numbers, and what all of them are divided by. @type {Record<string, {least: number, of: (size: number) => number[], by?: (size: number) => number}>} */
const KERNELS = {
  identity: { least: 1, of: (size) => Array.from({ length: size * size }, (_, k) => (k === Math.floor((size - 1) / 2) * (size + 1) ? 1 : 0)) },
  sobel_x: { least: 2, of: (size) => outer(bell(size), rise(size)) },
  sobel_y: { least: 2, of: (size) => outer(rise(size), bell(size)) },
  laplace: { least: 3, of: (size) => centred([0, 1, 0, 1, -4, 1, 0, 1, 0], size) },
  sharpen: { least: 3, of: (size) => centred([0, -1, 0, -1, 5, -1, 0, -1, 0], size) },
  box: { least: 1, of: (size) => Array.from({ length: size * size }, () => 1), by: (size) => size * size },
  gaussian: { least: 1, of: (size) => outer(bell(size), bell(size)), by: (size) => 4 ** (size - 1) },
};

export const KERNEL_NAMES = Object.keys(KERNELS);

/** @param {string} name @param {number} size whether there is such a kernel of that size */
export const hasSize = (name, size) => size >= KERNELS[name].least;

/** @param {string} name @param {number} size @returns {{w: number[], by: number}} */
export const kernelOf = (name, size) => ({ w: KERNELS[name].of(size), by: KERNELS[name].by?.(size) ?? 1 });
