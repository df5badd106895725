/** The rows of the network unrolled in time: what is read, states, gates, outputs, gradients, each a picture with its number at the step pointed at. */
import { colours, percent, short } from "../canvas.js";
import { drawBand, drawHeat, drawLengths, drawRead, drawSigns, drawTriangle } from "../charts/time.js";
import { farthest } from "../charts/maps.js";
import { powersOf } from "../charts/strip.js";
import { heightsOf } from "../charts/samples.js";
import { symbolsOf } from "../charts/symbols.js";
import { isBands } from "../charts/sounds.js";
import { h, write } from "../dom.js";
import { classOf } from "../model/classes.js";
import { arrayName, isSigned, overTime } from "../model/time.js";
import { realInput, realTarget } from "../model/units.js";
import { className } from "../names.js";
import { activationOf, sharesOf } from "../panels/samples.js";
import { layerName, t } from "../words.js";
import { reaches, saidOf } from "./said.js";

/**
 * @typedef {import("../session.js").State} State
 * @typedef {import("../model/time.js").Way} Way
 * @typedef {{way: number, unit: number}} Chosen
 * @typedef {{s: State, ways: Way[], columns: import("../charts/time.js").Columns, cursor: number | null, chosen: Chosen | null, over: Chosen | null,
 *   input: any, target: any, written: (() => void)[], arrays: Record<string, import("../model/tensors.js").Numbers> | null, found: import("../wire.js").UnrolledOut | null,
 *   others: {values: (number | null)[], name: string}[]}} Moment  `others` are of the network that it is compared with, way by way;
 *   `arrays` are of the newest picture; `found` was asked for more slowly, and has what they have not;
 *   `written` is what is to be written when all is painted, as a canvas told its font has the page's styles worked out anew
 * @typedef {{element: HTMLElement, canvas: HTMLCanvasElement | null, way: number, what: string, value: string, heat: {units: number, every: number} | null, draw: (moment: Moment) => void}} Row
 *   `value` is its number at the cursor, as it stands there
 */

const MOST_ROWS = 128;

/**
 * @param {string} name
 * @param {{height: number, first?: string, of?: string, small?: (Node | string)[], way?: number, heat?: Row["heat"], what: string, still?: (moment: Moment) => unknown, paint: (canvas: HTMLCanvasElement, moment: Moment) => string}} of
 *   `first` stands over it; `of` is said of it where nothing does; `paint` draws it and gives its number at the cursor; what does not change with every picture says in `still` what it shows, and is drawn when that is another
 * @returns {Row}
 */
function row(name, { height, first, of = first, small = [], way = -1, heat = null, what, still, paint }) {
  const number = h("span", { class: "number" }), canvas = h("canvas", { role: "img" });
  canvas.style.height = `${height}px`;
  const element = h("div", { class: `time-row${first ? " first" : ""}`, "data-what": what, "data-way": String(way) },
    h("div", { class: "of" }, ...(first ? [h("span", { class: "title" }, first)] : []), h("b", {}, name), number, ...(small.length ? [h("small", {}, ...small)] : [])), canvas);
  /** @type {unknown[]} */
  let drawn = [];
  let labelled = "", wide = 0;
  /** @type {Row} */
  const made = { element, canvas, way, what, heat, value: "", draw(moment) {
    const now = still ? [still(moment), moment.columns.wide, moment.cursor, colours().paper, devicePixelRatio] : [];
    if (still && now.every((part, k) => part === drawn[k])) return;
    drawn = now;
    if (moment.columns.width !== wide) canvas.style.width = `${wide = moment.columns.width}px`;
    const value = paint(canvas, moment), label = [of, name, moment.cursor === null ? "" : t("cell.time", { n: moment.cursor + 1 }), value].filter(Boolean).join(" · ");
    moment.written.push(() => {
      if (value !== made.value) number.textContent = made.value = value;
      if (label !== labelled) canvas.setAttribute("aria-label", labelled = label);
    });
  } };
  return made;
}

/** Of which unit numbers are told in rows of a way. @param {Moment} moment @param {number} way */
const unitIn = ({ chosen, over }, way) => (over?.way === way ? over.unit : chosen?.way === way ? chosen.unit : null);

/** Whether each step is one sign. @param {import("../types.js").Dataset} dataset */
export const isWritten = (dataset) => dataset.view === "text" || symbolsOf(dataset.columns) !== null;

/** What it reads at a step, in a word. @param {State} s @param {any} input @param {number} step */
export function readAt(s, input, step) {
  const dataset = /** @type {import("../types.js").Dataset} */ (s.dataset), symbols = symbolsOf(dataset.columns);
  if (!input || step >= input.length) return "";
  if (dataset.view === "text") return dataset.class_names[input[step]];
  if (symbols) return symbols[input[step].indexOf(Math.max(...input[step]))];
  return isBands(input[step]) ? "" : input[step].slice(0, 4).map((/** @type {number} */ v, /** @type {number} */ c) => short(inUnits(dataset, c, v), 2)).join("; ");
}

/** @param {import("../types.js").Dataset} dataset @param {number} c @param {number} v */
const inUnits = (dataset, c, v) => (dataset.series && c === 0 ? realTarget(dataset, v) : realInput(dataset, c, v));

/** @param {State} s @param {Way[]} ways @param {number} steps @param {boolean} triangle @returns {Row[]} */
export function rowsOf(s, ways, steps, triangle) {
  const dataset = /** @type {import("../types.js").Dataset} */ (s.dataset), written = isWritten(dataset);
  const axis = row(t("timeStep"), { height: written ? 34 : 18, what: "axis", still: ({ input }) => input, paint(canvas, { s: now, input, columns, cursor }) {
    drawSigns(canvas, columns, written && input ? [Array.from({ length: steps }, (_, step) => readAt(now, input, step))] : [], cursor, true);
    return cursor === null ? "" : `${cursor + 1}${written ? ` ${readAt(now, input, cursor)}` : ""}`;
  } });
  axis.element.classList.add("axis");
  const read = written ? [] : [row(t("time.read"), { height: 56, what: "x", still: ({ input }) => input, paint(canvas, { s: now, input, columns, cursor }) {
    if (!input) return "";
    const ends = heightsOf(input), bands = isBands(input[0]), end = (/** @type {number} */ v) => short(inUnits(dataset, 0, v), 2);
    drawRead(canvas, columns, input, bands ? null : [end(ends[0]), end(ends[1])], cursor);
    return cursor === null ? "" : readAt(now, input, cursor);
  } })];
  return [axis, ...read, ...ways.flatMap((way, w) => stateRows(s, way, w, ways)), outputRow(s, steps), ...ways.flatMap((way, w) => gradientRows(s, way, w, ways, triangle))];
}

/** What a way is called. @param {State} s @param {Way} way @param {Way[]} ways */
export function wayName(s, way, ways) {
  const name = layerName(/** @type {import("../types.js").Network} */ (s.network), way.l);
  return ways.some((one) => one.layer === way.layer && one.back) ? `${name} · ${t(way.back ? "time.backward" : "time.forward")}` : name;
}

/** State and cell as heat maps, gates as bands. @param {State} s @param {Way} way @param {number} w @param {Way[]} ways @returns {Row[]} */
function stateRows(s, way, w, ways) {
  const { units, kind } = way, every = Math.ceil(units / MOST_ROWS), rows = Math.ceil(units / every), tall = rows > 32 ? Math.max(1, Math.floor(128 / rows)) : rows > 12 ? 5 : 10;
  const bounded = kind !== "simple_rnn" || s.network?.layers[way.l].activation !== "relu";
  const heat = (/** @type {"h" | "c"} */ what, /** @type {boolean} */ fixed) => {
    const scale = [h("span", { class: "low" }, "−1"), h("span", { class: "bar" }), h("span", { class: "high" }, "1")];
    const made = row(t(`time.${what}`), { what, height: Math.max(24, rows * tall), way: w, heat: { units, every }, ...(what === "h" ? { first: wayName(s, way, ways) } : {}),
      small: [h("span", { class: "number" }, ...scale), h("br"), every > 1 ? t("time.thinned", { n: units, k: every }) : t("time.units", { n: units })],
      paint(canvas, moment) {
        const data = moment.arrays?.[arrayName(way, what)]?.data;
        if (!data) return "";
        const limit = fixed ? 1 : farthest(data), unit = unitIn(moment, w), { cursor } = moment;
        moment.written.push(() => {
          const end = short(limit, fixed ? 0 : limit < 10 ? 2 : 1);
          write(scale[0], `−${end}`);
          write(scale[2], end);
        });
        drawHeat(canvas, moment.columns, data, { units, every, limit, chosen: moment.chosen?.way === w ? moment.chosen.unit : null, cursor });
        return cursor === null ? "" : short(overTime(data, units, unit)[cursor]);
      } });
    return made;
  };
  const gates = way.gates.map((letter) => row(t(kind === "simple_rnn" ? "time.sum" : `time.gate.${letter}`), { what: `gate.${letter}`, height: 26, way: w, paint(canvas, moment) {
    const data = moment.arrays?.[arrayName(way, `gate.${letter}`)]?.data;
    if (!data) return "";
    const values = overTime(data, units, unitIn(moment, w)), signed = isSigned(kind, letter);
    drawBand(canvas, moment.columns, values, { limit: kind === "simple_rnn" ? farthest(values) : 1, signed, cursor: moment.cursor });
    return moment.cursor === null ? "" : short(values[moment.cursor]);
  } }));
  return [heat("h", bounded), ...(kind === "lstm" ? [heat("c", false)] : []), ...gates];
}

/** A row of words alone. @param {HTMLElement} element @param {{what: string, way: number}} of @param {HTMLElement} says @param {(moment: Moment) => string} said @returns {Row} */
const spoken = (element, of, says, said) => ({ ...of, element, canvas: null, value: "", heat: null, draw(moment) { moment.written.push(() => write(says, said(moment))); } });

/** @param {State} s @param {number} steps @returns {Row} */
function outputRow(s, steps) {
  const dataset = /** @type {import("../types.js").Dataset} */ (s.dataset), network = /** @type {import("../types.js").Network} */ (s.network);
  const name = network.layers[network.layers.length - 1].name, made = (/** @type {Moment} */ m) => m.s.look?.layers[name]?.a;
  if (dataset.view === "text" && network.layers[network.layers.length - 1].shape.length === 2) {
    return row(t("time.says"), { what: "output", first: t("output"), height: 34, small: [t("time.target")], paint(canvas, moment) {
      const a = made(moment), { target, cursor } = moment;
      if (!a || !target) return "";
      const each = a.length / steps, guess = Array.from({ length: steps }, (_, step) => classOf(a.subarray(step * each, (step + 1) * each), activationOf(moment.s)));
      const sign = (/** @type {number} */ k) => (k < 0 ? "" : dataset.class_names[k]);
      drawSigns(canvas, moment.columns, [guess.map(sign), target.map(sign)], cursor, false);
      return cursor === null ? "" : `${sign(guess[cursor])} ${percent(a[cursor * each + guess[cursor]], 0)}`;
    } });
  }
  const says = h("span", { class: "says number" });
  const element = h("div", { class: "time-row first", "data-what": "output", "data-way": "-1" }, h("div", { class: "of" }, h("b", {}, t("output")), h("small", {}, t("time.atLast", { n: steps }))), says);
  return spoken(element, { what: "output", way: -1 }, says, said);

  /** @param {Moment} moment */
  function said(moment) {
    const a = made(moment), { target } = moment;
    if (!a) return "";
    if (!dataset.classes) {
      const real = (/** @type {any} */ v) => (typeof v === "number" ? short(realTarget(dataset, v), 2) : "–");
      return t("valueReadout", { label: real(target), said: real(a[0]) });
    }
    const guess = classOf(a, activationOf(moment.s));
    return t("classReadout", { label: target === null ? "–" : className(dataset, target), said: `${className(dataset, guess)} (${percent(sharesOf(/** @type {Float32Array} */ (a), dataset.classes)[guess], 0)})` });
  }
}

/** Where there are several each speaks of itself, over its own gradients. @param {string} title @param {number} w @param {Way[]} ways @returns {Row} */
function ownRow(title, w, ways) {
  const says = h("span", { class: "says" }), element = h("div", { class: "time-row first own", "data-what": "said", "data-way": String(w) }, h("div", { class: "of" }, h("span", { class: "title" }, title)), says);
  return spoken(element, { what: "said", way: w }, says, ({ found }) => {
    const one = found && reaches(ways, found).find(({ way }) => way === w);
    return one ? saidOf(one) : "";
  });
}

/** How much gradient reaches each step, and where it came from. @param {State} s @param {Way} way @param {number} w @param {Way[]} ways @param {boolean} triangle @returns {Row[]} */
function gradientRows(s, way, w, ways, triangle) {
  const keys = way.kind === "lstm" ? [h("i", { class: "key" }), " dL/dh ", h("i", { class: "key dashed" }), " dL/dc"] : [h("i", { class: "key" }), " dL/dh"];
  const title = `${wayName(s, way, ways)} · ${t("time.back")}`;
  const lengths = row(t("time.gradient"), { what: "grad", way: w, height: 84, first: ways.length > 1 ? "" : title, of: title, small: [...keys, h("br"), t("time.logScale")], paint(canvas, { arrays, columns, cursor, others }) {
    const grad = arrays?.[arrayName(way, "grad")]?.data, cell = arrays?.[arrayName(way, "grad_c")]?.data;
    if (!grad) return "";
    const other = others[w] ? [{ ...others[w], colour: "ink", dash: [1, 3] }] : [];
    drawLengths(canvas, columns, [{ values: grad, colour: "accent", dash: [] }, ...(cell ? [{ values: cell, colour: "positive-ink", dash: [4, 3] }] : []), ...other],
      powersOf([...grad, ...(cell ?? []), ...other.flatMap(({ values }) => values)]), cursor);
    return cursor === null ? "" : short(grad[cursor]);
  } });
  const rows = ways.length > 1 ? [ownRow(title, w, ways), lengths] : [lengths];
  if (!triangle) return rows;
  const low = h("span", {}), high = h("span", {});
  return [...rows, row(t("time.from"), { what: "from", way: w, still: ({ found }) => found, height: 110, small: [h("span", { class: "number" }, low, h("span", { class: "bar ink" }), high), h("br"), t("time.fromHint")], paint(canvas, { found, columns, cursor, written }) {
    const given = found?.layers[w]?.grad_from;
    if (!given) return "";
    const powers = powersOf(given.flat());
    written.push(() => {
      write(low, short(10 ** powers[0], 2));
      write(high, short(10 ** powers[1], 2));
    });
    drawTriangle(canvas, columns, given, powers, cursor);
    return cursor === null ? "" : short(given[given.length - 1][cursor]);
  } })];
}
