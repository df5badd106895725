/** The kernels of a convolution as small pictures: a row a channel of its input, a column a filter. */
import { chartFont, colours, fit, rgb } from "../canvas.js";

const GAP = 4, LEFT = 30, TOP = 18, LEAST = 20, MOST_ROWS = 32, MOST_COLUMNS = 64;

/**
 * @typedef {{size: number, channels: number, filters: number, weight: (at: number, channel: number, filter: number) => number}} Kernels
 * @typedef {{tile: number, rows: number, columns: number, width: number, height: number}} Grid `rows` and `columns` are those that are drawn
 */

/** @param {Kernels} kernels @param {number} width there is @param {number} height there is @returns {Grid} */
export function kernelGrid({ size, channels, filters }, width, height) {
  const rows = Math.min(MOST_ROWS, channels), columns = Math.min(MOST_COLUMNS, filters);
  const least = Math.max(LEAST, 3 * size), fitting = Math.min((width - LEFT) / columns - GAP, (height - TOP) / rows - GAP, 84);
  const tile = Math.floor(Math.max(least, fitting));
  return { tile, rows, columns, width: LEFT + columns * (tile + GAP), height: TOP + rows * (tile + GAP) };
}

/** Which kernel lies there. @param {Grid} grid @param {number} x @param {number} y @returns {{channel: number, filter: number} | null} */
export function kernelAt({ tile, rows, columns }, x, y) {
  const filter = Math.floor((x - LEFT) / (tile + GAP)), channel = Math.floor((y - TOP) / (tile + GAP));
  return filter < 0 || channel < 0 || filter >= columns || channel >= rows ? null : { channel, filter };
}

/** Its upper left. @param {Grid} grid @param {{channel: number, filter: number}} of */
export const kernelPlace = ({ tile }, { channel, filter }) => ({ x: LEFT + filter * (tile + GAP), y: TOP + channel * (tile + GAP) });

/** How many columns lie to the left and to the right of what is seen. @param {Grid} grid @param {number} left @param {number} width */
export function columnsBeyond({ tile, columns }, left, width) {
  const each = tile + GAP, before = Math.max(0, Math.round((left - LEFT) / each)), seen = Math.round((left + width - LEFT) / each);
  return { before: Math.min(columns, before), after: Math.max(0, columns - seen) };
}

/** @type {HTMLCanvasElement | null} */
let scratch = null;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Kernels} kernels
 * @param {Grid} grid
 * @param {{limit: number, chosen: {channel: number, filter: number} | null, held: (filter: number) => boolean, off: (filter: number) => boolean}} options
 *   `limit` is what the scale's ends stand for
 */
export function drawKernels(canvas, kernels, grid, { limit, chosen, held, off }) {
  const { context } = fit(canvas), theme = colours(), { size } = kernels, { tile, rows, columns } = grid;
  const paper = rgb(theme.paper), negative = rgb(theme.negative), positive = rgb(theme.positive);
  const small = (scratch ??= document.createElement("canvas")), inner = size * columns;
  small.width = inner;
  small.height = size * rows;
  const image = new ImageData(inner, size * rows);
  for (let channel = 0; channel < rows; channel++) {
    for (let filter = 0; filter < columns; filter++) {
      for (let at = 0; at < size * size; at++) {
        const share = Math.max(-1, Math.min(1, kernels.weight(at, channel, filter) / limit)) || 0, full = share < 0 ? negative : positive;
        const to = 4 * ((channel * size + Math.floor(at / size)) * inner + filter * size + (at % size));
        for (let k = 0; k < 3; k++) image.data[to + k] = paper[k] + (full[k] - paper[k]) * Math.abs(share);
        image.data[to + 3] = 255;
      }
    }
  }
  small.getContext("2d")?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.font = chartFont();
  context.lineWidth = 1;
  for (let channel = 0; channel < rows; channel++) {
    for (let filter = 0; filter < columns; filter++) {
      const { x, y } = kernelPlace(grid, { channel, filter });
      context.drawImage(small, filter * size, channel * size, size, size, x, y, tile, tile);
      context.strokeStyle = theme.line;
      context.strokeRect(x + 0.5, y + 0.5, tile - 1, tile - 1);
      if (!off(filter)) continue;
      context.strokeStyle = theme.ink;
      context.beginPath();
      context.moveTo(x + 2, y + tile - 2);
      context.lineTo(x + tile - 2, y + 2);
      context.stroke();
    }
  }
  context.textAlign = "center";
  const every = tile < 26 && columns > 9 ? 5 : 1; // numbers that would touch
  for (let filter = 0; filter < columns; filter++) {
    const { x } = kernelPlace(grid, { channel: 0, filter });
    context.fillStyle = filter === chosen?.filter ? theme.ink : theme["ink-2"];
    if ((filter + 1) % every === 0 || filter === chosen?.filter) context.fillText(String(filter + 1), x + tile / 2, TOP - 6);
    if (!held(filter)) continue;
    context.fillStyle = theme.accent;
    context.fillRect(x, TOP - 3, tile, 2);
  }
  context.textAlign = "right";
  for (let channel = 0; channel < rows; channel++) {
    context.fillStyle = channel === chosen?.channel ? theme.ink : theme["ink-2"];
    context.fillText(String(channel + 1), LEFT - 6, kernelPlace(grid, { channel, filter: 0 }).y + tile / 2 + 4);
  }
  if (!chosen) return;
  const { x, y } = kernelPlace(grid, chosen);
  context.strokeStyle = theme.accent;
  context.lineWidth = 2;
  context.strokeRect(x - 1, y - 1, tile + 2, tile + 2);
}
