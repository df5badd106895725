/** Sequences that are written with signs, brackets say, drawn as what they are. */
import { chartFont, colours } from "../canvas.js";

/**
 * The signs that a sequence's columns stand for, where each step has exactly one of them.
 * @param {string[] | undefined} columns
 * @returns {string[] | null}
 */
export const symbolsOf = (columns) => (columns && columns.length > 1 && columns.every((name) => [...name].length === 1 && !/[\p{L}\p{N}]/u.test(name)) ? columns : null);

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number[][]} sequence (time, signs), one of them 1 at each step
 * @param {string[]} symbols
 * @param {{x: number, y: number, width: number, height: number}} box
 * @param {number} [largest] size of type in pixels
 */
export function paintSymbols(context, sequence, symbols, box, largest = 22) {
  const text = sequence.map((row) => symbols[row.indexOf(Math.max(...row))] ?? "");
  const family = chartFont().replace(/^[\d.]+px /, "");
  const lines = Math.max(1, Math.round(Math.sqrt((text.length * 0.62 * box.height) / Math.max(1, box.width)) * 0.8));
  const across = Math.ceil(text.length / lines);
  const size = Math.max(12, Math.min(largest, box.width / (across * 0.62), box.height / (lines * 1.25)));
  context.font = `${size}px ${family}`;
  context.fillStyle = colours().ink;
  context.textAlign = "center";
  context.textBaseline = "middle";
  text.forEach((sign, i) => {
    const line = Math.floor(i / across);
    context.fillText(sign, box.x + box.width / 2 + ((i % across) - (Math.min(across, text.length) - 1) / 2) * size * 0.62, box.y + box.height / 2 + (line - (lines - 1) / 2) * size * 1.25);
  });
  context.textBaseline = "alphabetic";
}
