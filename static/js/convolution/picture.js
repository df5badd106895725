/** The sandbox's picture: the input with its border, the kernel, the output, and the window that slides. */
import { h } from "../dom.js";
import { outputsWith, sharesOf } from "../model/sliding.js";
import { t } from "../words.js";
import { fitted, makeGrid } from "./grid.js";
import { makeKernel } from "./kernel.js";
import { INK } from "./presets.js";
import { MOST, overlaid } from "./link.js";
import { SETTINGS, impossible, looked, placeOf } from "./state.js";

/** @import {PageStore, State, Looked} from "./state.js" */

const LARGEST_CELL = 48, LEAST_CELL = 9, LEAST_KERNEL = 34, SIGN = 44;

/** @param {PageStore} store @param {HTMLElement} box */
export function mountPicture(store, box) {
  const hover = (/** @type {import("./state.js").Pointed | null} */ at) => {
    if (JSON.stringify(at) !== JSON.stringify(store.state.hover)) store.set({ hover: at });
  };
  const left = () => hover(null);
  const border = () => looked(store.state).axis.before;
  /** What a pointer draws, from where it went down on. */
  let ink = 0;
  const put = (/** @type {number} */ row, /** @type {number} */ column, /** @type {number} */ value) => {
    const { x, axis: { length } } = looked(store.state), [r, c] = [row - border(), column - border()];
    if (r < 0 || c < 0 || r >= length || c >= length) return;
    const next = x.map((one, k) => (k === r * length + c ? value : one));
    store.set({ picture: "own", drawn: overlaid(store.state.drawn, MOST.n, next, length) });
  };
  const valueAt = (/** @type {number} */ row, /** @type {number} */ column) => {
    const { x, axis: { length, before } } = looked(store.state);
    return x[(row - before) * length + column - before];
  };
  const input = makeGrid("x", {
    left,
    pointed: (row, column) => hover({ grid: "x", row: row - border(), column: column - border() }),
    pressed: (row, column, first) => {
      if (first) ink = valueAt(row, column) ? 0 : INK;
      put(row, column, ink);
    },
    typed: (row, column, key) => {
      if (!/^[0-9 ]$/.test(key)) return false;
      put(row, column, key === " " ? (valueAt(row, column) ? 0 : INK) : Number(key));
      return true;
    },
  });
  const kernel = makeKernel({
    left,
    pointed: (u, v) => hover({ grid: "w", row: u, column: v }),
    changed: (w, by) => store.set({ kernel: "own", own: overlaid(store.state.own, MOST.size, w, store.state.window.size), by }),
  });
  const choose = (/** @type {number} */ row, /** @type {number} */ column) => store.set({ at: [row, column] });
  const output = makeGrid("y", {
    left,
    pointed: (row, column) => {
      hover({ grid: "y", row, column });
      // By keys it stays where it was led to.
      if (output.element.matches(":focus-visible")) choose(row, column);
    },
    pressed: (row, column, first) => { if (first) choose(row, column); },
  });
  const caption = () => h("figcaption", {}), figures = [caption(), caption(), caption()];
  const middle = h("figure", { class: "middle" }, figures[1], kernel.table, kernel.divided);
  const does = h("span", { class: "sign", "aria-hidden": "true" }), equals = h("span", { class: "sign", "aria-hidden": "true" }, "=");
  const stage = h("div", { class: "stage" }, h("figure", {}, figures[0], input.element), does, middle, equals, h("figure", {}, figures[2], output.element));
  box.append(stage);

  const cellOf = (/** @type {Looked} */ { axis, settings: { operation, window } }) => {
    const side = axis.length + axis.before + axis.after, gaps = 2;
    const alone = stage.clientWidth < 640, kernelWide = operation === "conv" ? Math.max(LEAST_KERNEL * window.size, 60) : 84;
    const room = alone ? (stage.clientWidth - gaps) / Math.max(side, axis.positions) : (stage.clientWidth - kernelWide - 2 * SIGN - 40) / (side + axis.positions);
    return Math.max(LEAST_CELL, Math.min(LARGEST_CELL, Math.floor(room)));
  };

  const draw = () => {
    const s = store.state, all = looked(s), { axis, x, w, by, y, weights, covered, settings } = all, { before, after, length, positions } = axis;
    const cell = cellOf(all), wide = cell - 2, pool = settings.operation !== "conv", side = length + before + after;
    stage.style.setProperty("--cell", `${cell}px`);
    stage.style.setProperty("--kernel-cell", `${Math.max(LEAST_KERNEL, cell)}px`);
    const wrong = impossible(s) !== null;
    stage.classList.toggle("proposed", wrong);
    stage.inert = wrong;
    stage.dataset.operation = settings.operation;
    kernel.table.hidden = kernel.divided.hidden = pool;
    does.textContent = pool ? "→" : "∗";
    equals.textContent = pool ? "→" : "=";
    input.element.setAttribute("aria-label", t("cv.inputAlt"));
    output.element.setAttribute("aria-label", t("cv.outputAlt"));
    figures[0].textContent = t(s.back ? "cv.gradientOf" : "cv.inputOf", { n: length });
    figures[1].textContent = t(pool ? `cv.windowOf.${settings.operation}` : "cv.kernelOf", { k: axis.size });
    figures[2].textContent = t("cv.outputOf", { n: positions });
    const back = s.back ? backwards(s, all) : null, most = back ? Math.max(...back.map(Math.abs)) : INK;
    input.draw({
      rows: side, columns: side, most,
      cellAt: (row, column) => {
        const r = row - before, c = column - before;
        if (r < 0 || c < 0 || r >= length || c >= length) return { value: null, kind: "border", text: pool ? "" : fitted(0, wide) };
        const value = back ? back[r * length + c] : x[r * length + c];
        return { value, text: fitted(value, wide), kind: `${back ? "gradient " : ""}${covered.seen[r] && covered.seen[c] ? "" : "unseen"}` };
      },
      nameAt: (row, column, text) => {
        const r = row - before, c = column - before, where = { row: r + 1, column: c + 1 };
        if (r < 0 || c < 0 || r >= length || c >= length) return t(pool ? "cv.borderPool" : "cv.borderZero");
        const value = (back ?? x)[r * length + c];
        return t(covered.seen[r] && covered.seen[c] ? (back ? "cv.gradientAt" : "cv.numberAt") : "cv.unseenAt", { ...where, value: text || fitted(value, 1e3) });
      },
    });
    if (!pool) kernel.draw({ w, by }, axis.size);
    const largest = y.reduce((top, one) => Math.max(top, Math.abs(one)), 0);
    output.draw({
      rows: positions, columns: positions, most: largest,
      cellAt: (i, j) => ({ value: y[i * positions + j], text: fitted(y[i * positions + j], wide) }),
      nameAt: (i, j, text) => t("cv.numberAt", { row: i + 1, column: j + 1, value: text || fitted(y[i * positions + j], 1e3) }),
    });
    stage.dataset.weights = weights.join(",");
    light();
  };

  const light = () => {
    const s = store.state, all = looked(s), { axis } = all, at = s.hover;
    if (at?.grid === "x") {
      const partners = outputsWith(axis, at.row, at.column), inside = (/** @type {number} */ row) => row - axis.before;
      input.light((row, column) => (inside(row) === at.row && inside(column) === at.column ? "lit here" : ""));
      output.light((i, j) => (partners.some((one) => one.i === i && one.j === j) ? "lit" : ""));
      kernel.light((u, v) => partners.some((one) => one.u === u && one.v === v));
      return;
    }
    const [i, j] = placeOf(s), { taps, winner } = all.at(i, j);
    const own = (/** @type {number} */ row, /** @type {number} */ column) => taps.findIndex((tap) => tap.row === row - axis.before && tap.column === column - axis.before);
    const one = at?.grid === "w" ? at.row * axis.size + at.column : s.tap ?? -1;
    input.light((row, column) => {
      const k = own(row, column);
      return k < 0 ? "" : `lit${k === winner || k === one ? " winner" : ""}`;
    });
    output.light((row, column) => (row === i && column === j ? "lit winner" : ""));
    kernel.light((u, v) => u * axis.size + v === one);
    if (at?.grid !== "y") output.go(i, j);
  };

  store.on([...SETTINGS, "language", "back"], draw);
  store.on(["hover", "at", "tap"], () => (store.state.back ? draw() : light()));
  new ResizeObserver(draw).observe(stage);
}

/** What the output that is looked at gives back to the input, where its gradient is 1: a picture like it. @param {State} s @param {Looked} all */
function backwards(s, { axis, settings, weights, at }) {
  const made = Array.from({ length: axis.length ** 2 }, () => 0);
  const add = (/** @type {number} */ i, /** @type {number} */ j) => {
    const output = at(i, j), shares = sharesOf(settings.operation, output, weights, 1);
    output.taps.forEach((tap, k) => { if (tap.inside) made[tap.row * axis.length + tap.column] += shares[k]; });
  };
  // Of a cell that is pointed at all outputs count that it has a part in.
  if (s.hover?.grid === "x") for (const { i, j } of outputsWith(axis, s.hover.row, s.hover.column)) add(i, j);
  else add(...placeOf(s));
  return made;
}
