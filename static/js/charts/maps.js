/** What leaves a layer, as small pictures on the diverging scale: maps, a heat map over time, a strip. */
import { chartFont, colours, fit, rgb } from "../canvas.js";

const MOST_MAPS = 16, MOST_CELLS = 256;

/** How many maps, or numbers of a strip, there is no room for. @param {number[]} shape */
export const hiddenOf = (shape) => (shape.length === 3 ? Math.max(0, shape[2] - MOST_MAPS) : shape.length === 1 ? Math.max(0, shape[0] - MOST_CELLS) : 0);

/** Where a tile is painted before it is drawn at its size. @type {HTMLCanvasElement | null} */
let scratch = null;

/**
 * @typedef {{x: number, y: number, width: number, height: number, rows: number, columns: number,
 *   index: (row: number, column: number) => number}} Tile  `index` into the flat values, -1 beyond them
 */

/**
 * Where every tile lies. Images (height, width, channels) are a tile a channel; sequences (time,
 * features) one tile with time to the right; rows one strip, folded where it is long.
 * @param {number[]} shape
 * @param {number} width
 * @param {number} height
 * @returns {Tile[]}
 */
export function tiles(shape, width, height) {
  if (shape.length === 3) {
    const [rows, columns, channels] = shape;
    const count = Math.min(MOST_MAPS, channels);
    const gap = count > 1 ? 4 : 0;
    const sized = (/** @type {number} */ n) => Math.min((width - gap * (n - 1)) / n, ((height - gap * (Math.ceil(count / n) - 1)) / Math.ceil(count / n)) * (columns / rows));
    let across = 1;
    for (let n = 2; n <= count; n++) if (sized(n) > sized(across)) across = n;
    const down = Math.ceil(count / across), size = Math.min(sized(across), Math.max(140, height * 0.45));
    const tall = size * (rows / columns);
    const left = (width - across * (size + gap) + gap) / 2, top = (height - down * (tall + gap) + gap) / 2;
    return Array.from({ length: count }, (_, c) => ({
      x: left + (c % across) * (size + gap), y: top + Math.floor(c / across) * (tall + gap), width: size, height: tall, rows, columns,
      index: (row, column) => (row * columns + column) * channels + c,
    }));
  }
  if (shape.length === 2) {
    const [time, features] = shape;
    const tall = Math.min(height, features * Math.max(24, height / 16));
    return [{ x: 0, y: (height - tall) / 2, width, height: tall, rows: features, columns: time, index: (row, column) => column * features + row }];
  }
  const count = Math.min(MOST_CELLS, shape[0] ?? 1);
  const columns = count <= 16 ? 1 : Math.max(2, Math.round(Math.sqrt((count * width) / height))), rows = Math.ceil(count / columns);
  const cell = Math.min(columns === 1 ? Math.max(24, height / 16) : width / columns, height / rows);
  const wide = columns === 1 ? Math.min(width, Math.max(36, height / 12)) : columns * cell;
  return [{ x: (width - wide) / 2, y: (height - rows * cell) / 2, width: wide, height: rows * cell, rows, columns, index: (row, column) => (row * columns + column < count ? row * columns + column : -1) }];
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number[]} shape
 * @param {ArrayLike<number>} values flat, the last axis fastest
 * @param {{selected?: boolean, names?: string[]}} [options] `names` of a strip's numbers stand beside it, where all have room
 */
export function drawMaps(canvas, shape, values, { selected = false, names = [] } = {}) {
  const { context, width, height } = fit(canvas);
  const theme = colours();
  const limit = farthest(values);
  for (const tile of tiles(shape, width, height)) {
    paintTile(context, tile, values, limit);
    context.strokeStyle = selected ? theme["ink-2"] : theme.line;
    context.lineWidth = 1;
    context.strokeRect(tile.x + 0.5, tile.y + 0.5, tile.width - 1, tile.height - 1);
    if (tile.columns === 1 && tile.rows === names.length) writeNames(context, tile, names, width);
  }
}

/** How far from 0 the numbers go. @param {ArrayLike<number>} values */
export function farthest(values) {
  let limit = 1e-6;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) limit = Math.max(limit, Math.abs(values[i]));
  return limit;
}

/**
 * Numbers on the diverging scale, a cell each.
 * @param {CanvasRenderingContext2D} context
 * @param {Tile} tile
 * @param {ArrayLike<number>} values
 * @param {number} limit where the scale ends
 */
export function paintTile(context, tile, values, limit) {
  const theme = colours(), small = (scratch ??= document.createElement("canvas")), image = new ImageData(tile.columns, tile.rows);
  const paper = rgb(theme.paper), negative = rgb(theme.negative), positive = rgb(theme.positive);
  for (let row = 0, at = 0; row < tile.rows; row++) {
    for (let column = 0; column < tile.columns; column++, at += 4) {
      const place = tile.index(row, column);
      if (place < 0) continue;
      const share = Math.max(-1, Math.min(1, values[place] / limit)) || 0, full = share < 0 ? negative : positive;
      for (let k = 0; k < 3; k++) image.data[at + k] = paper[k] + (full[k] - paper[k]) * Math.abs(share);
      image.data[at + 3] = 255;
    }
  }
  small.width = tile.columns;
  small.height = tile.rows;
  small.getContext("2d")?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, tile.x, tile.y, tile.width, tile.height);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Tile} tile
 * @param {string[]} names
 * @param {number} width
 */
function writeNames(context, tile, names, width) {
  const left = tile.x + tile.width + 6, each = tile.height / tile.rows;
  context.font = chartFont("sans");
  if (each < 13 || names.some((name) => left + context.measureText(name).width > width)) return;
  context.fillStyle = colours()["ink-2"];
  context.textAlign = "left";
  names.forEach((name, i) => context.fillText(name, left, tile.y + (i + 0.5) * each + 4));
}

/**
 * Where a number lies, and which tile it is on; null where it is not drawn.
 * @param {number[]} shape
 * @param {number} width
 * @param {number} height
 * @param {number} place
 * @returns {{tile: Tile, x: number, y: number, width: number, height: number} | null}
 */
export function boxAt(shape, width, height, place) {
  const all = tiles(shape, width, height);
  const tile = all[shape.length === 3 ? place % shape[2] : 0];
  if (!tile) return null;
  const across = shape.length === 3 ? shape[2] : shape.length === 2 ? shape[1] : 1, at = Math.floor(place / across);
  const row = shape.length === 2 ? place % across : Math.floor(at / tile.columns), column = shape.length === 2 ? at : at % tile.columns;
  if (row >= tile.rows || column >= tile.columns) return null;
  const wide = tile.width / tile.columns, tall = tile.height / tile.rows;
  return { tile, x: tile.x + column * wide, y: tile.y + row * tall, width: wide, height: tall };
}

/**
 * Which number lies under the pointer.
 * @param {number[]} shape
 * @param {number} width
 * @param {number} height
 * @param {number} x
 * @param {number} y
 * @returns {{tile: number, row: number, column: number, place: number} | null}
 */
export function numberAt(shape, width, height, x, y) {
  for (const [i, tile] of tiles(shape, width, height).entries()) {
    const column = Math.floor(((x - tile.x) / tile.width) * tile.columns), row = Math.floor(((y - tile.y) / tile.height) * tile.rows);
    if (column < 0 || row < 0 || column >= tile.columns || row >= tile.rows) continue;
    const place = tile.index(row, column);
    return place < 0 ? null : { tile: i, row, column, place };
  }
  return null;
}
