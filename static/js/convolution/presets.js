/** Pictures to slide a window over. Pure. */

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
