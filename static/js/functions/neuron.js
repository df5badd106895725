/** One neuron to pull at: inputs, weights and bias, the sum, the curve, its gradient in numbers, one step down and back. */
import { drawNeuron, placesOf, reachOf } from "../charts/neuron.js";
import { scales } from "../charts/curves.js";
import { byId, h } from "../dom.js";
import { flatPlace, shifted, stepped, towards, worked } from "../model/neuron.js";
import { eachFrame } from "../store.js";
import { named, t } from "../words.js";
import { flatStretches } from "./cards.js";
import { byKeys, followed, functionField, indexed, placed, recordOf, speak, switched, written } from "./controls.js";
import { EXACT } from "./exact.js";
import { gradientLines, inWords } from "./gradient.js";
import { BEGINNING, MOST } from "./link.js";

/** @import {PageStore, State} from "./controls.js" */
/** @typedef {State["neuron"]} Held */

/** @param {PageStore} store @param {HTMLElement} box @returns {{undo: () => void, redo: () => void}} */
export function mountNeuron(store, box) {
  const controls = h("div", { class: "sliders" }), lines = h("div", { class: "numbers" }), words = h("p", { class: "verdict", id: "neuron-words" });
  const canvas = h("canvas", { id: "neuron-picture", role: "slider", tabIndex: 0 }), acts = h("div", { class: "row acts" });
  box.append(controls, h("div", { class: "picture" }, canvas), acts, words, lines);
  /** @type {Record<string, ReturnType<typeof followed>>} */
  let sliders = {};
  let kind = /** @type {ReturnType<typeof switched> | null} */ (null);
  /** What was, to come back to; what was undone. @type {Held[]} */
  let past = [], undone = /** @type {Held[]} */ ([]);
  /** Before the last step, as long as nothing else was moved. @type {Held | null} */
  let before = null;
  let moving = false, reach = 6, pulled = -1;

  const now = () => store.state.neuron;
  const begin = () => {
    if (moving) return;
    past = [...past.slice(-199), now()];
    undone = [];
    moving = true;
  };
  /** @param {Held} next @param {boolean} done */
  const change = (next, done) => {
    begin();
    before = null;
    store.set({ neuron: next });
    if (done) settle();
  };
  const settle = () => {
    moving = false;
    arrange();
    draw();
    buttons();
  };
  /** @param {Held} next @param {Held | null} from */
  const jump = (next, from = null) => {
    begin();
    before = from;
    store.set({ neuron: next });
    settle();
    byId("live").textContent = words.textContent;
  };
  const back = (/** @type {Held[]} */ from, /** @type {Held[]} */ to) => {
    const next = from.pop();
    if (!next) return;
    to.push(now());
    before = null;
    store.set({ neuron: next });
    settle();
    byId("live").textContent = words.textContent;
  };
  const undo = () => back(past, undone), redo = () => back(undone, past);
  const arrange = () => {
    const { x, w, b } = now();
    reach = reachOf([...w.map((weight, i) => weight * x[i]), b]);
  };

  const draw = eachFrame(() => {
    const s = store.state, { neuron } = s, f = EXACT[neuron.f], known = recordOf(s.catalog, neuron.f), here = worked(f, neuron);
    const was = before ? worked(f, before) : null;
    drawNeuron(canvas, f, { ...here, terms: [...here.terms, neuron.b], t: neuron.t, names: [...neuron.w.map((_, i) => indexed("w", i) + indexed("x", i)), "b"], written: (v) => written(v, 3) },
      { reach, bands: flatStretches(known), before: was, target: `t = ${written(neuron.t, 3)}` });
    speak(canvas, here.z, reach, `z = ${placed(here.z)}, f(z) = ${placed(here.a)}, f′(z) = ${placed(here.slope)}`);
  });

  // What is pulled: the end of a bar is a weight, the point on the curve z through an input.
  const pull = (/** @type {PointerEvent} */ event) => {
    const { neuron } = store.state, { frame } = placesOf(canvas.clientWidth, canvas.clientHeight, neuron.w.length + 2);
    const z = Math.max(-reach, Math.min(reach, scales(frame, { x: [-reach, reach], y: [0, 1] }).x(event.offsetX)));
    const terms = [...neuron.w.map((weight, i) => weight * neuron.x[i]), neuron.b];
    if (pulled > terms.length - 1) return change({ ...neuron, ...towards(neuron, Number(z.toFixed(3)), MOST.x) }, false);
    const start = terms.slice(0, pulled).reduce((sum, term) => sum + term, 0);
    if (pulled === terms.length - 1) return change({ ...neuron, b: clamped(z - start, MOST.b) }, false);
    const input = neuron.x[pulled];
    if (Math.abs(input) > 1e-6) change({ ...neuron, w: neuron.w.map((one, i) => (i === pulled ? clamped((z - start) / input, MOST.w) : one)) }, false);
  };
  canvas.addEventListener("pointerdown", (event) => {
    const { row } = placesOf(canvas.clientWidth, canvas.clientHeight, now().w.length + 2), rows = now().w.length + 1;
    pulled = Math.floor((event.offsetY - row(0)) / (row(1) - row(0)));
    if (pulled < 0 || pulled >= rows) pulled = rows;
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    pull(event);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => { if (canvas.hasPointerCapture(event.pointerId)) pull(event); });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { if (moving) settle(); });
  byKeys(canvas, { most: 1e3, get: () => worked(EXACT[now().f], now()).z, set: (z) => change({ ...now(), ...towards(now(), z, MOST.x) }, true) });

  const buttons = () => {
    const { catalog, neuron } = store.state, known = recordOf(catalog, neuron.f), here = worked(EXACT[neuron.f], neuron);
    const flat = flatPlace(known, here.z), inside = flat !== null && flat === here.z;
    const set = (/** @type {string} */ id, /** @type {boolean} */ off) => { const button = /** @type {HTMLButtonElement | null} */ (acts.querySelector(`#${id}`)); if (button) button.disabled = off; };
    set("neuron-undo", !past.length);
    set("neuron-redo", !undone.length);
    set("neuron-flat", flat === null || inside);
  };

  const build = (/** @type {State} */ s) => {
    const { neuron } = s, { field } = functionField(s, t("fn.function"), neuron.f, (f) => jump({ ...now(), f }));
    const slider = (/** @type {string} */ key, /** @type {string} */ label, /** @type {number} */ most, /** @type {number} */ value, /** @type {(value: number) => Partial<Held>} */ made, extra = {}) => {
      sliders[key] = followed(label, { min: -most, max: most, step: 0.05, value, hardMin: -1000, hardMax: 1000, ...extra }, (v, done) => change({ ...now(), ...made(v) }, done));
      return sliders[key].field;
    };
    const at = (/** @type {number[]} */ values, /** @type {number} */ i, /** @type {number} */ v) => values.map((one, k) => (k === i ? v : one));
    sliders = {};
    kind = switched(t("fn.inputs"), ["2", "3"].map((value) => ({ value, text: value })), (count) => {
      const { x, w } = now(), n = Number(count);
      if (n !== x.length) jump({ ...now(), x: n === 3 ? [...x, 0.5] : x.slice(0, 2), w: n === 3 ? [...w, 0.4] : w.slice(0, 2) });
    });
    controls.replaceChildren(h("div", { class: "pair" }, field, h("div", { class: "field" }, t("fn.inputs"), kind.field)),
      ...neuron.x.map((x, i) => h("div", { class: "pair" },
        slider(`x${i}`, t("fn.input", { x: indexed("x", i) }), MOST.x, x, (v) => ({ x: at(now().x, i, v) })),
        slider(`w${i}`, t("fn.weight", { w: indexed("w", i) }), MOST.w, neuron.w[i], (v) => ({ w: at(now().w, i, v) })))),
      h("div", { class: "pair" }, slider("b", t("fn.bias"), MOST.b, neuron.b, (b) => ({ b })), slider("t", t("fn.target"), MOST.t, neuron.t, (target) => ({ t: target }))),
      slider("rate", t("fn.rate"), 10, neuron.rate, (rate) => ({ rate }), { min: 0.01, max: 10, step: 0, log: true, hardMin: 0.0001, hardMax: 100 }));
    const button = (/** @type {string} */ id, /** @type {string} */ key, /** @type {() => void} */ press, name = "") => h("button", { id, type: "button", class: name || undefined, onclick: press }, t(key));
    acts.replaceChildren(
      button("neuron-step", "fn.step", () => jump({ ...now(), ...stepped(EXACT[now().f], now(), now().rate) }, now()), "primary"),
      button("neuron-undo", "undo", undo), button("neuron-redo", "redo", redo),
      button("neuron-flat", "fn.push", () => {
        const z = flatPlace(recordOf(store.state.catalog, now().f), worked(EXACT[now().f], now()).z);
        if (z !== null) jump({ ...now(), ...shifted(now(), z) });
      }),
      button("neuron-reset", "fn.startAgain", () => jump({ ...BEGINNING.neuron, f: now().f }), "quiet"));
    canvas.setAttribute("aria-label", t("fn.neuronAlt"));
  };

  let built = "";
  store.on(["neuron", "catalog", "language"], (s) => {
    const key = `${s.language} ${s.neuron.x.length}`;
    if (key !== built) {
      build(s);
      built = key;
    }
    const { neuron } = s, f = EXACT[neuron.f], known = recordOf(s.catalog, neuron.f);
    const select = controls.querySelector("select");
    if (select) select.value = neuron.f;
    kind?.set(String(neuron.x.length));
    neuron.x.forEach((x, i) => { sliders[`x${i}`].set(x); sliders[`w${i}`].set(neuron.w[i]); });
    for (const name of /** @type {const} */ (["b", "t", "rate"])) sliders[name].set(neuron[name]);
    if (!moving) arrange();
    canvas.dataset.inputs = String(neuron.x.length);
    words.replaceChildren(...inWords(f, neuron, known, before));
    lines.replaceChildren(...gradientLines(f, neuron, named(neuron.f)));
    buttons();
  });
  store.on(["neuron", "theme", "language"], draw);
  new ResizeObserver(draw).observe(canvas);
  return { undo, redo };
}

/** @param {number} value @param {number} most */
const clamped = (value, most) => Number(Math.max(-most, Math.min(most, value)).toFixed(3));
