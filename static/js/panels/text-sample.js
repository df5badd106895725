/** A line of the text, each character coloured by its surprise, and under it what the network expects next. */
import { byId, children, h, label, write } from "../dom.js";
import { sampleAt } from "../looking.js";
import { classOf } from "../model/classes.js";
import { eachFrame } from "../store.js";
import { t } from "../words.js";
import { activationOf, drawBars, move } from "./samples.js";
import { bitsOf, shade, share, spelled } from "./surprise.js";

/**
 * @typedef {import("../session.js").State} State
 * @typedef {import("../types.js").Dataset} Dataset
 */

/** @param {import("../session.js").Session} session */
export function mountTextSample(session) {
  const { store } = session, box = byId("sample-text");
  let position = -1; // of the chosen character
  const draw = eachFrame(() => {
    const s = store.state, { dataset } = s;
    if (dataset?.view !== "text" || !sampleAt(dataset, s.sample).input) return;
    drawText(s, box, position);
  });
  const choose = (/** @type {number} */ at) => {
    position = Math.max(0, Math.min((store.state.dataset?.shape[0] ?? 1) - 1, at));
    draw();
    requestAnimationFrame(() => { byId("live").textContent = byId("sample-readout").textContent; });
  };
  store.on(["dataset"], () => { position = -1; });
  store.on(["dataset", "arrived", "look", "sample", "shown", "theme", "language"], draw);
  box.addEventListener("click", (event) => {
    const cell = /** @type {HTMLElement} */ (event.target).closest("[data-at]");
    if (cell) choose(Number(/** @type {HTMLElement} */ (cell).dataset.at));
  });
  box.addEventListener("keydown", (event) => {
    const { dataset, sample } = store.state;
    if (dataset) move(event, { ArrowLeft: -1, ArrowRight: 1 }, (by) => choose(shownPosition(dataset, sample, position) + by));
  });
}

/** What is said at one time step. @param {State} s @param {Float32Array | null | undefined} said @param {number} i */
function atStep(s, said, i) {
  const units = s.network?.layers.at(-1)?.units ?? 0;
  return said?.subarray(i * units, (i + 1) * units);
}

/** The chosen character: by default the last one that is asked for. @param {Dataset} dataset @param {number} sample @param {number} position */
function shownPosition(dataset, sample, position) {
  if (position >= 0) return position;
  const targets = /** @type {number[] | undefined} */ (sampleAt(dataset, sample).target);
  return Math.max(0, targets?.findLastIndex((v) => v >= 0) ?? 0); // it may be on its way
}

/** @param {State} s @param {HTMLElement} box @param {number} position */
function drawText(s, box, position) {
  const dataset = /** @type {Dataset} */ (s.dataset);
  const { input, target } = sampleAt(dataset, s.sample);
  const said = s.look?.sample === s.sample ? s.look.outputs.get(s.sample) : null;
  const chosen = shownPosition(dataset, s.sample, position), activation = activationOf(s);
  let right = 0, asked = 0, bits = 0;
  /** Of each character the probability that those before it gave it. @type {(number | null)[]} */
  const given = input.map((/** @type {number} */ token, /** @type {number} */ i) => (i ? atStep(s, said, i - 1)?.[token] ?? null : null));
  children(box, input.length, () => h("span", {}, h("b", {}), h("i", {}))).forEach((cell, i) => {
    const token = input[i], [sign, below] = /** @type {HTMLCollectionOf<HTMLElement>} */ (cell.children);
    const outputs = atStep(s, said, i), guess = outputs ? classOf(outputs, activation) : -1, known = guess >= 0 && target[i] >= 0;
    if (known) asked++;
    if (known && guess === target[i]) right++;
    label(below, "class", !known ? "" : guess === target[i] ? "right" : "wrong");
    write(below, known ? dataset.class_names[guess] : "\u00a0");
    below.style.opacity = known && outputs ? (0.4 + 0.6 * Math.min(1, outputs[guess])).toFixed(2) : "";
    write(sign, dataset.class_names[token]);
    cell.dataset.at = String(i);
    const p = given[i];
    label(cell, "class", `${i === chosen ? "chosen " : ""}${p === null ? "" : shade(bitsOf(p))}`.trim());
    if (known && outputs) bits += bitsOf(outputs[target[i]]);
  });
  label(box, "aria-label", t("textAlt", { text: input.map((/** @type {number} */ v) => dataset.vocabulary[v]).join(""), right, asked }));
  drawBars(s, atStep(s, said, chosen), target?.[chosen]);
  const p = given[chosen], whole = asked ? t("surpriseWhole", { bits: (bits / asked).toFixed(2), perplexity: (2 ** (bits / asked)).toFixed(1) }) : "";
  write(byId("sample-readout"), p === null ? whole : `${t("surpriseRead", { character: spelled(dataset, dataset.vocabulary[input[chosen]]), p: share(p), bits: bitsOf(p).toFixed(1) })} ${whole}`);
}
