/** What every picture needs: a sharp canvas, the theme's colours, the classes' shapes. */

/**
 * Size a canvas to its box at the screen's density; returns its context in CSS pixels, cleared.
 * @param {HTMLCanvasElement} canvas
 * @param {{width: number, height: number}} [box] where it is known: asked for after something was written, the page is laid out for it
 */
export function fit(canvas, { width, height } = { width: canvas.clientWidth, height: canvas.clientHeight }) {
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  const w = Math.round(width * ratio), h = Math.round(height * ratio);
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

const NAMES = ["paper", "ink", "ink-2", "line", "line-2", "accent", "negative", "positive", "negative-ink", "positive-ink", "bad"];

/** @type {{[name: string]: string} | null} */
let kept = null;
/** @type {string[]} */
let keptClasses = [];
/** Of the smallest type, in pixels. */
let keptSize = 12;
/** @type {Record<string, string>} */
let keptFaces = {};

/** Forget the colours: the theme has changed. */
export function forgetColours() {
  kept = null;
}

/**
 * The theme's colours, as the browser resolves light-dark(): "rgb(r, g, b)".
 * @returns {{[name: string]: string}}
 */
export function colours() {
  if (kept) return kept;
  const probe = document.createElement("span");
  document.body.append(probe);
  const resolve = (/** @type {string} */ name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const found = Object.fromEntries(NAMES.map((name) => [name, resolve(name)]));
  keptClasses = Array.from({ length: 8 }, (_, i) => resolve(`class-${i}`));
  probe.style.fontSize = "var(--small)";
  keptSize = Number.parseFloat(getComputedStyle(probe).fontSize) || 12;
  for (const face of ["mono", "sans"]) {
    probe.style.fontFamily = `var(--${face})`;
    keptFaces[face] = getComputedStyle(probe).fontFamily;
  }
  probe.remove();
  kept = found;
  return found;
}

/** The type of charts: the page's smallest, and nothing below it. @param {"mono" | "sans"} [face] */
export function chartFont(face = "mono") {
  colours();
  return `${keptSize}px ${keptFaces[face]}`;
}

/** How large that type is, in pixels: larger before a class, and on a screen that is large itself. */
export function chartSize() {
  colours();
  return keptSize;
}

/** @returns {string[]} */
export function classColours() {
  colours();
  return keptClasses;
}

/** @param {string} colour "rgb(r, g, b)" @returns {number[]} */
export const rgb = (colour) => (colour.match(/[\d.]+/g) ?? ["0", "0", "0"]).slice(0, 3).map(Number);

/**
 * The outline of a class's shape, so that colour alone never carries the meaning.
 * @param {Path2D | CanvasRenderingContext2D} path
 * @param {number} kind
 * @param {number} x
 * @param {number} y
 * @param {number} r
 */
export function trace(path, kind, x, y, r) {
  switch (kind % 8) {
    case 0:
      path.moveTo(x + r, y);
      path.arc(x, y, r, 0, 2 * Math.PI);
      break;
    case 1:
      path.rect(x - 0.85 * r, y - 0.85 * r, 1.7 * r, 1.7 * r);
      break;
    case 4:
    case 5: {
      const t = r / 3, d = kind % 8 === 5 ? Math.SQRT1_2 : 0;
      const points = [[-t, -r], [t, -r], [t, -t], [r, -t], [r, t], [t, t], [t, r], [-t, r], [-t, t], [-r, t], [-r, -t], [-t, -t]];
      points.forEach(([a, b], i) => {
        const u = x + (d ? d * (a - b) : a), v = y + (d ? d * (a + b) : b);
        if (i) path.lineTo(u, v);
        else path.moveTo(u, v);
      });
      path.closePath();
      break;
    }
    default: {
      const sides = { 2: 3, 3: 4, 6: 5, 7: 6 }[kind % 8] ?? 3;
      for (let i = 0; i < sides; i++) {
        const angle = -Math.PI / 2 + (i * 2 * Math.PI) / sides;
        const u = x + 1.2 * r * Math.cos(angle), v = y + 1.2 * r * Math.sin(angle);
        if (i) path.lineTo(u, v);
        else path.moveTo(u, v);
      }
      path.closePath();
    }
  }
}

/**
 * A class's shape as an inline picture, for buttons and legends.
 * @param {number} kind
 */
export function shapeIcon(kind) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 14 14");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[kind % 8]);
  path.style.fill = `var(--class-${kind % 8})`;
  svg.append(path);
  return svg;
}

const SHAPES = [
  "M12 7A5 5 0 1 1 2 7A5 5 0 1 1 12 7Z", "M3 3H11V11H3Z", "M7 1.5L12.5 11H1.5Z", "M7 1L13 7L7 13L1 7Z",
  "M5.5 2H8.5V5.5H12V8.5H8.5V12H5.5V8.5H2V5.5H5.5Z", "M2 4L4 2L7 5L10 2L12 4L9 7L12 10L10 12L7 9L4 12L2 10L5 7Z",
  "M7 1L13 5.4L10.7 12.5H3.3L1 5.4Z", "M7 1L12.5 4V10L7 13L1.5 10V4Z",
];

/**
 * A number as short as it can be read.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 */
export function short(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(Math.max(0, digits - 2)).replace("-", "−").replace("e+", "e");
  return size >= 1000 ? grouped(Math.round(value)) : value.toFixed(size >= 100 ? Math.min(1, digits) : digits).replace("-", "−");
}

/** A count with a comma from 1,000 on, as short as it stays readable. @param {number} n */
export const grouped = (n) => (n >= 1e8 ? `${(n / 1e6).toFixed(0)}M` : n.toLocaleString("en").replace("-", "−"));

/** A share of 1 as the page writes it. @param {number | null | undefined} share @param {number} [digits] behind the point */
export const percent = (share, digits = 1) => (typeof share === "number" && Number.isFinite(share) ? `${(share * 100).toFixed(digits).replace("-", "−")}%` : "–");
