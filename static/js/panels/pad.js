/** A pad to draw on, by mouse, finger, pen or keys: strokes, and a canvas that shows them. */
import { chartFont, colours, fit } from "../canvas.js";
import { eachFrame } from "../store.js";

/** @typedef {import("../model/strokes.js").Stroke} Stroke */

// In parts of a side: points closer than that are one, and what an arrow key moves, or moves with Shift.
const CLOSE = 0.006, STEP = 1 / 32, LEAP = 1 / 8;

export class Pad {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{pen: () => number, changed: () => void, ended: () => void, hint: () => string, said?: (what: "down" | "up") => void}} told
   *   `pen` is how wide it is in parts of a side; `changed` while a stroke grows, `ended` when one does or one is taken away;
   *   `hint` stands on an empty pad; `said` when keys put the pen down or lift it
   */
  constructor(canvas, told) {
    this.canvas = canvas;
    this.told = told;
    /** @type {Stroke[]} */
    this.strokes = [];
    /** The stroke under way. @type {Stroke | null} */
    this.stroke = null;
    /** Where keys are, once they are used. @type {import("../model/strokes.js").Point | null} */
    this.cursor = null;
    this.pointer = -1;
    this.draw = eachFrame(() => this.#draw());
    new ResizeObserver(this.draw).observe(canvas);
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== this.pointer) return;
      event.preventDefault();
      const all = event.getCoalescedEvents?.() ?? [];
      this.#to((all.length ? all : [event]).map((one) => this.#at(one)));
    });
    for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) canvas.addEventListener(name, (event) => { if (event.pointerId === this.pointer) this.#lift(); });
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("blur", () => {
      if (this.pointer === -1) this.#lift();
      this.cursor = null;
      this.draw();
    });
  }

  /** A stroke begins. @param {PointerEvent} event */
  press(event) {
    if (event.button !== 0 || this.pointer !== -1) return;
    event.preventDefault();
    this.#lift();
    this.cursor = null;
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.canvas.focus({ preventScroll: true });
    this.#begin(this.#at(event));
  }

  /** Take the last stroke away. */
  undo() {
    this.stroke = null;
    if (this.strokes.pop()) this.#over();
  }

  clear() {
    this.stroke = null;
    if (this.strokes.splice(0).length) this.#over();
  }

  #over() {
    this.draw();
    this.told.changed();
    this.told.ended();
  }

  /** @param {MouseEvent} event @returns {import("../model/strokes.js").Point} */
  #at(event) {
    const box = this.canvas.getBoundingClientRect(), within = (/** @type {number} */ v) => Math.max(0, Math.min(1, v));
    return { x: within((event.clientX - box.left) / box.width), y: within((event.clientY - box.top) / box.height) };
  }

  /** @param {import("../model/strokes.js").Point} point */
  #begin(point) {
    this.stroke = [point];
    this.strokes.push(this.stroke);
    this.draw();
    this.told.changed();
  }

  /** @param {import("../model/strokes.js").Point[]} points */
  #to(points) {
    const { stroke } = this;
    if (!stroke) return;
    const before = stroke.length;
    for (const point of points) {
      const last = stroke[stroke.length - 1];
      if (Math.hypot(point.x - last.x, point.y - last.y) >= CLOSE) stroke.push(point);
    }
    if (stroke.length === before) return;
    this.draw();
    this.told.changed();
  }

  #lift() {
    this.pointer = -1;
    if (!this.stroke) return;
    this.stroke = null;
    this.draw();
    this.told.ended();
  }

  /** Arrows move, Enter puts the pen down and lifts it, Backspace takes a stroke away, Delete all. @param {KeyboardEvent} event */
  #key(event) {
    const { key } = event, undo = key === "Backspace" || ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "z");
    const moves = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] })[key];
    if ((!moves && !undo && key !== "Enter" && key !== "Delete") || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (undo) return this.undo();
    if (key === "Delete") return this.clear();
    this.cursor ??= { x: 0.5, y: 0.5 };
    if (moves) {
      const by = event.shiftKey ? LEAP : STEP;
      this.cursor = { x: Math.max(0, Math.min(1, this.cursor.x + moves[0] * by)), y: Math.max(0, Math.min(1, this.cursor.y + moves[1] * by)) };
      this.#to([this.cursor]);
    } else if (this.stroke) {
      this.#lift();
      this.told.said?.("up");
    } else if (!event.repeat) {
      this.#begin(this.cursor);
      this.told.said?.("down");
    }
    return this.draw();
  }

  #draw() {
    const { context, width, height } = fit(this.canvas);
    const theme = colours(), pen = this.told.pen();
    context.fillStyle = theme.paper;
    context.fillRect(0, 0, width, height);
    context.strokeStyle = theme.ink;
    context.lineWidth = pen * width;
    context.lineCap = context.lineJoin = "round";
    for (const stroke of this.strokes) {
      context.beginPath();
      context.moveTo(stroke[0].x * width, stroke[0].y * height);
      for (const { x, y } of stroke) context.lineTo(x * width, y * height);
      context.stroke();
    }
    if (!this.strokes.length) {
      context.fillStyle = theme["ink-2"];
      context.font = chartFont("sans");
      context.textAlign = "center";
      context.fillText(this.told.hint(), width / 2, height / 2 + 4, width - 8);
    }
    if (this.cursor) {
      // Seen on paper and on ink alike, and whether the pen is down.
      context.beginPath();
      context.arc(this.cursor.x * width, this.cursor.y * height, Math.max(5, (pen * width) / 2), 0, 2 * Math.PI);
      context.lineWidth = 4;
      context.strokeStyle = theme.paper;
      context.stroke();
      context.lineWidth = 2;
      context.strokeStyle = theme.accent;
      context.stroke();
      if (this.stroke) {
        context.fillStyle = theme.accent;
        context.fill();
      }
    }
    context.lineWidth = 1;
    context.strokeStyle = theme["line-2"];
    context.strokeRect(0.5, 0.5, width - 1, height - 1);
  }
}
