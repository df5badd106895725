/** The same layer twice: what one number of the second sees of the input, by pointer or keys. */
import { h } from "../dom.js";
import { outputOf, tapsOf } from "../model/sliding.js";
import { axisOf } from "../model/windows.js";
import { t } from "../words.js";
import { makeGrid } from "./grid.js";
import { INK } from "./presets.js";
import { SETTINGS, looked } from "./state.js";

/** @import {PageStore} from "./state.js" */

/** @param {PageStore} store @param {HTMLElement} box */
export function mountStacked(store, box) {
  /** @type {{grid: number, row: number, column: number}} */
  let at = { grid: 2, row: 0, column: 0 };
  const words = h("p", { class: "verdict", id: "field-words" }), captions = [0, 1, 2].map(() => h("figcaption", {}));
  const grids = captions.map((_, k) => makeGrid(`deep-${k}`, { left: () => {}, pointed: (row, column) => { at = { grid: k, row, column }; light(); } }));
  const row = h("div", { class: "stage deep" }, ...grids.flatMap((grid, k) => [...(k ? [h("span", { class: "sign", "aria-hidden": "true" }, "→")] : []), h("figure", {}, captions[k], grid.element)]));
  box.append(words, row);

  /** Input, after one layer, after two; a second that does not fit is not there. */
  const made = () => {
    const { axis, x, y, weights, settings: { operation, window } } = looked(store.state), next = axisOf(axis.positions, window);
    return { axes: [axis, next], pictures: [x, y, next.positions ? outputOf(operation, y, weights, next) : []], sides: [axis.length, axis.positions, next.positions] };
  };

  /** Which cells of the pictures before one are in its window, and in theirs. @returns {Set<number>[]} places row by row */
  const reached = () => {
    const { axes, sides } = made(), sets = [0, 1, 2].map(() => /** @type {Set<number>} */ (new Set()));
    sets[at.grid].add(at.row * sides[at.grid] + at.column);
    for (let k = at.grid - 1; k >= 0; k--) {
      for (const place of sets[k + 1]) {
        for (const tap of tapsOf(axes[k], Math.floor(place / sides[k + 1]), place % sides[k + 1])) if (tap.inside) sets[k].add(tap.row * sides[k] + tap.column);
      }
    }
    return sets;
  };

  const light = () => {
    const { sides, axes } = made(), sets = reached();
    grids.forEach((grid, k) => grid.light((r, c) => (sets[k].has(r * sides[k] + c) ? `lit${k === at.grid ? " winner" : ""}` : "")));
    const { size, stride, dilation, reach } = axes[0], wide = reach + (size - 1) * dilation * stride;
    words.textContent = sides[2] ? t("cv.field", { one: reach, two: wide, n: sets[0].size }) : t("cv.noSecond", { one: reach, k: size, n: sides[1] });
  };

  const draw = () => {
    const { pictures, sides } = made(), cell = Math.max(8, Math.min(26, Math.floor((row.clientWidth < 640 ? row.clientWidth - 4 : (row.clientWidth - 130) / 3) / Math.max(...sides))));
    row.style.setProperty("--cell", `${cell}px`);
    captions.forEach((caption, k) => { caption.textContent = t(["cv.inputOf", "cv.afterOne", "cv.afterTwo"][k], { n: sides[k] }); });
    if (at.row >= sides[at.grid] || at.column >= sides[at.grid]) at = { grid: sides[2] ? 2 : 1, row: 0, column: 0 };
    grids.forEach((grid, k) => {
      grid.element.hidden = captions[k].hidden = !sides[k];
      grid.element.setAttribute("aria-label", captions[k].textContent ?? "");
      if (!sides[k]) return;
      const most = k ? Math.max(0, ...Array.from(pictures[k], Math.abs)) : INK;
      grid.draw({ rows: sides[k], columns: sides[k], most, cellAt: (r, c) => ({ value: pictures[k][r * sides[k] + c], text: "" }),
        nameAt: (r, c) => t("cv.numberAt", { row: r + 1, column: c + 1, value: Number(pictures[k][r * sides[k] + c].toFixed(3)) }) });
    });
    light();
  };
  store.on([...SETTINGS, "language"], draw);
  new ResizeObserver(draw).observe(row);
}
