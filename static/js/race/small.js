/** Small pictures of what a network says: a plane, a curve, a forecast. */
import { bytesOf } from "../base64.js";
import { classColours, colours, fit, rgb } from "../canvas.js";

/**
 * @import {RacePictureOut} from "../wire.js"
 * @import {Drawn} from "./racing.js"
 */

/**
 * Outputs on a grid as pixels, coloured as the large picture of the page is.
 * @param {(x: number, y: number, j: number) => number} at the lowest y first
 * @param {number} side
 * @param {number} outputs
 * @param {Drawn} drawn
 */
export function planePixels(at, side, outputs, { classes, activation, scale }) {
  const theme = colours(), paper = rgb(theme.paper), palette = classColours().map(rgb), out = new Uint8ClampedArray(4 * side * side);
  const several = classes > 0 && outputs > 1, low = ["softmax", "sigmoid", "hard_sigmoid"].includes(activation ?? "") ? 0 : -1;
  const centre = classes && activation === "sigmoid" ? 0.5 : 0, gain = (centre ? 2 : 1) / (classes ? 1 : scale);
  const [below, above] = classes ? palette : [rgb(theme.negative), rgb(theme.positive)];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let colour = paper, strength = 0;
      if (several) {
        const said = Array.from({ length: outputs }, (_, j) => at(x, y, j)), best = said.indexOf(Math.max(...said));
        const second = Math.max(...said.filter((_, j) => j !== best));
        colour = palette[best % palette.length];
        strength = 0.12 + 0.6 * Math.min(1, Math.max(0, (said[best] - second) / (1 - low)));
      } else {
        const value = (at(x, y, 0) - centre) * gain;
        colour = value < 0 ? below : above;
        strength = 0.75 * Math.min(1, Math.abs(value));
      }
      // Rows of pixels go down, y goes up.
      const place = 4 * ((side - 1 - y) * side + x);
      for (let c = 0; c < 3; c++) out[place + c] = paper[c] + (colour[c] - paper[c]) * strength;
      out[place + 3] = 255;
    }
  }
  return out;
}

/** @param {HTMLCanvasElement} canvas @param {Uint8ClampedArray} pixels @param {number} side */
function put(canvas, pixels, side) {
  if (canvas.width !== side || canvas.height !== side) canvas.width = canvas.height = side;
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).putImageData(new ImageData(/** @type {any} */ (pixels), side, side), 0, 0);
}

/** @param {HTMLCanvasElement} canvas @param {RacePictureOut} picture @param {Drawn} drawn */
export function drawSmall(canvas, picture, drawn) {
  const { side, outputs, levels, least, greatest } = picture;
  if (side && outputs && levels !== null && least !== null && greatest !== null) {
    const bytes = bytesOf(levels), by = (greatest - least) / 255;
    return put(canvas, planePixels((x, y, j) => least + bytes[(y * side + x) * outputs + j] * by, side, outputs, drawn), side);
  }
  return drawCurves(canvas, picture);
}

/** The boundary as the API tells it: outputs[y][x][output]. @param {HTMLCanvasElement} canvas @param {any} outputs @param {Drawn} drawn */
export function drawBoundary(canvas, outputs, drawn) {
  const side = outputs.length;
  put(canvas, planePixels((x, y, j) => outputs[y][x][j], side, outputs[0][0].length, drawn), side);
}

/** @param {HTMLCanvasElement} canvas @param {Pick<RacePictureOut, "y" | "truth">} picture */
export function drawCurves(canvas, { y, truth }) {
  const { context, width, height } = fit(canvas), theme = colours();
  const known = [...(y ?? []), ...(truth ?? [])].filter((v) => v !== null).map(Number), low = Math.min(...known), high = Math.max(...known);
  const line = (/** @type {(number | null)[] | null} */ values, /** @type {string} */ colour, /** @type {number[]} */ dash) => {
    if (!values) return;
    context.beginPath();
    values.forEach((v, i) => {
      if (v !== null) context.lineTo(2 + (i / Math.max(1, values.length - 1)) * (width - 4), height - 3 - ((v - low) / (high - low || 1)) * (height - 6));
    });
    context.strokeStyle = colour;
    context.setLineDash(dash);
    context.lineWidth = 1.5;
    context.stroke();
    context.setLineDash([]);
  };
  line(truth, theme["ink-2"], [2, 2]);
  line(y, theme.accent, []);
}
