/** Courses that are read where somebody points, or by the arrow keys: a line there, and what each says beside it. */
import { grouped, short } from "../canvas.js";
import { byId, h, write } from "../dom.js";
import { t } from "../words.js";
import { drawCourses, xAt } from "../charts/courses.js";

/** @typedef {import("../charts/courses.js").Courses} Courses */

const MOST = 8; // courses that are told of

/** The place of what lies nearest, of numbers in rising order. @param {number[]} of @param {number} value */
export function nearest(of, value) {
  let low = 0, high = of.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low > 0 && value - of[low - 1] < of[low] - value ? low - 1 : low;
}

export class ReadCourses {
  /** @type {Courses | null} */
  #plot = null;
  /** Where it is read. @type {number | null} */
  #x = null;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    canvas.tabIndex = 0;
    /** To be put below the canvas. */
    this.note = h("p", { class: "readout" });
    canvas.addEventListener("pointermove", ({ offsetX }) => this.#read(xAt(canvas, offsetX)));
    for (const name of ["pointerleave", "blur"]) canvas.addEventListener(name, () => this.#read(null));
    canvas.addEventListener("keydown", (event) => {
      const xs = this.#longest(), last = xs.length - 1, at = this.#x === null ? last : nearest(xs, this.#x), far = Math.max(1, Math.round(xs.length / 10));
      const to = /** @type {Record<string, number>} */ ({ ArrowLeft: at - 1, ArrowRight: at + 1, PageDown: at - far, PageUp: at + far, Home: 0, End: last })[event.key];
      if (to === undefined || last < 0) return;
      event.preventDefault();
      event.stopPropagation();
      this.#read(xs[Math.max(0, Math.min(last, to))]);
      byId("live").textContent = this.note.textContent;
    });
  }

  #longest() {
    return (this.#plot?.courses ?? []).reduce((most, { x }) => (x.length > most.length ? x : most), /** @type {number[]} */ ([]));
  }

  /** @param {number | null} x */
  #read(x) {
    const xs = this.#longest(), at = x === null || !xs.length ? null : xs[nearest(xs, x)];
    if (at === this.#x || !this.#plot) return;
    this.#x = at;
    this.draw(this.#plot);
  }

  /** @param {Courses} plot */
  draw(plot) {
    this.#plot = plot;
    const x = this.#x, named = plot.courses.filter(({ name, x: xs }) => name && xs.length);
    drawCourses(this.canvas, { ...plot, cursor: x });
    const said = x === null ? [] : named.slice(0, MOST).filter(({ x: xs }) => x <= xs[xs.length - 1]).map(({ name, x: xs, y }) => `${name} ${short(y[nearest(xs, x)])}`);
    write(this.note, x === null ? t("race.read") : `${plot.xName} ${plot.logX ? String(Number(x.toPrecision(2))) : grouped(x)}: ${said.join(" · ")}`);
  }
}
