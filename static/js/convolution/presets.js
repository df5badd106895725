/** Pictures to slide a window over, and kernels that have a name. Pure. */

/** The pictures' numbers go from 0 to this, so that each is one digit. */
export const INK = 9;

/** A seven of 14 by 14; smaller ones are taken from it. */
const SEVEN = [[2, 2], [2, 11], [3, 11], [12, 5]];

/** @type {Record<string, (row: number, column: number, n: number) => number>} */
const MADE = {
  digit: (row, column, n) => {
    // A stroke is where the distance to one of two lines is small, in parts of the picture's side.
    const x = (column + 0.5) / n, y = (row + 0.5) / n, [a, b, c, d] = SEVEN.map(([r, q]) => [(q + 0.5) / 14, (r + 0.5) / 14]);
    const far = Math.min(distance(x, y, a, b), distance(x, y, c, d)) * n, half = Math.max(0.55, n / 16);
    return Math.max(0, Math.min(1, half + 0.5 - far)) * INK;
  },
  edge: (_, column, n) => (column >= Math.floor(n / 2) ? INK : 0),
  cross: (row, column, n) => {
    const middle = (n - 1) / 2, arm = n % 2 ? 0 : 0.5;
    return Math.abs(row - middle) <= arm || Math.abs(column - middle) <= arm ? INK : 0;
  },
  gradient: (_, column, n) => (column / (n - 1)) * INK,
};

/** The least way from a point to a line between two others. @param {number} x @param {number} y @param {number[]} from @param {number[]} to */
function distance(x, y, [ax, ay], [bx, by]) {
  const along = Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)));
  return Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay));
}

export const PICTURES = Object.keys(MADE);

/** @param {string} name @param {number} n its side @returns {number[]} whole numbers from 0 to 9, row by row */
export const pictureOf = (name, n) => Array.from({ length: n * n }, (_, k) => Math.round(MADE[name](Math.floor(k / n), k % n, n)));

/** A row of Pascal's triangle: a bell of whole numbers. @param {number} size */
const bell = (size) => Array.from({ length: size - 1 }).reduce((/** @type {number[]} */ row) => [1, ...row.slice(1).map((one, i) => one + row[i]), 1], [1]);

/** How fast a bell rises. @param {number} size from 2 on */
function rise(size) {
  const base = bell(size - 1);
  return Array.from({ length: size }, (_, i) => (base[i - 1] ?? 0) - (base[i] ?? 0));
}

/** A table of size 3 in the middle of a larger one. @param {number[]} table @param {number} size */
function centred(table, size) {
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
