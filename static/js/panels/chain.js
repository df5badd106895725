/** Networks of images, sequences and text: a chain of layers, each with what it makes of one sample. */
import { late, lazily } from "../assets.js";
import { grouped, short } from "../canvas.js";
import { drawMaps, hiddenOf, numberAt } from "../charts/maps.js";
import { drawImageSample, drawLinesSample, drawTextSample } from "../charts/samples.js";
import { symbolsOf } from "../charts/symbols.js";
import { byId, explain, h, rebuild } from "../dom.js";
import { chosenIn } from "../looking.js";
import { rowsOnly } from "../model/data.js";
import { className, dataName } from "../names.js";
import { eachFrame } from "../store.js";
import { t } from "../words.js";
import { watchEdges } from "./edges.js";
import { insertMenu, layerCard, layersOn, outputCard, spelled } from "./layers.js";

/** @param {import("../session.js").Session} session */
export function mountChain(session) {
  const { store } = session;
  const box = byId("chain");

  // The sample itself stays as it is while the network trains.
  let sampleToo = true;
  const drawSoon = eachFrame(() => {
    const s = store.state;
    if (!s.dataset || !s.network || box.hidden) return;
    for (const canvas of /** @type {NodeListOf<HTMLCanvasElement>} */ (box.querySelectorAll("canvas"))) {
      const l = Number(canvas.dataset.layer), found = l < 0 && !sampleToo ? null : shownIn(s, l);
      if (!found) continue;
      const { view, class_names } = s.dataset, { input } = chosenIn(s, s.dataset);
      if (l < 0 && view === "image") drawImageSample(canvas, input);
      else if (l < 0 && view === "sequence") drawLinesSample(canvas, input, symbolsOf(s.dataset.columns));
      else if (l < 0) drawTextSample(canvas, input.map((/** @type {number} */ token) => class_names[token]));
      else drawMaps(canvas, found.shape, found.values, { selected: l === s.layer, names: l === s.network.layers.length - 1 ? namesOf(s.dataset, s.network) : [] });
      canvas.dataset.drawn = "yes";
    }
    sampleToo = false;
  });
  const draw = () => {
    sampleToo = true;
    drawSoon();
  };
  const arrange = () => {
    const s = store.state;
    const rows = rowsOnly(s.dataset);
    box.hidden = rows;
    byId("stage").hidden = !rows;
    const hint = byId("diagram-readout");
    hint.dataset.t = rows ? "hoverHint" : "chainHint"; // what another language puts there
    hint.textContent = t(hint.dataset.t);
    if (rows) box.replaceChildren();
    if (rows || !s.network || !s.dataset) return;
    const left = box.scrollLeft, focused = document.activeElement instanceof HTMLCanvasElement && box.contains(document.activeElement) ? document.activeElement : null;
    // A canvas outlives the card it is on: a new one has to be laid out and given its pixels, each in turn.
    const kept = new Map([.../** @type {NodeListOf<HTMLCanvasElement>} */ (box.querySelectorAll("canvas.map"))].map((canvas) => [Number(canvas.dataset.layer), canvas]));
    rebuild(box, ...blocks(session, kept));
    focused?.focus({ preventScroll: true }); // it went with its old card
    box.scrollLeft = left;
    narrow();
  };
  /** Cards that do not all fit get narrower, before anything has to be scrolled for. */
  const narrow = () => {
    const cards = box.querySelectorAll(".layer-card").length;
    box.classList.toggle("narrow", cards * 142 + (cards - 1) * 24 > box.clientWidth);
    // What has to be scrolled for anyway may be as wide as its words.
    box.classList.toggle("scrolled", cards * 86 > box.clientWidth);
    draw();
  };
  store.on(["network", "dataset", "refused", "language"], arrange);
  store.on(["sample", "drawing", "arrived", "layer", "theme"], draw);
  store.on(["look"], drawSoon);
  new ResizeObserver(narrow).observe(box);
  watchEdges(box, () => (box.hidden ? [] : /** @type {HTMLElement[]} */ ([...box.querySelectorAll(".layer-card")])));

  const under = (/** @type {MouseEvent} */ event) => (event.target instanceof HTMLCanvasElement ? event.target : null);
  /** What excites a unit of a sequence or a text network, loaded with the first that is pointed at. @type {ReturnType<typeof import("./excites.js").mountExcites> | null} */
  let excites = null;
  let asked = false;
  let here = false; // from then on it listens by itself
  /** Where the pointer is, until then. @type {PointerEvent | null} */
  let pointed = null;
  /** What reads a map number by number, loaded when one is pointed at or reached, or something was done to one. */
  const reading = lazily("js/panels/cells.js", (module) => {
    const found = /** @type {ReturnType<typeof import("./cells.js").mountCells>} */ (module.mountCells(session, shownIn));
    here = true;
    if (pointed) found.point(pointed);
    return found;
  }, "css/cells.css");
  const cellwise = () => ["image", "sequence"].includes(store.state.dataset?.view ?? "");
  box.addEventListener("focusin", (event) => { if (!here && cellwise() && event.target instanceof HTMLCanvasElement) void reading().then((found) => found.enter(event.target), () => {}); });
  // A key that comes sooner waits for it: it would turn what is not its own, a step back or forth.
  box.addEventListener("keydown", (event) => {
    const { target, key, shiftKey } = event;
    if (here || !cellwise() || !(target instanceof HTMLCanvasElement) || event.ctrlKey || event.metaKey || event.altKey || !/^(Arrow.*|Page.*|Enter|[xXfF])$/.test(key)) return;
    event.preventDefault();
    event.stopPropagation();
    void reading().then((found) => {
      found.enter(target);
      if (document.activeElement === target) target.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true }));
    }, () => {});
  });
  store.on(["network", "worthShown", "dataset"], (s) => {
    const { off, frozen } = s.network?.spec.surgery ?? {};
    if (!here && cellwise() && (s.worthShown || Object.keys({ ...off, ...frozen }).length)) void reading().catch(() => {});
  });
  const away = () => excites?.away();
  /** What is pointed at now. @type {() => void} */
  let point = away;
  box.addEventListener("pointermove", (event) => {
    const canvas = under(event), unit = canvas ? unitAt(store.state, canvas, event) : null;
    // A card says more of a number of an image network, and follows it.
    byId("diagram-readout").textContent = canvas && !(store.state.dataset?.view === "image" && Number(canvas.dataset.layer) >= 0) ? read(store.state, canvas, event) : t("chainHint");
    if (!here && cellwise()) {
      pointed = event;
      void reading().catch(() => {});
    }
    if (store.state.dataset?.view === "image") {
      if (point !== away) away();
      point = away;
      return;
    }
    if (!asked) {
      asked = true;
      void late("js/panels/excites.js", "css/cells.css").then((module) => {
        excites = module.mountExcites(session);
        point();
      }, () => { asked = false; });
    }
    point = canvas && unit !== null && event.pointerType !== "touch" ? () => excites?.over(Number(canvas.dataset.layer), unit, { x: event.clientX, y: event.clientY }) : away;
    point();
  });
  box.addEventListener("pointerleave", () => {
    pointed = null;
    byId("diagram-readout").textContent = t("chainHint");
    point = away;
    away();
  });
  box.addEventListener("click", (event) => {
    const l = Number(under(event)?.dataset.layer ?? -1);
    if (l < 0) return;
    store.set({ layer: l });
    if (cellwise() && !here) void reading().then((found) => found.pin(event), () => {});
  });
}

/**
 * The block of every layer, the input's first and the output's last, with places to insert between.
 * @param {import("../session.js").Session} session
 * @param {Map<number, HTMLCanvasElement>} kept
 */
function blocks(session, kept) {
  const s = session.store.state, network = /** @type {import("../types.js").Network} */ (s.network);
  const dataset = /** @type {import("../types.js").Dataset} */ (s.dataset);
  const layers = layersOn(s);
  /** @type {HTMLElement[]} */
  const made = [block(-1, dataset.shape, "", h("div", { class: "layer-card wide" }, h("div", { class: "head" }, h("span", {}, t("inputs"))), h("div", { class: "fixed" }, dataName(dataset))), t("sampleMap"), kept, false)];
  for (let l = 0; l <= layers.length; l++) {
    const last = l === layers.length, n = l + 1;
    const built = s.refused && !same(s, l) ? null : network.layers[last ? network.layers.length - 1 : l];
    const name = last ? t("output") : t("layerN", { n });
    made.push(explain(h("div", { class: "between" }, insertMenu(session, l, "+", t("insertBeforeOf", { name }), `insert ${n}`)), () => ({ text: t("insertBeforeOf", { name }) })));
    made.push(block(built ? network.layers.indexOf(built) : NaN, built?.shape ?? null, built ? t("parametersShort", { n: grouped(built.parameters) }) : "",
      last ? outputCard(session, true) : layerCard(session, l, true), t("mapOf", { name }), kept, dataset.view !== "text"));
  }
  return made;
}

/**
 * Whether a layer of the proposal is, with all before it, the network's own.
 * @param {import("../session.js").State} s
 * @param {number} l
 */
const same = (s, l) => JSON.stringify(s.refused?.layers.slice(0, l + 1)) === JSON.stringify(s.network?.spec.layers.slice(0, l + 1));

/**
 * Head and kind on top, then the picture, so that pictures stand in one line; settings below.
 * @param {number} l
 * @param {number[] | null} shape
 * @param {string} count
 * @param {HTMLElement} card
 * @param {string} label
 * @param {Map<number, HTMLCanvasElement>} kept
 * @param {boolean} reached by keys
 */
function block(l, shape, count, card, label, kept, reached) {
  const canvas = kept.get(l) ?? h("canvas", { class: "map" });
  const hidden = l >= 0 && shape ? hiddenOf(shape) : 0, rest = hidden ? t("unitsNotShown", { n: grouped(hidden) }) : "";
  canvas.setAttribute("aria-label", rest ? `${label}, ${rest}` : label);
  canvas.dataset.layer = String(l);
  // Its numbers are reached by keys: Tab leads to the first layer's, arrows from there.
  canvas.setAttribute("role", reached ? "application" : "img");
  if (reached) Object.assign(canvas, { tabIndex: l === 0 ? 0 : -1 }).dataset.name = `map ${l}`;
  else canvas.removeAttribute("tabindex");
  const facts = h("div", { class: "facts" }, h("b", {}, shape?.length === 1 && l >= 0 ? t(shape[0] === 1 ? "outputShort" : "outputsShort", { n: shape[0] }) : shape ? spelled(shape) : "?"), h("span", {}, count), rest ? h("span", { class: "rest" }, rest) : null);
  card.insertBefore(h("div", { class: "picture" }, canvas, facts), card.children[2] ?? null);
  return card;
}

/** What each output stands for. @param {import("../types.js").Dataset} dataset @param {import("../types.js").Network} network */
const namesOf = (dataset, network) => (dataset.classes === network.layers.at(-1)?.units ? dataset.class_names.map((_, i) => className(dataset, i)) : []);

/**
 * The numbers that a block draws.
 * @param {import("../session.js").State} s
 * @param {number} l -1 is the sample itself
 * @returns {{shape: number[], values: ArrayLike<number>} | null}
 */
function shownIn(s, l) {
  const { dataset, network, look } = s;
  if (!dataset || !network) return null;
  if (l < 0) {
    const { input } = chosenIn(s, dataset);
    return input ? { shape: dataset.shape, values: /** @type {any[]} */ (input).flat(Infinity) } : null;
  }
  const layer = network.layers[l];
  if (!layer || !look || look.id !== network.id || !look.layers[layer.name]) return null;
  const values = look.layers[layer.name].a;
  return values.length === layer.shape.reduce((a, b) => a * b, 1) ? { shape: layer.shape, values } : null;
}

/**
 * Which unit, or filter, the pointer is over.
 * @param {import("../session.js").State} s
 * @param {HTMLCanvasElement} canvas
 * @param {MouseEvent} event
 */
function unitAt(s, canvas, event) {
  const l = Number(canvas.dataset.layer), found = l < 0 ? null : shownIn(s, l), box = canvas.getBoundingClientRect();
  const at = found && numberAt(found.shape, box.width, box.height, event.clientX - box.left, event.clientY - box.top);
  if (!found || !at) return null;
  return found.shape.length === 3 ? at.tile : found.shape.length === 2 ? at.row : at.place;
}

/**
 * The number under the pointer, in words.
 * @param {import("../session.js").State} s
 * @param {HTMLCanvasElement} canvas
 * @param {MouseEvent} event
 */
function read(s, canvas, event) {
  const l = Number(canvas.dataset.layer), found = shownIn(s, l);
  if (!found || !s.network || (l < 0 && s.dataset?.view !== "image")) return t("chainHint");
  const box = canvas.getBoundingClientRect();
  const at = numberAt(found.shape, box.width, box.height, event.clientX - box.left, event.clientY - box.top);
  if (!at) return t("chainHint");
  const name = l < 0 ? t("inputs") : l === s.network.layers.length - 1 ? t("output") : t("layerN", { n: l + 1 });
  const value = short(found.values[at.place]);
  if (found.shape.length === 3) return t("mapReadout", { name, channel: at.tile + 1, row: at.row + 1, column: at.column + 1, value });
  if (found.shape.length === 2) return t("timeReadout", { name, unit: at.row + 1, time: at.column + 1, value });
  return t("stripReadout", { name, unit: at.place + 1, value });
}
