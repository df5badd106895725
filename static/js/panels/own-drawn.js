/** Pictures of one's own, drawn class by class: few by hand, and turned and shifted copies of them. */
import { drawImageSample } from "../charts/samples.js";
import { h } from "../dom.js";
import { pictureOf, PLAIN, turned } from "../model/strokes.js";
import { t } from "../words.js";
import { nextName } from "./own-learned.js";
import { Pad } from "./pad.js";

export const LEAST = 5;
const SIDE = 28, MOST_CLASSES = 20, MOST_COPIES = 9;

/**
 * @typedef {import("../model/strokes.js").Stroke} Stroke
 * @typedef {{name: string, drawings: Stroke[][]}} Class
 */

/**
 * @param {HTMLElement} pane
 * @param {() => void} changed what there is to send is another
 */
export function mountDrawn(pane, changed) {
  /** @type {Class[]} */
  let classes = [{ name: "A", drawings: [] }, { name: "B", drawings: [] }];
  let at = 0, copies = 4;
  /** What was, before the last changes. @type {{classes: Class[], at: number}[]} */
  const before = [];

  const list = h("div", { class: "draw-classes" }), canvas = h("canvas", { id: "own-pad", role: "application", tabIndex: 0 }), drawn = h("div", { class: "row drawn" });
  const what = h("p", { class: "hint" }), add = h("button", { id: "own-add", type: "button", class: "primary", onclick: () => take() });
  const stroke = h("button", { type: "button", onclick: () => pad.undo() }), clear = h("button", { type: "button", onclick: () => pad.clear() });
  const back = h("button", { type: "button", "data-tip": "tip.pictures.undo", onclick: () => undo() });
  const many = h("input", { type: "number", class: "copies", min: "0", max: String(MOST_COPIES), step: "1", value: String(copies), onchange: () => {
    if (many.checkValidity() && many.value !== "") copies = Number(many.value);
    many.value = String(copies);
    changed();
  } });
  const copied = h("span"), hint = h("p", { class: "hint" }), live = h("p", { class: "visually-hidden", role: "status" });
  const pad = new Pad(canvas, { pen: () => PLAIN.pen, changed: () => {}, ended: () => tools(), hint: () => t("padHint"), said: (which) => { if (which === "down") live.textContent = t("penDown"); } });
  pane.append(list, h("div", { class: "draw-pad" }, what, canvas, h("div", { class: "row" }, add, stroke, clear)), h("div", { class: "draw-drawn" }, drawn, back, h("label", { class: "row" }, many, copied), hint), live);
  // Many are drawn one after another: the hand stays where it is.
  canvas.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    take();
  });

  function tools() {
    add.disabled = stroke.disabled = clear.disabled = !pad.strokes.length;
    back.disabled = !before.length;
  }

  function note() {
    before.push({ classes: classes.map(({ name, drawings }) => ({ name, drawings: [...drawings] })), at });
    if (before.length > 200) before.shift();
  }

  function undo() {
    const last = before.pop();
    if (!last) return;
    ({ classes, at } = last);
    show();
  }

  function take() {
    if (!pad.strokes.length) return;
    note();
    classes[at].drawings.push(pad.strokes.map((one) => [...one]));
    pad.clear();
    show();
    live.textContent = t("pictures.of", { name: classes[at].name, n: classes[at].drawings.length });
  }

  function show() {
    list.replaceChildren(...classes.map((one, i) => {
      const name = h("input", { type: "text", value: one.name, maxLength: 80, "aria-label": t("pictures.className", { n: i + 1 }), oninput: () => {
        one.name = name.value;
        label();
        changed();
      } });
      name.addEventListener("focus", () => { if (at !== i) choose(i); });
      return h("div", { class: i === at ? "row chosen" : "row", onclick: (/** @type {Event} */ event) => { if (!(/** @type {HTMLElement} */ (event.target).closest("button"))) choose(i); } }, name,
        h("span", { class: "number", title: t("pictures.count", { n: one.drawings.length }) }, String(one.drawings.length)),
        h("button", { type: "button", class: "quiet", "aria-label": t("pictures.dropClass", { name: one.name }), disabled: classes.length <= 2, onclick: () => {
          note();
          classes.splice(i, 1);
          at = Math.min(at, classes.length - 1);
          show();
        } }, "×"));
    }), h("button", { type: "button", disabled: classes.length >= MOST_CLASSES, onclick: () => {
      note();
      classes.push({ name: nextName(classes.map((one) => one.name)), drawings: [] });
      at = classes.length - 1;
      show();
      list.querySelectorAll("input")[at].select();
    } }, t("pictures.addClass")));
    pictures();
  }

  /** @param {number} i */
  function choose(i) {
    at = i;
    [...list.children].forEach((row, k) => row.classList.toggle("chosen", k === at));
    pictures();
  }

  function label() {
    const name = classes[at].name.trim() || "?";
    what.textContent = t("pictures.drawOne", { name, n: classes[at].drawings.length });
    add.textContent = t("pictures.add", { name });
    canvas.setAttribute("aria-label", `${t("pictures.drawOne", { name, n: classes[at].drawings.length })} ${t("padAlt")} ${t("pictures.addKey")}`);
  }

  function pictures() {
    label();
    drawn.replaceChildren(...classes[at].drawings.map((strokes, i) => {
      const thumb = h("canvas", {}), name = t("pictures.dropOne", { n: i + 1, name: classes[at].name });
      const picture = pictureOf(strokes, [SIDE, SIDE], PLAIN);
      requestAnimationFrame(() => drawImageSample(thumb, picture));
      return h("button", { type: "button", class: "picture", "aria-label": name, title: name, onclick: () => {
        note();
        classes[at].drawings.splice(i, 1);
        show();
        back.focus();
      } }, thumb);
    }));
    tools();
    changed();
  }

  return {
    words() {
      stroke.textContent = t("padUndo");
      clear.textContent = t("padClear");
      back.textContent = t("undo");
      copied.textContent = t("pictures.copies");
      hint.textContent = t("pictures.copiesHint");
      many.setAttribute("aria-label", t("pictures.copies"));
      show();
      pad.draw();
    },
    /** Every drawing and its copies, ink 0 to 255. */
    sending() {
      /** @type {number[][][]} */
      const images = [];
      /** @type {string[]} */
      const labels = [];
      classes.forEach(({ name, drawings }, k) => drawings.forEach((strokes, i) => {
        for (let copy = 0; copy <= copies; copy++) {
          const picture = pictureOf(strokes, [SIDE, SIDE], PLAIN, copy ? turned((k * 1000 + i) * (MOST_COPIES + 1) + copy) : undefined);
          images.push(picture.map((line) => line.map(([v]) => Math.round(255 * v))));
          labels.push(name.trim());
        }
      }));
      return { images, labels };
    },
    counts: () => new Map(classes.map(({ name, drawings }) => [name.trim(), drawings.length])),
    /** Names that are empty, or of two classes. */
    names: () => classes.map(({ name }) => name.trim()),
    busy: () => false,
  };
}
