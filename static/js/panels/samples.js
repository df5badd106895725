/** The output for images, sequences and text: samples with what the network says of them. */
import { lazily } from "../assets.js";
import { percent, short } from "../canvas.js";
import { drawGallery, drawImageSample, drawSequence, galleryGrid } from "../charts/samples.js";
import { symbolsOf } from "../charts/symbols.js";
import { byId, children, h, label, write } from "../dom.js";
import { chosenIn, parts, sampleAt, sampleCount } from "../looking.js";
import { classOf } from "../model/classes.js";
import { rowsOnly } from "../model/data.js";
import { realTarget } from "../model/units.js";
import { className, columnName } from "../names.js";
import { eachFrame } from "../store.js";
import { pick, t } from "../words.js";

const both = (/** @type {import("../wire.js").LabelOut} */ label) => pick(/** @type {any} */ (label));

const IMAGES = 50, SEQUENCES = 16, MOST_BARS = 10;

/**
 * @typedef {import("../session.js").State} State
 * @typedef {import("../types.js").Dataset} Dataset
 */

/** @param {import("../session.js").Session} session */
export function mountSamples(session) {
  const { store } = session;
  const box = byId("samples"), wrap = byId("gallery-box"), text = byId("sample-text");
  const chart = /** @type {HTMLCanvasElement} */ (byId("sample-chart"));
  const gallery = /** @type {HTMLCanvasElement} */ (byId("gallery"));
  const number = /** @type {HTMLInputElement} */ (byId("sample-number"));

  const choose = (/** @type {number} */ i) => {
    const { dataset, group } = store.state;
    if (!dataset) return;
    const sample = Math.max(0, Math.min(sampleCount(dataset) - 1, i));
    store.set({ sample, group: group?.samples.includes(sample) ? group : null, drawing: null });
  };
  /** From the chosen sample on, within its group where one is shown. @param {number} by */
  const go = (by) => {
    const { sample, group } = store.state;
    choose(group ? group.samples[Math.max(0, Math.min(group.samples.length - 1, group.samples.indexOf(sample) + by))] : sample + by);
  };
  const pageSize = () => (store.state.dataset?.view === "image" ? IMAGES : SEQUENCES);
  /** What the server is asked about: the page of the gallery with the chosen sample. Of a series panels/forecast.js says it. */
  const page = () => {
    const { dataset, sample, shown, connection, group } = store.state;
    if (!dataset || rowsOnly(dataset)) return;
    let wanted = [sample];
    if (dataset.view !== "text") {
      const size = pageSize(), from = Math.floor((group ? group.samples.indexOf(sample) : sample) / size) * size;
      wanted = group ? group.samples.slice(from, from + size) : Array.from({ length: Math.min(size, sampleCount(dataset) - from) }, (_, i) => from + i);
    }
    if (!dataset.series && JSON.stringify(wanted) !== JSON.stringify(shown)) store.set({ shown: wanted });
    // Of forecasts and text only the chosen sample is drawn.
    const drawn = dataset.series || dataset.view === "text" ? [sample] : wanted;
    if (connection !== "lost") for (const { ask } of parts(dataset, drawn)) void session.run.bring(ask.part, ask.samples);
  };

  const draw = eachFrame(() => {
    const s = store.state, { dataset, look } = s;
    if (!dataset || rowsOnly(dataset) || !sampleCount(dataset)) return;
    const { view } = dataset, forecasts = Boolean(dataset.series), chosen = chosenIn(s, dataset);
    if (!chosen.input) {
      describe(s, chosen, undefined); // the sample itself is on its way
      return;
    }
    const said = s.drawing ? saidOfDrawing(s) : look?.outputs.get(s.sample);
    label(byId("sample-figure"), "class", view);
    byId("sample-figure").hidden = view === "text" || forecasts;
    text.hidden = view !== "text";
    wrap.hidden = view === "text" || forecasts;
    write(byId("samples-legend"), t(view === "text" ? "legendText" : view === "image" ? "legendImages" : dataset.classes ? "legendSequences" : "legendValues"));
    byId("samples-legend").hidden = forecasts;
    if (view === "image") {
      if (!s.drawing) drawImageSample(chart, chosen.input); // the pad is over it
    } else if (view === "sequence" && !forecasts) drawSequence(chart, chosen.input, axesOf(dataset), symbolsOf(dataset.columns), (dataset.columns ?? []).map((_, c) => columnName(dataset, c)));
    if (!wrap.hidden) {
      gallery.style.height = `${galleryGrid(wrap.clientWidth, view === "image", s.shown.length, namesIn(dataset)).height}px`;
      drawGallery(gallery, s.shown.map((i) => item(s, i)), view === "image", s.shown.indexOf(s.sample), symbolsOf(dataset.columns), namesIn(dataset));
    }
    if (view !== "text") drawBars(s, said, chosen.target); // of text it is loaded late
    describe(s, chosen, said);
    byId("plane").dataset.drawn = "yes";
  });
  store.on(["dataset", "sample", "group", "connection"], page);
  store.on(["dataset", "arrived", "look", "sample", "drawing", "shown", "theme", "language"], draw);
  new ResizeObserver(draw).observe(box);
  store.on(["dataset", "language"], (s) => {
    const rows = rowsOnly(s.dataset);
    box.hidden = rows;
    for (const id of ["plane", "plane-readout"]) byId(id).hidden = !rows;
    byId("show-test").parentElement?.toggleAttribute("hidden", !rows || !s.dataset?.test_inputs.length);
  });

  // Drawing is loaded when somebody comes near the picture.
  const pen = lazily("js/panels/drawing.js", (module) => /** @type {{open: () => void}} */ (module.mountDrawing(session)));
  byId("sample-figure").addEventListener("pointerover", () => { if (store.state.dataset?.view === "image") pen().catch(() => {}); });
  byId("draw").addEventListener("click", () => void session.try(async () => (await pen()).open()));

  // Choosing
  byId("sample-before").addEventListener("click", () => go(-1));
  byId("sample-after").addEventListener("click", () => go(1));
  number.addEventListener("change", () => choose(Number(number.value) - 1));
  gallery.addEventListener("click", (event) => {
    const { dataset, shown } = store.state;
    const grid = galleryGrid(wrap.clientWidth, dataset?.view === "image", shown.length, namesIn(dataset));
    const i = Math.floor(event.offsetY / grid.line) * grid.columns + Math.min(grid.columns - 1, Math.floor(event.offsetX / grid.tile));
    if (shown[i] !== undefined) choose(shown[i]);
  });
  wrap.addEventListener("keydown", (event) => {
    const { dataset, shown } = store.state;
    const { columns } = galleryGrid(wrap.clientWidth, dataset?.view === "image", shown.length, namesIn(dataset));
    move(event, { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, PageUp: -pageSize(), PageDown: pageSize() }, go);
  });
}

/**
 * @param {KeyboardEvent} event
 * @param {Record<string, number>} keys
 * @param {(by: number) => void} go
 */
export function move(event, keys, go) {
  const by = keys[event.key];
  if (!by) return;
  event.preventDefault();
  event.stopPropagation();
  go(by);
}

/** What a series' axes are called, and what stands along them: rows that have names of their own say these. @param {Dataset} dataset @returns {import("../charts/overtime.js").Axes} */
export function axesOf(dataset) {
  const { series_name: name, unit, series_start: begin, series_step: step, time_label: time, row_names: rows } = dataset;
  const up = name ? `${both(name)}${unit ? ` (${both(unit)})` : ""}` : "", across = time ? both(time) : t("timeStep");
  if (!rows) return { across, up: "", name: up, at: (place) => (begin ?? 0) + (step ?? 1) * place };
  return { across, up: "", name: up, at: (place) => place, text: (place) => rows[place] ?? `+${place - rows.length + 1}` };
}

/** Of the output layer. @param {State} s */
export const activationOf = (s) => s.network?.layers.at(-1)?.activation;

/** What the network says of a drawing. @param {State} s */
const saidOfDrawing = (s) => (s.look?.drawing ? s.look.layers[s.network?.layers.at(-1)?.name ?? ""]?.a : undefined);

/** What captions are made of. @param {Dataset | null} dataset */
const namesIn = (dataset) => (dataset?.classes ? dataset.class_names.map((_, i) => `→${className(dataset, i)}`) : []);

/** A caption that has no shorter one. @param {string} caption */
const alike = (caption) => ({ caption, brief: caption });

/** @param {State} s @param {number} i */
function item(s, i) {
  const dataset = /** @type {Dataset} */ (s.dataset);
  const { input, target } = sampleAt(dataset, i);
  const outputs = s.look?.outputs.get(i);
  if (!outputs) return { sample: input, ...alike(dataset.classes ? className(dataset, target) : short(target, 2)), wrong: false, known: false };
  if (!dataset.classes) return { sample: input, ...alike(`${short(realTarget(dataset, target), 2)} · ${short(realTarget(dataset, outputs[0]), 2)}`), wrong: false, known: true };
  const said = classOf(outputs, activationOf(s)), wrong = said !== target;
  if (!wrong) return { sample: input, ...alike(className(dataset, target)), wrong, known: true };
  // The picture itself shows what it is; what it was taken for must be read.
  return { sample: input, caption: `${className(dataset, target)}→${className(dataset, said)}`, brief: `→${className(dataset, said)}`, wrong, known: true };
}

/**
 * The largest outputs as bars; of few classes all, in their order.
 * @param {State} s
 * @param {Float32Array | undefined} said
 * @param {any} target
 */
export function drawBars(s, said, target) {
  const box = byId("sample-bars"), dataset = /** @type {Dataset} */ (s.dataset);
  box.hidden = !dataset.classes;
  if (!dataset.classes) return;
  const count = dataset.classes;
  const shares = said ? sharesOf(said, count) : new Array(count).fill(0);
  let order = Array.from({ length: count }, (_, i) => i);
  if (count > MOST_BARS) order = order.sort((a, b) => shares[b] - shares[a]).slice(0, 6);
  children(box, order.length, () => h("div", {}, h("span", { class: "name" }), h("span", { class: "track" }, h("span", { class: "bar" })), h("span", { class: "number" }))).forEach((row, k) => {
    const i = order[k], [name, track, number] = row.children, bar = /** @type {HTMLElement} */ (track.firstElementChild);
    row.classList.toggle("true", target === i);
    bar.classList.toggle("true", target === i);
    bar.style.width = `${Math.max(0, Math.min(1, shares[i])) * 100}%`;
    write(name, className(dataset, i));
    write(number, said && Number.isFinite(shares[i]) ? shares[i].toFixed(2) : "–");
  });
}

/**
 * @param {State} s
 * @param {ReturnType<typeof sampleAt>} chosen
 * @param {any} said
 */
function describe(s, chosen, said) {
  const dataset = /** @type {Dataset} */ (s.dataset), count = sampleCount(dataset);
  const number = /** @type {HTMLInputElement} */ (byId("sample-number"));
  if (number.max !== String(count)) number.max = String(count);
  if (document.activeElement !== number && number.value !== String(s.sample + 1)) number.value = String(s.sample + 1);
  write(byId("sample-count"), t("sampleOf", { n: count, part: t(chosen.test ? "ofTest" : "ofTrain") }));
  byId("sample-before").toggleAttribute("disabled", s.sample <= (s.group?.samples[0] ?? 0));
  byId("sample-after").toggleAttribute("disabled", s.sample >= (s.group?.samples.at(-1) ?? count - 1));
  let words = "";
  if (dataset.view === "text") return void label(byId("gallery-box"), "aria-label", t("galleryAlt"));
  if (s.drawing) words = drawnWords(s, said);
  else if (dataset.classes) {
    const guess = said ? classOf(said, activationOf(s)) : -1;
    words = t("classReadout", { label: className(dataset, chosen.target), said: guess < 0 ? "–" : className(dataset, guess) });
  } else {
    const real = (/** @type {number} */ v) => short(realTarget(dataset, v), 2);
    words = t("valueReadout", { label: real(chosen.target), said: said ? real(said[0]) : "–" });
  }
  write(byId("sample-readout"), words);
  label(byId("sample-chart"), "aria-label", words || t("output"));
  label(byId("gallery-box"), "aria-label", `${t("galleryAlt")} ${words}`);
}

/** @param {State} s @param {Float32Array | undefined} said */
function drawnWords(s, said) {
  if (!said || !s.dataset?.classes) return t("drawnReadout", { said: said ? short(realTarget(/** @type {Dataset} */ (s.dataset), said[0]), 2) : "–" });
  const guess = classOf(said, activationOf(s)), shares = sharesOf(said, s.dataset.classes);
  return t("drawnReadout", { said: `${className(s.dataset, guess)} (${percent(shares[guess])})` });
}

/**
 * What a network says of every class, as shares of 1. One output tells two classes apart; outputs from -1 to 1 are parts of their way.
 * @param {Float32Array} said
 * @param {number} classes
 */
export function sharesOf(said, classes) {
  const signed = said.some((v) => v < 0), shares = Array.from(said, (v) => (signed ? (v + 1) / 2 : v));
  return shares.length === 1 && classes === 2 ? [1 - shares[0], shares[0]] : shares;
}
