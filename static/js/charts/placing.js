/** Where a card is put: beside what it speaks of, over as little as can be. */

/** @typedef {{x: number, y: number, width: number, height: number}} Box  left and top, in pixels */

/** @param {Box} a @param {Box} b the area that both cover */
export const shared = (a, b) => Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) * Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y));

/**
 * The place for a card: of those round the point and along the edges of its home, the one that covers least; of equals the nearest.
 * @param {{width: number, height: number}} card
 * @param {{x: number, y: number}} at what is pointed at
 * @param {Box[]} own what the card speaks of: it is never covered while there is another place
 * @param {Box[]} others what it had better not cover
 * @param {Box} home where the card may be
 * @returns {{x: number, y: number}} its left and top
 */
export function freePlace({ width, height }, at, own, others, home) {
  const clear = 16, right = home.x + home.width - width - 8, bottom = home.y + home.height - height - 8;
  const near = { x: at.x - 8, y: at.y - 8, width: 16, height: 16 };
  const around = [near, ...own];
  const xs = [at.x - width / 2, home.x + 8, right, ...around.flatMap((box) => [box.x + box.width + clear, box.x - clear - width])];
  const ys = [at.y - height / 2, home.y + 8, bottom, ...around.flatMap((box) => [box.y + box.height + clear, box.y - clear - height])];
  let best = { x: home.x + 8, y: home.y + 8 }, least = Infinity;
  for (const wantedX of xs) {
    for (const wantedY of ys) {
      const x = Math.max(home.x + 8, Math.min(wantedX, right)), y = Math.max(home.y + 8, Math.min(wantedY, bottom));
      const box = { x, y, width, height };
      const covered = around.reduce((sum, one) => sum + shared(box, one), 0) * 1000 + others.reduce((sum, one) => sum + shared(box, one), 0);
      // A way of a hundred pixels is worth covering some four hundred square ones.
      const cost = covered + 4 * Math.hypot(x + width / 2 - at.x, y + height / 2 - at.y);
      if (cost < least) [best, least] = [{ x, y }, cost];
    }
  }
  return best;
}

/** Along a line a point is asked about every so many pixels. */
const APART = 3;

/**
 * The first of some boxes that no line runs through, or the one that lines run through least.
 * @param {Box[]} boxes
 * @param {number[][][]} lines of points [x, y]; one that is no number lifts the pen
 * @param {Box[]} taken by other words
 * @returns {number} which
 */
export function clearest(boxes, lines, taken = []) {
  const left = Math.min(...boxes.map(({ x }) => x)), right = Math.max(...boxes.map(({ x, width }) => x + width)), covered = boxes.map((box) => taken.reduce((sum, one) => sum + shared(box, one), 0));
  for (const points of lines) {
    for (let i = 1; i < points.length; i++) {
      const [x0, y0] = points[i - 1], [x1, y1] = points[i];
      if (!Number.isFinite(y0 + y1) || x1 < left || x0 > right) continue;
      const parts = Math.ceil(Math.hypot(x1 - x0, y1 - y0) / APART) || 1;
      for (let k = 0; k <= parts; k++) {
        const x = x0 + ((x1 - x0) * k) / parts, y = y0 + ((y1 - y0) * k) / parts;
        boxes.forEach((box, b) => { if (x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height) covered[b]++; });
      }
    }
  }
  return covered.indexOf(Math.min(...covered));
}
