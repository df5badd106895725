/** Sounds as pictures: the wave of one, and how strong its bands of pitch are over time. */
import { colours, fit, rgb } from "../canvas.js";

/** From how many features on a sequence is a picture and no lines. */
const BANDS = 9;

/** Pictures as they were painted last, and in which colours: a gallery is drawn anew with every look. @type {WeakMap<number[][], {of: string, small: HTMLCanvasElement}>} */
const painted = new WeakMap();

/** Whether a sequence's features are bands, one beside the other, and no lines of their own. @param {ArrayLike<unknown>} row */
export const isBands = (row) => row.length >= BANDS;

/**
 * The bands over time, low ones at the bottom; the stronger, the more ink.
 * @param {CanvasRenderingContext2D} context
 * @param {number[][]} sequence (time, bands)
 * @param {{x: number, y: number, width: number, height: number}} box
 */
export function paintBands(context, sequence, box) {
  const theme = colours(), of = theme.paper + theme.accent;
  let kept = painted.get(sequence);
  if (kept?.of !== of) painted.set(sequence, kept = { of, small: picture(sequence, rgb(theme.paper), rgb(theme.accent)) });
  context.imageSmoothingEnabled = false;
  context.drawImage(kept.small, box.x, box.y, box.width, box.height);
}

/** A pixel a band and moment. @param {number[][]} sequence @param {number[]} paper @param {number[]} ink */
function picture(sequence, paper, ink) {
  const time = sequence.length, bands = sequence[0].length;
  const flat = sequence.flat(), low = Math.min(...flat), span = Math.max(...flat) - low || 1;
  const data = new ImageData(time, bands);
  sequence.forEach((row, x) => row.forEach((v, b) => {
    const at = 4 * ((bands - 1 - b) * time + x), share = (v - low) / span;
    for (let k = 0; k < 3; k++) data.data[at + k] = paper[k] + (ink[k] - paper[k]) * share;
    data.data[at + 3] = 255;
  }));
  const small = document.createElement("canvas");
  small.width = time;
  small.height = bands;
  small.getContext("2d")?.putImageData(data, 0, 0);
  return small;
}

/**
 * A wave, from its least to its greatest in every column of pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array} sound
 */
export function drawWave(canvas, sound) {
  const { context, width, height } = fit(canvas), each = sound.length / width, middle = height / 2;
  context.fillStyle = colours().accent;
  const top = sound.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-3);
  for (let x = 0; x < width; x++) {
    let low = 0, high = 0;
    for (let i = Math.floor(x * each); i < Math.min(sound.length, (x + 1) * each); i++) {
      if (sound[i] < low) low = sound[i];
      if (sound[i] > high) high = sound[i];
    }
    context.fillRect(x, middle - (high / top) * (middle - 1), 1, Math.max(1, ((high - low) / top) * (middle - 1)));
  }
}
