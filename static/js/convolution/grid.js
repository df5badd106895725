/** A table of numbers that one points at cell by cell: by pointer, or by arrow keys once it has the focus. */
import { h } from "../dom.js";

/**
 * @typedef {{value: number | null, text: string, kind?: string}} Cell `kind` is a class: "border" or "unseen"
 * @typedef {{rows: number, columns: number, most: number, cellAt: (row: number, column: number) => Cell, nameAt: (row: number, column: number, text: string) => string}} Drawn
 *   `most` is the size that is drawn as strongly as can be
 * @typedef {{pointed: (row: number, column: number) => void, left: () => void, pressed?: (row: number, column: number, first: boolean) => void,
 *   typed?: (row: number, column: number, key: string) => boolean}} Heard `pressed` by pointer, `first` where it goes down, then wherever it is drawn
 */

/** Room a figure of the smallest type takes, in pixels. */
const FIGURE = 7.4;

/** A number as short as it fits, or nothing. @param {number} value @param {number} wide in pixels */
export function fitted(value, wide) {
  for (const digits of [2, 1]) {
    const text = String(Number(value.toFixed(digits))).replace("-", "−");
    if (text.length * FIGURE + 3 <= wide) return text;
  }
  return "";
}

/** @param {string} id @param {Heard} heard */
export function makeGrid(id, { pointed, left, pressed, typed }) {
  const element = h("div", { id, class: "grid", role: "grid", tabIndex: 0 });
  /** @type {HTMLElement[]} */
  let cells = [];
  let rows = 0, columns = 0, at = /** @type {[number, number]} */ ([0, 0]), drawing = false;
  /** @param {Event} event @returns {[number, number] | null} */
  const placeOf = (event) => {
    const k = cells.indexOf(/** @type {HTMLElement} */ (event.target));
    return k < 0 ? null : [Math.floor(k / columns), k % columns];
  };
  element.addEventListener("pointerover", (event) => {
    const place = placeOf(event);
    if (!place) return;
    at = place;
    if (drawing) pressed?.(...place, false);
    pointed(...place);
  });
  element.addEventListener("pointerdown", (event) => {
    const place = placeOf(event);
    if (!place) return;
    element.focus({ preventScroll: true });
    at = place;
    pointed(...place);
    if (!pressed) return;
    event.preventDefault();
    // A finger belongs to the cell it came down on until that lets it go; then it tells which cells it is over.
    const touched = /** @type {HTMLElement} */ (event.target);
    if (touched.hasPointerCapture(event.pointerId)) touched.releasePointerCapture(event.pointerId);
    drawing = true;
    pressed(...place, true);
  });
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { drawing = false; });
  element.addEventListener("pointerleave", left);
  element.addEventListener("blur", left);
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !cells.length) return;
    const by = /** @type {Record<string, [number, number]>} */ ({ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -columns], End: [0, columns] })[event.key];
    if (!by && !typed?.(...at, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (by) at = [Math.max(0, Math.min(rows - 1, at[0] + by[0])), Math.max(0, Math.min(columns - 1, at[1] + by[1]))];
    pointed(...at);
  });
  return {
    element,
    /** Where its own cursor stands. @param {number} row @param {number} column */
    go: (row, column) => { at = [row, column]; },
    /** @param {Drawn} drawn */
    draw: ({ rows: tall, columns: wide, most, cellAt, nameAt }) => {
      if (tall !== rows || wide !== columns) {
        [rows, columns] = [tall, wide];
        at = [Math.min(at[0], rows - 1), Math.min(at[1], columns - 1)];
        cells = Array.from({ length: rows * columns }, (_, k) => h("div", { role: "gridcell", id: `${id}-${k}` }));
        element.style.setProperty("--columns", String(columns));
        element.replaceChildren(...Array.from({ length: rows }, (_, row) => h("div", { role: "row" }, ...cells.slice(row * columns, (row + 1) * columns))));
      }
      cells.forEach((cell, k) => {
        const row = Math.floor(k / columns), column = k % columns, { value, text, kind = "" } = cellAt(row, column);
        if (cell.textContent !== text) cell.textContent = text;
        cell.className = `${kind}${value !== null && value < 0 ? " negative" : ""}${text ? "" : " bare"}`;
        cell.style.setProperty("--share", value === null ? "0%" : `${Math.round(Math.min(1, Math.abs(value) / (most || 1)) * 100)}%`);
        cell.dataset.value = value === null ? "" : String(value);
        cell.setAttribute("aria-label", nameAt(row, column, text));
      });
    },
    /** Rings around cells: classes by place, "lit" and "winner". @param {(row: number, column: number) => string} classAt */
    light: (classAt) => {
      cells.forEach((cell, k) => {
        const wanted = classAt(Math.floor(k / columns), k % columns);
        for (const name of ["lit", "winner", "here"]) cell.classList.toggle(name, wanted.includes(name));
      });
      const cursor = cells[at[0] * columns + at[1]];
      if (cursor) element.setAttribute("aria-activedescendant", cursor.id);
    },
  };
}
