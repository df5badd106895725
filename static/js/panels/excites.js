/** What excites a unit of an image or sequence network: the samples for which it gives most, in a card at the pointer. */
import { api, Problem } from "../api.js";
import { short } from "../canvas.js";
import { drawImageSample, drawLinesSample } from "../charts/samples.js";
import { symbolsOf } from "../charts/symbols.js";
import { byId, h } from "../dom.js";
import { className } from "../names.js";
import { layerName, t } from "../words.js";

const WAIT_MS = 250, MOST = 6, TEXT = 24;

/**
 * The samples with what the unit gives for each; null where nobody wants them by the time they are here.
 * @param {import("../session.js").Session} session
 * @param {import("../wire.js").ExcitesOut} found
 * @param {() => boolean} wanted
 */
async function figures(session, found, wanted) {
  await session.run.bring(found.part, found.most.map(({ sample }) => sample));
  const { dataset } = session.store.state;
  if (!dataset || !wanted()) return null;
  const canvases = /** @type {[HTMLCanvasElement, any][]} */ ([]);
  const one = (/** @type {{sample: number, value: number | null}} */ { sample, value }) => {
    const inputs = found.part === "test" ? dataset.test_inputs : dataset.inputs, targets = found.part === "test" ? dataset.test_targets : dataset.targets;
    const target = targets[sample], label = dataset.view !== "text" && dataset.classes && typeof target === "number" ? className(dataset, target) : "";
    const canvas = h("canvas", { class: dataset.view === "image" ? "thumbnail" : "thumbnail wide" });
    if (dataset.view !== "text") canvases.push([canvas, inputs[sample]]);
    const text = dataset.view === "text" ? inputs[sample].slice(-TEXT).map((/** @type {number} */ token) => dataset.class_names[token]).join("") : null;
    return h("figure", {}, text === null ? canvas : h("code", {}, text), h("figcaption", {}, h("b", { class: "number" }, short(value, 2)), ` ${label}`));
  };
  return {
    parts: [h("span", { class: "hint" }, t("excitedBy")), h("div", { class: "excited" }, ...found.most.map(one)), h("span", { class: "hint" }, t("excitedLeast", { value: short(found.least[0]?.value, 2) }))],
    paint() {
      for (const [canvas, input] of canvases) {
        if (!input) continue;
        if (dataset.view === "image") drawImageSample(canvas, input);
        else drawLinesSample(canvas, input, symbolsOf(dataset.columns));
      }
    },
  };
}

/**
 * A part of a unit's card: what excites it, asked again while it trains.
 * @param {import("../session.js").Session} session
 */
export function excitedBy(session) {
  const { store } = session, box = h("div", { class: "excites" });
  let of = "", at = "", asked = -Infinity, busy = false;
  /** @param {number} l @param {number} unit */
  function show(l, unit) {
    const { network, frame, language } = store.state, layer = network?.layers[l];
    if (!network || !layer) return;
    const next = `${network.id} ${network.run} ${layer.name} ${unit} ${language}`, state = `${frame?.revision} ${frame?.step}`;
    if (next !== of) {
      box.replaceChildren();
      [of, at, asked] = [next, "", -Infinity];
      latest = () => show(l, unit);
    }
    if (busy || state === at || performance.now() - asked < 4 * WAIT_MS) return;
    [at, asked, busy] = [state, performance.now(), true];
    void api.excites(network.id, layer.name, unit, MOST).then((found) => figures(session, found, () => of === next)).then((made) => {
      if (!made || of !== next) return;
      box.replaceChildren(...made.parts);
      made.paint();
    }, (error) => {
      if (!(error instanceof Problem)) throw error;
    }).finally(() => {
      busy = false;
      if (of !== next) latest(); // another unit has been chosen meanwhile
    });
  }
  /** Of the unit that was asked about last. */
  let latest = () => {};
  return { box, show };
}

/** @param {import("../session.js").Session} session */
export function mountExcites(session) {
  const { store } = session, card = byId("hover-card");
  let shown = "", timer = 0;

  /** @param {import("../wire.js").ExcitesOut} found @param {string} title */
  async function show(found, title) {
    const of = shown, made = await figures(session, found, () => of === shown);
    if (!made) return;
    card.replaceChildren(h("b", { class: "title" }, title), ...made.parts);
    card.hidden = false;
    made.paint();
  }

  return {
    /** @param {number} l @param {number} unit @param {{x: number, y: number}} at on the screen */
    over(l, unit, { x, y }) {
      const { network, frame } = store.state, layer = network?.layers[l];
      if (!network || !layer) return this.away();
      const of = `${network.id} ${layer.name} ${unit}`;
      // Above what it speaks of, where the pointer does not go next.
      const room = byId("network").getBoundingClientRect();
      card.style.left = `${Math.max(8, Math.min(x - 120, Math.min(innerWidth, room.right) - card.offsetWidth - 8))}px`;
      card.style.top = `${y + 24 + card.offsetHeight < innerHeight ? y + 24 : Math.max(8, y - 24 - card.offsetHeight)}px`;
      if (of === shown) return undefined;
      this.away();
      shown = of;
      const title = `${layerName(network, l)} · ${t(layer.shape.length === 3 ? "channelN" : "unitN", { n: unit + 1 })}`;
      const ask = () => void api.excites(session.id, layer.name, unit, MOST).then((found) => (of === shown ? show(found, title) : undefined), (error) => {
        if (!(error instanceof Problem)) throw error;
      });
      timer = window.setTimeout(function again() {
        ask();
        // It follows the training under a resting pointer.
        if (frame?.state === "playing") timer = window.setTimeout(again, 4 * WAIT_MS);
      }, WAIT_MS);
      return undefined;
    },
    away() {
      clearTimeout(timer);
      if (shown) card.hidden = true;
      shown = "";
    },
  };
}
