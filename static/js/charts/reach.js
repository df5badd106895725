/** Over the maps of a chain of layers: what a number was made of is outlined, lines lead to it, all else is faded. */
import { chartFont, colours, fit } from "../canvas.js";

/** @typedef {import("./placing.js").Box} Box */
/**
 * @typedef {{box: Box, strong: boolean, tile: Box}} Outline `strong` where it matters most: a line leads from it
 * @typedef {{cell: Box, tile: Box, from: Outline[], winner: Box | null, signs: number[]}} Reach `signs` of what each strong one adds, -1 to 1
 * @typedef {{tile: Box, off: boolean, share: number, text: string}} Mark what was done to a map, and what it is worth as a share of the greatest
 */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{tiles: Box[], reach: Reach | null, marks: Mark[]}} shown all tiles that are drawn, in the canvas' own pixels
 */
export function drawReach(canvas, { tiles, reach, marks }) {
  const { context } = fit(canvas), theme = colours();
  if (reach) {
    const kept = [reach.tile, ...reach.from.map((one) => one.tile)];
    context.globalAlpha = 0.62;
    context.fillStyle = theme.paper;
    for (const tile of tiles) if (!kept.some((one) => Math.abs(one.x - tile.x) < 1 && Math.abs(one.y - tile.y) < 1)) context.fillRect(tile.x - 1, tile.y - 1, tile.width + 2, tile.height + 2);
    context.globalAlpha = 1;
  }
  for (const mark of marks) drawMark(context, mark, theme);
  if (!reach) return;
  const strong = reach.from.filter((one) => one.strong), frustum = strong.length === 1;
  strong.forEach(({ box }, i) => {
    const sign = reach.signs[i] ?? 0;
    context.strokeStyle = sign ? theme[sign < 0 ? "negative" : "positive"] : theme.accent;
    context.lineWidth = sign ? 1 + 2 * Math.abs(sign) : 1.25;
    const { cell } = reach;
    if (frustum) {
      line(context, box.x + box.width, box.y, cell.x, cell.y);
      line(context, box.x + box.width, box.y + box.height, cell.x, cell.y + cell.height);
    } else line(context, box.x + box.width, box.y + box.height / 2, cell.x, cell.y + cell.height / 2);
  });
  for (const { box, strong: much } of reach.from) outline(context, box, theme, much ? 2 : 1);
  if (reach.winner) outline(context, reach.winner, { ...theme, accent: theme.ink }, 2);
  outline(context, reach.cell, theme, 2);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x @param {number} y @param {number} toX @param {number} toY
 */
function line(context, x, y, toX, toY) {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(toX, toY);
  context.stroke();
}

/**
 * In a colour of its own on the page's, so that it is seen on every value.
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {Record<string, string>} theme
 * @param {number} width
 */
function outline(context, { x, y, width: wide, height }, theme, width) {
  context.strokeStyle = theme.paper;
  context.lineWidth = width + 2;
  context.strokeRect(x, y, wide, height);
  context.strokeStyle = theme.accent;
  context.lineWidth = width;
  context.strokeRect(x, y, wide, height);
}

/**
 * A map that is off is struck through; a bar below it says what it is worth.
 * @param {CanvasRenderingContext2D} context
 * @param {Mark} mark
 * @param {Record<string, string>} theme
 */
function drawMark(context, { tile, off, share, text }, theme) {
  if (off) {
    context.strokeStyle = theme.ink;
    context.lineWidth = 1.5;
    line(context, tile.x + 2, tile.y + tile.height - 2, tile.x + tile.width - 2, tile.y + 2);
  }
  if (!text) return;
  context.font = chartFont();
  const wide = context.measureText(text).width + 4, tall = 13;
  if (wide <= tile.width + 2 && tile.height > 20) {
    context.globalAlpha = 0.85;
    context.fillStyle = theme.paper;
    context.fillRect(tile.x + 1, tile.y + tile.height - tall - 4, wide, tall);
    context.globalAlpha = 1;
    context.fillStyle = theme.ink;
    context.textAlign = "left";
    context.fillText(text, tile.x + 3, tile.y + tile.height - 7);
  }
  context.fillStyle = theme[share < 0 ? "negative" : "positive"];
  context.fillRect(tile.x, tile.y + tile.height - 3, tile.width * Math.min(1, Math.abs(share)), 3);
}
