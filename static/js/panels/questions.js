/** What an answer to a picture hangs on: the gradient by its pixels, a patch over it, and what would excite a filter most. */
import { api, reasonIn } from "../api.js";
import { percent, short } from "../canvas.js";
import { drawMaps, numberAt } from "../charts/maps.js";
import { drawImageSample } from "../charts/samples.js";
import { h, rebuild } from "../dom.js";
import { followJob } from "../following.js";
import { chosenIn } from "../looking.js";
import { className } from "../names.js";
import { layerName, t, told } from "../words.js";

const METHODS = ["gradient", "gradient_x_input", "smooth"], SIDE = 104, STEPS = 200;

/**
 * @typedef {import("../session.js").State} State
 * @typedef {{busy: boolean, problem: unknown, found: any, of: string}} Question `of` says what it was asked about
 */

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} box
 * @param {(s: State) => object | null} askedOf the sample that is asked about, as the API takes it
 */
export function mountQuestions(session, box, askedOf) {
  const { store } = session;
  /** @returns {Question} */
  const fresh = () => ({ busy: false, problem: null, found: null, of: "" });
  const saliency = fresh(), occlusion = fresh();
  /** @type {Question & {leave: (() => void) | null, job: string, fraction: number}} */
  const excite = { ...fresh(), leave: null, job: "", fraction: 0 };
  /** Which of the inputs that were made is under way. */
  let turn = 0;
  /** The class that is asked about; null: the one given. @type {number | null} */
  let of = null;
  let method = METHODS[0], size = 2, layer = "", unit = 0, seed = 0, built = "";
  /** What is drawn again with the theme: functions by the places they draw. @type {(() => void)[]} */
  let paints = [];

  const keyOf = (/** @type {State} */ s) => JSON.stringify([session.id, s.network?.run, askedOf(s)]);

  /** @param {Question} question @param {() => Promise<any>} asking */
  async function ask(question, asking) {
    const mine = keyOf(store.state);
    Object.assign(question, { busy: true, problem: null, of: mine });
    draw();
    try {
      const found = await asking();
      if (question.of === mine) question.found = found;
    } catch (error) {
      question.problem = error;
    }
    question.busy = false;
    draw();
  }

  async function startExcite() {
    const mine = ++turn, asked = { layer, unit, steps: STEPS, seed: seed++ };
    Object.assign(excite, { busy: true, problem: null, found: null, fraction: 0 });
    draw();
    try {
      const started = await api.excite(session.id, asked);
      if (mine !== turn) return void api.cancel(started.job).catch(() => {});
      excite.job = started.job;
      excite.leave = followJob(started.job, {
        news(news, fraction) {
          const first = !excite.found?.image;
          excite.found = { ...excite.found, ...news };
          excite.fraction = fraction ?? excite.fraction;
          // What is on the screen stays, and with it the button that one is about to press.
          if (first && excite.found.image) draw();
          else showExcite();
        },
        end(state, data) {
          excite.problem = state === "failed" ? reasonIn(data, "failure") : null;
          stopped();
        },
        lost() {
          excite.problem = { message: t("writeLost") };
          stopped();
        },
      });
    } catch (error) {
      if (mine !== turn) return undefined;
      excite.problem = error;
      stopped();
    }
    return undefined;
  }
  function stopped() {
    turn++;
    excite.leave?.();
    Object.assign(excite, { leave: null, busy: false, job: "" });
    draw();
  }
  function cancel() {
    if (excite.job) void api.cancel(excite.job).catch(() => {});
    else if (excite.busy) stopped(); // it has not been told yet which job it is: once it is, that is cancelled
  }

  /** The layers whose units, or filters, can be asked about. @param {State} s */
  const layersIn = (s) => (s.network?.layers ?? []).map((one, l) => ({ ...one, l })).filter((one) => one.operable || one.l === (s.network?.layers.length ?? 0) - 1);

  function draw() {
    const s = store.state, { dataset, network } = s;
    box.hidden = dataset?.view !== "image" || !network;
    if (box.hidden || !dataset || !network) return;
    const now = keyOf(s);
    // Of another sample, or of a network that has begun anew, nothing is said any more.
    for (const question of [saliency, occlusion]) if (question.of !== now && !question.busy) Object.assign(question, fresh());
    const layers = layersIn(s);
    if (!layers.some((one) => one.name === layer)) [layer, unit] = [layers[0]?.name ?? "", 0];
    const key = JSON.stringify([now, s.language, of, method, size, layer, unit, saliency, occlusion, excite.busy, Boolean(excite.found?.image), excite.problem, layers.map((one) => one.name)]);
    if (key === built) return tellSteps(s);
    built = key;
    paints = [];
    const open = box.contains(document.activeElement) && document.activeElement instanceof HTMLSelectElement;
    if (open && s.frame?.state === "playing") return void (built = ""); // a list that is open is not taken away
    rebuild(box, h("h3", {}, t("q.title")), h("div", { class: "questions" }, saliencyCard(s), occlusionCard(s), exciteCard(s, layers)));
    for (const paint of paints) paint();
    tellSteps(s);
    showExcite();
  }

  /** Of which step each answer is. @param {State} s */
  function tellSteps(s) {
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("[data-step]"))) {
      const n = Number(element.dataset.step), now = s.frame?.step ?? n, text = n === now ? t("cell.step", { n }) : t("q.stale", { n, now });
      if (element.textContent !== text) element.textContent = text;
    }
  }

  /** What the picture that is being made has come to. */
  function showExcite() {
    const { found } = excite, canvas = /** @type {HTMLCanvasElement | null} */ (box.querySelector("#excited-picture")), progress = box.querySelector("progress");
    if (progress) progress.value = excite.fraction;
    if (!canvas || !found?.image) return;
    const { image, low, high } = found;
    // The least of the range is the page itself, the greatest ink.
    drawImageSample(canvas, image.map((/** @type {number[][]} */ row) => row.map((pixel) => pixel.map((v) => (v - Number(low)) / (Number(high) - Number(low) || 1)))));
    const text = box.querySelector("#excited-text");
    if (text) text.textContent = t("q.exciteFound", { first: short(found.values[0], 2), value: short(found.value, 2), low: short(Number(low), 2), high: short(Number(high), 2) });
  }

  /** The class that is asked about. @param {State} s @param {string} name */
  function classField(s, name) {
    const { dataset } = s;
    if (!dataset?.classes) return [];
    const select = h("select", { "data-name": name, "aria-label": t("q.class"), onchange: () => { of = select.value === "" ? null : Number(select.value); draw(); } },
      h("option", { value: "" }, t("q.given")), ...dataset.class_names.map((_, k) => h("option", { value: String(k), selected: k === of }, className(dataset, k))));
    return [h("label", { class: "row" }, t("q.class"), select)];
  }

  /** @param {Question} question @param {string} name @param {() => void} start */
  const askButton = (question, name, start) => h("button", { type: "button", "data-name": name, "aria-disabled": String(question.busy), onclick: () => { if (!question.busy) start(); } }, t(question.busy ? "ask.waiting" : question.found ? "q.again" : "q.ask"));

  /** @param {{step: number}} found */
  const stepOf = ({ step }) => h("small", { class: "hint", "data-step": String(step) });

  /** @param {Question} question */
  const problemOf = (question) => (question.problem ? [h("p", { class: "problem", role: "alert" }, told(question.problem))] : []);

  /**
   * The picture, and numbers over its places beside it; pointing at one says it.
   * @param {State} s
   * @param {{shape: number[], values: number[]}} map
   * @param {{label: string, inset: number, read: (row: number, column: number, value: number) => string}} options
   */
  function pair(s, map, { label, inset, read }) {
    const picture = h("canvas", { class: "question-picture", role: "img", "aria-label": t("sampleMap") }), values = h("canvas", { class: "question-map", role: "img", "aria-label": label, tabIndex: 0 });
    const readout = h("span", { class: "hint number" }, "\u00a0"), [rows, columns] = map.shape, full = s.dataset?.shape ?? [rows, columns];
    values.style.width = `${(SIDE * columns) / full[1]}px`;
    values.style.height = `${(SIDE * rows) / full[0]}px`;
    values.style.margin = `${(SIDE * inset) / full[0]}px ${(SIDE * inset) / full[1]}px`;
    values.addEventListener("pointermove", (event) => {
      const at = numberAt([...map.shape, 1], values.clientWidth, values.clientHeight, event.offsetX, event.offsetY);
      readout.textContent = at ? read(at.row, at.column, map.values[at.place]) : "\u00a0";
    });
    values.addEventListener("pointerleave", () => { readout.textContent = "\u00a0"; });
    const { input } = s.dataset ? chosenIn(s, s.dataset) : { input: null };
    paints.push(() => {
      if (input) drawImageSample(picture, input);
      drawMaps(values, [...map.shape, 1], map.values);
    });
    const limit = map.values.reduce((top, v) => Math.max(top, Math.abs(v)), 0);
    return [h("div", { class: "question-pair" }, picture, values), h("span", { class: "row legend" }, h("span", { class: "number" }, `−${short(limit)}`), h("span", { class: "scale" }), h("span", { class: "number" }, short(limit))), readout];
  }

  /** @param {State} s */
  function saliencyCard(s) {
    const found = /** @type {import("../wire.js").SaliencyOut | null} */ (saliency.found), select = h("select", { "data-name": "q method", "aria-label": t("q.method"), onchange: () => { method = select.value; draw(); } }, ...METHODS.map((name) => h("option", { value: name, selected: name === method }, t(`q.${name}`))));
    const parts = [];
    if (found) {
      // Of several channels the one that matters most.
      const values = found.saliency.flatMap((row) => row.map((/** @type {number[]} */ pixel) => pixel.reduce((top, v) => (Math.abs(v) > Math.abs(top) ? v : top), 0))), [rows, columns] = [found.saliency.length, found.saliency[0].length];
      const best = values.reduce((top, v, i) => (Math.abs(v) > Math.abs(values[top]) ? i : top), 0), at = { row: Math.floor(best / columns) + 1, column: (best % columns) + 1 };
      const name = nameOf(s, found.of), most = t("q.strongest", { place: t("cell.at", at), value: short(values[best]) });
      parts.push(...pair(s, { shape: [rows, columns], values }, { label: `${t("q.saliency")}. ${most}`, inset: 0, read: (row, column, v) => `${t("cell.at", { row: row + 1, column: column + 1 })}: ${short(v)}` }),
        h("p", {}, t("q.saliencyFound", { name, z: short(found.output) }), " ", most), stepOf(found));
    }
    return h("article", { "data-question": "saliency" }, h("h4", {}, t("q.saliency")), h("div", { class: "row" }, ...classField(s, "q saliency class"), h("label", { class: "row" }, t("q.method"), select),
      askButton(saliency, "q saliency", () => void ask(saliency, () => api.saliency(session.id, { ...askedOf(store.state), of, method })))), ...problemOf(saliency), ...parts, h("p", { class: "hint" }, t(`q.${method}Is`)));
  }

  /** @param {State} s @param {number} of */
  const nameOf = (s, of) => (s.dataset?.classes ? className(s.dataset, of) : t("output"));

  /** @param {State} s */
  function occlusionCard(s) {
    const found = /** @type {(import("../wire.js").OcclusionOut & {size: number}) | null} */ (occlusion.found), most = Math.min(6, ...(s.dataset?.shape.slice(0, 2) ?? [1]));
    size = Math.min(size, most);
    const select = h("select", { "data-name": "q size", "aria-label": t("q.size"), onchange: () => { size = Number(select.value); draw(); } }, ...Array.from({ length: most }, (_, i) => h("option", { value: String(i + 1), selected: i + 1 === size }, `${i + 1} × ${i + 1}`)));
    const parts = [];
    if (found) {
      const values = found.drop.flat(), best = values.reduce((top, v, i) => (v > values[top] ? i : top), 0), at = { row: Math.floor(best / found.columns) + 1, column: (best % found.columns) + 1 };
      const name = nameOf(s, found.of), sentence = t("q.occlusionFound", { name, whole: percent(found.whole), least: percent(found.whole - values[best]), place: t("cell.at", at) });
      parts.push(...pair(s, { shape: [found.rows, found.columns], values }, { label: `${t("q.occlusion")}. ${sentence}`, inset: (found.size - 1) / 2, read: (row, column, v) => `${t("cell.at", { row: row + 1, column: column + 1 })}: ${percent(found.whole)} → ${percent(found.whole - v)}` }),
        h("p", {}, sentence), stepOf(found));
    }
    return h("article", { "data-question": "occlusion" }, h("h4", {}, t("q.occlusion")), h("div", { class: "row" }, ...classField(s, "q occlusion class"), h("label", { class: "row" }, t("q.size"), select),
      askButton(occlusion, "q occlusion", () => {
        const patch = size;
        void ask(occlusion, async () => ({ ...await api.occlusion(session.id, { ...askedOf(store.state), of, size: patch, stride: 1, fill: 0 }), size: patch }));
      })), ...problemOf(occlusion), ...parts, h("p", { class: "hint" }, t("q.occlusionIs")));
  }

  /** @param {State} s @param {ReturnType<typeof layersIn>} layers */
  function exciteCard(s, layers) {
    const network = /** @type {import("../types.js").Network} */ (s.network), chosen = layers.find((one) => one.name === layer), { found } = excite;
    const select = h("select", { "data-name": "q layer", "aria-label": t("ofLayer"), onchange: () => { [layer, unit] = [select.value, 0]; draw(); } }, ...layers.map((one) => h("option", { value: one.name, selected: one.name === layer }, layerName(network, one.l))));
    const last = chosen?.l === network.layers.length - 1, word = chosen?.shape.length === 3 ? "channelN" : "unitN", count = chosen ? chosen.shape[chosen.shape.length - 1] : 0;
    const which = h("select", { "data-name": "q unit", "aria-label": t("q.unit"), onchange: () => { unit = Number(which.value); draw(); } }, ...Array.from({ length: count }, (_, n) => h("option", { value: String(n), selected: n === unit }, last ? nameOf(s, n) : t(word, { n: n + 1 }))));
    const parts = [];
    if (found?.image) {
      parts.push(h("div", { class: "question-pair" }, h("canvas", { id: "excited-picture", class: "question-picture", role: "img", "aria-label": t("q.excite") })), h("p", { id: "excited-text" }), stepOf(found));
    }
    const button = h("button", { type: "button", "data-name": "q excite", onclick: () => { if (excite.busy) cancel(); else void startExcite(); } }, t(excite.busy ? "q.cancel" : found ? "q.again" : "q.ask"));
    return h("article", { "data-question": "excite" }, h("h4", {}, t("q.excite")), h("div", { class: "row" }, select, which, button,
      ...(excite.busy ? [Object.assign(h("progress", { "aria-label": t("q.progress") }), { max: 1, value: excite.fraction })] : [])), ...problemOf(excite), ...parts, h("p", { class: "hint" }, t("q.exciteIs")));
  }

  // What was pinned is what one means.
  store.on(["pinned"], ({ pinned, network }) => {
    const found = pinned && network?.layers[pinned.layer];
    if (!found || pinned.cell === undefined || excite.busy || !layersIn(store.state).some((one) => one.name === found.name)) return;
    [layer, unit] = [found.name, pinned.unit];
  });
  store.on(["dataset"], () => {
    Object.assign(excite, { found: null, problem: null });
    of = null;
    cancel();
    if (excite.busy) stopped(); // what comes of it is of other data
  });
  store.on(["theme"], () => requestAnimationFrame(() => {
    for (const paint of paints) paint();
    showExcite();
  }));
  return draw;
}
