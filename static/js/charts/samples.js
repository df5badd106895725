/** Samples that are images or sequences: a picture of one, a gallery of many. */
import { chartFont, chartSize, classColours, colours, fit, rgb } from "../canvas.js";
import { frame, LEFT, line, NAMES } from "./overtime.js";
import { isBands, paintBands } from "./sounds.js";
import { paintSymbols, symbolsOf } from "./symbols.js";

/**
 * Images as they were painted last, and in which colours: a gallery is drawn anew with every look.
 * @type {WeakMap<any[][][], {of: string, small: HTMLCanvasElement}>}
 */
const painted = new WeakMap();

/**
 * Grey as ink on paper: 0 is the page itself.
 * @param {CanvasRenderingContext2D} context
 * @param {any[][][]} image (height, width, channels)
 * @param {number} x
 * @param {number} y
 * @param {number} size
 */
function paintImage(context, image, x, y, size) {
  const { paper, ink } = colours(), of = paper + ink;
  let kept = painted.get(image);
  if (kept?.of !== of) painted.set(image, kept = { of, small: pixels(image, rgb(paper), rgb(ink)) });
  context.imageSmoothingEnabled = false;
  context.drawImage(kept.small, x, y, size, (size * image.length) / image[0].length);
}

/**
 * @param {any[][][]} image
 * @param {number[]} paper
 * @param {number[]} ink
 */
function pixels(image, paper, ink) {
  const rows = image.length, columns = image[0].length;
  const data = new ImageData(columns, rows);
  image.forEach((line, r) => line.forEach((pixel, c) => {
    const at = 4 * (r * columns + c), v = Math.max(0, Math.min(1, pixel[0]));
    for (let k = 0; k < 3; k++) data.data[at + k] = pixel.length >= 3 ? 255 * pixel[k] : paper[k] + (ink[k] - paper[k]) * v;
    data.data[at + 3] = 255;
  }));
  const small = document.createElement("canvas");
  small.width = columns;
  small.height = rows;
  small.getContext("2d")?.putImageData(data, 0, 0);
  return small;
}

/** Of more features the first are drawn: the scale is theirs. */
const MOST_LINES = 4;

/** The least and the greatest of what is drawn of a sequence. @param {number[][]} sequence (time, features) @returns {[number, number]} */
export function heightsOf(sequence) {
  const drawn = isBands(sequence[0]) ? sequence.flat() : sequence.flatMap((row) => row.slice(0, MOST_LINES));
  return [Math.min(...drawn), Math.max(...drawn)];
}

/**
 * A sequence as lines, one a feature, without axes.
 * @param {CanvasRenderingContext2D} context
 * @param {number[][]} sequence (time, features)
 * @param {{x: number, y: number, width: number, height: number}} box
 * @param {string[]} palette
 * @param {number} thick
 */
export function paintLines(context, sequence, box, palette, thick) {
  if (isBands(sequence[0])) return paintBands(context, sequence, box);
  const [low, high] = heightsOf(sequence), span = high - low || 1;
  const features = Math.min(MOST_LINES, sequence[0].length);
  for (let f = 0; f < features; f++) {
    context.beginPath();
    sequence.forEach((row, i) => {
      const x = box.x + (i / Math.max(1, sequence.length - 1)) * box.width, y = box.y + box.height - ((row[f] - low) / span) * box.height;
      if (i) context.lineTo(x, y);
      else context.moveTo(x, y);
    });
    context.strokeStyle = palette[f];
    context.lineWidth = thick;
    context.stroke();
  }
}

export const palette = () => [colours().accent, colours().positive, ...classColours().slice(2)];

/** Where an image lies that is as large as its canvas. @param {number} width @param {number} height */
export function imageBox(width, height) {
  const size = Math.min(width, height);
  return { x: (width - size) / 2, y: (height - size) / 2, width: size, height: size };
}

/**
 * One image, as large as its canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {any[][][]} image
 */
export function drawImageSample(canvas, image) {
  const { context, width, height } = fit(canvas);
  const { x, y, width: size } = imageBox(width, height);
  paintImage(context, image, x, y, size);
  context.strokeStyle = colours().line;
  context.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
}

/**
 * What goes into a network that takes sequences: the lines, or the signs.
 * @param {HTMLCanvasElement} canvas
 * @param {number[][]} sequence
 * @param {string[] | null} symbols
 */
export function drawLinesSample(canvas, sequence, symbols) {
  const { context, width, height } = fit(canvas);
  if (symbols) paintSymbols(context, sequence, symbols, { x: 6, y: 6, width: width - 12, height: height - 12 });
  else paintLines(context, sequence, { x: 4, y: height * 0.2, width: width - 8, height: height * 0.6 }, palette(), 1.5);
  context.strokeStyle = colours().line;
  context.strokeRect(0.5, 0.5, width - 1, height - 1);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {string[]} characters
 */
export function drawTextSample(canvas, characters) {
  const { context, width, height } = fit(canvas);
  const columns = Math.max(4, Math.ceil(Math.sqrt(characters.length * 1.6))), rows = Math.ceil(characters.length / columns);
  const wide = (width - 8) / columns, tall = Math.min(22, (height - 8) / rows), top = (height - rows * tall) / 2;
  context.font = `${Math.max(12, Math.min(14, wide * 1.5, tall))}px ui-monospace, monospace`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = colours().ink;
  characters.forEach((character, i) => context.fillText(character, 4 + ((i % columns) + 0.5) * wide, top + (Math.floor(i / columns) + 0.5) * tall));
  context.textBaseline = "alphabetic";
  context.strokeStyle = colours().line;
  context.strokeRect(0.5, 0.5, width - 1, height - 1);
}

/**
 * @typedef {{sample: any, caption: string, brief: string, wrong: boolean, known: boolean}} Item  `brief` is the caption where there is little room
 * @typedef {{columns: number, tile: number, width: number, height: number, rows: number, line: number}} Grid
 */

/** Measures words before there is a picture. @type {CanvasRenderingContext2D | null} */
let ruler = null;

/**
 * @param {number} width
 * @param {boolean} images
 * @param {number} count
 * @param {string[]} names that captions are made of: each is to be read in one tile
 * @returns {Grid}
 */
export function galleryGrid(width, images, count, names) {
  ruler ??= document.createElement("canvas").getContext("2d");
  if (ruler) ruler.font = chartFont("sans");
  const least = Math.max(images ? Math.max(38, width / 12) : 88, ...names.map((name) => (ruler?.measureText(name).width ?? 0) + 6));
  const columns = Math.max(3, Math.floor(width / least));
  const tile = width / columns, line = images ? tile + chartSize() : 54;
  const rows = Math.ceil(count / columns);
  return { columns, tile, width, line, rows, height: rows * line };
}

/**
 * Samples with what the network says of them; those told wrongly are ringed. A sample that is not here yet is an empty frame.
 * @param {HTMLCanvasElement} canvas
 * @param {Item[]} items
 * @param {boolean} images
 * @param {number} chosen
 * @param {string[] | null} symbols
 * @param {string[]} names
 */
export function drawGallery(canvas, items, images, chosen, symbols, names) {
  const { context, width } = fit(canvas);
  const theme = colours(), lines = palette();
  const grid = galleryGrid(width, images, items.length, names);
  context.font = chartFont("sans");
  context.textAlign = "center";
  items.forEach((item, i) => {
    const x = (i % grid.columns) * grid.tile, y = Math.floor(i / grid.columns) * grid.line;
    const size = grid.tile - 6, high = images ? size : grid.line - 20;
    if (!item.sample) {} // on its way: its frame and its name are there
    else if (images) paintImage(context, item.sample, x + 3, y + 3, size);
    else if (symbols) paintSymbols(context, item.sample, symbols, { x: x + 4, y: y + 3, width: size - 2, height: high }, 13);
    else paintLines(context, item.sample, { x: x + 6, y: y + 6, width: size - 6, height: high - 6 }, lines, 1.2);
    context.font = chartFont("sans");
    context.textAlign = "center";
    context.strokeStyle = item.wrong ? theme.bad : i === chosen ? theme.ink : theme.line;
    context.lineWidth = item.wrong || i === chosen ? 2 : 1;
    context.strokeRect(x + 2.5, y + 2.5, size + 1, high + 1);
    if (i === chosen && item.wrong) {
      context.strokeStyle = theme.ink;
      context.lineWidth = 1;
      context.strokeRect(x + 0.5, y + 0.5, size + 5, high + 5);
    }
    context.fillStyle = item.wrong ? theme.bad : theme["ink-2"];
    const fits = context.measureText(item.caption).width <= grid.tile - 2;
    context.fillText(fits ? item.caption : item.brief, x + grid.tile / 2, y + high + 15, grid.tile - 2);
  });
}

/**
 * One sequence over its time steps.
 * @param {HTMLCanvasElement} canvas
 * @param {number[][]} sequence (time, features)
 * @param {import("./overtime.js").Axes} axes
 * @param {string[] | null} symbols
 * @param {string[]} names of its features, where there is more than one
 */
export function drawSequence(canvas, sequence, axes, symbols, names) {
  const { context, width, height } = fit(canvas);
  if (symbols) return paintSymbols(context, sequence, symbols, { x: 6, y: 6, width: width - 12, height: height - 12 }, 26);
  const lines = palette();
  const { px, py } = frame(context, width, height, 0, sequence.length, heightsOf(sequence), axes, names.length > 1 ? NAMES : undefined);
  const features = Math.min(MOST_LINES, sequence[0].length);
  nameLines(context, names.length > 1 ? names.slice(0, features) : [], lines);
  for (let f = features - 1; f >= 0; f--) line(context, sequence.map((row) => row[f]), px, py, lines[f], f ? 1.2 : 1.8);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string[]} names
 * @param {string[]} palette
 */
function nameLines(context, names, palette) {
  context.font = chartFont("sans");
  context.textAlign = "left";
  let x = LEFT;
  names.forEach((name, f) => {
    context.fillStyle = palette[f];
    context.fillRect(x, NAMES - 11, 14, 2);
    context.fillText(name, x + 20, NAMES - 6);
    x += context.measureText(name).width + 36;
  });
}

/**
 * A dataset of images, sequences or text in small.
 * @param {HTMLCanvasElement} canvas
 * @param {any} preview
 */
export function drawSmall(canvas, preview) {
  const { context, width, height } = fit(canvas);
  const theme = colours();
  if (preview.view === "image") {
    preview.inputs.forEach((/** @type {any[][][]} */ image, /** @type {number} */ i) =>
      paintImage(context, image, 1 + (i % 2) * (width / 2), 1 + Math.floor(i / 2) * (height / 2), (width / 2 - 2) * Math.min(1, image[0].length / image.length)));
  } else if (preview.view === "sequence") {
    const lines = palette(), rows = preview.inputs.length, symbols = symbolsOf(preview.columns);
    preview.inputs.forEach((/** @type {number[][]} */ sequence, /** @type {number} */ i) => (symbols
      ? paintSymbols(context, sequence.slice(0, 10), symbols, { x: 0, y: (i * height) / rows, width, height: height / rows }, 11) : paintLines(context, sequence, { x: 1, y: 2 + (i * height) / rows, width: width - 2, height: height / rows - 5 }, lines, 1.1)));
  } else {
    context.font = chartFont();
    context.fillStyle = theme.ink;
    const wide = Math.floor(width / 7.3), text = preview.text.replace(/\s+/g, " ");
    for (let i = 0; i < 3; i++) context.fillText(text.slice(i * wide, (i + 1) * wide), 1, 13 + i * 15);
  }
}
