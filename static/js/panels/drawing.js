/** Drawing on the sample's picture: the network is given the drawing in place of the chosen sample, while the pen moves. */
import { drawImageSample } from "../charts/samples.js";
import { byId, explain, h } from "../dom.js";
import { mannerOf, pictureOf, PLAIN } from "../model/strokes.js";
import { t } from "../words.js";
import { Pad } from "./pad.js";

// Pictures that say how the data's are drawn.
const MANY = 60;

/**
 * @param {import("../session.js").Session} session
 * @returns {{open: () => void}}
 */
export function mountDrawing(session) {
  const { store } = session, figure = byId("sample-figure"), chart = byId("sample-chart"), readout = byId("sample-readout");
  const chooser = /** @type {HTMLElement} */ (byId("samples").querySelector(".chooser"));
  const canvas = h("canvas", { id: "pad", role: "application", tabIndex: 0 }), seen = h("canvas", { role: "img" });
  const how = h("p", { class: "hint" }), below = h("div", { id: "pad-seen", class: "row" }, seen, how);
  /** Of the data that is drawn for. @type {{of: unknown, manner: import("../model/strokes.js").Manner}} */
  let known = { of: null, manner: PLAIN };
  let telling = false;

  const manner = () => {
    const { dataset } = store.state;
    if (dataset && known.of !== dataset) {
      const here = [...dataset.test_inputs, ...dataset.inputs].filter(Boolean).slice(0, MANY), [shades] = dataset.deviation;
      known = { of: dataset, manner: mannerOf(here, shades > 1 ? shades : undefined) };
    }
    return known.manner;
  };
  const give = () => {
    const { dataset } = store.state;
    if (!dataset || dataset.view !== "image") return;
    store.set({ drawing: pictureOf(pad.strokes, [dataset.shape[0], dataset.shape[1]], manner()) });
  };
  const live = (/** @type {string} */ text) => { byId("live").textContent = text; };
  const pad = new Pad(canvas, {
    pen: () => manner().pen, changed: give, hint: () => t("padHint"), said: (what) => { if (what === "down") live(t("penDown")); },
    ended: () => {
      telling = true;
      tools();
    },
  });
  const button = (/** @type {string} */ id, /** @type {string} */ word, /** @type {() => void} */ press) => h("button", { id, type: "button", onclick: press, "data-t": word });
  const undo = button("pad-undo", "padUndo", () => pad.undo()), clear = button("pad-clear", "padClear", () => pad.clear());
  const back = button("pad-back", "padBack", () => close());
  const bar = h("div", { id: "pad-tools", class: "row", role: "group", hidden: true }, undo, clear, back);
  chooser.after(bar);
  figure.append(canvas);
  readout.after(below);
  const tools = () => { undo.disabled = clear.disabled = !pad.strokes.length; };

  const open = () => {
    if (store.state.drawing) return;
    give();
    tools();
    canvas.focus({ preventScroll: true });
  };
  const close = () => {
    store.set({ drawing: null });
    byId("draw").focus({ preventScroll: true });
  };
  // A finger that slides over the picture scrolls; one that taps it opens the pad.
  chart.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" || event.button !== 0 || store.state.dataset?.view !== "image") return;
    open();
    pad.press(event);
  });
  chart.addEventListener("click", () => { if (store.state.dataset?.view === "image") open(); });
  canvas.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });

  store.on(["drawing", "theme"], ({ drawing, dataset }) => {
    figure.toggleAttribute("data-drawing", drawing !== null);
    canvas.hidden = bar.hidden = below.hidden = drawing === null;
    chooser.hidden = drawing !== null;
    if (!drawing || !dataset) return;
    pad.draw();
    drawImageSample(seen, drawing);
  });
  store.on(["language", "dataset"], ({ dataset }) => {
    for (const one of [undo, clear, back]) one.textContent = t(one.dataset.t ?? "");
    bar.setAttribute("aria-label", t("padTools"));
    canvas.setAttribute("aria-label", t("padAlt"));
    const size = (dataset?.shape ?? []).slice(0, 2).join(" × ");
    seen.setAttribute("aria-label", t("padSeenAlt", { size }));
    how.textContent = t(manner().fits ? "padSeen" : "padSeenAsIs", { size });
    pad.draw();
  });
  store.on(["sample"], () => store.set({ drawing: null }));
  // The answer is said when a stroke has ended, and not while it is drawn.
  store.on(["look"], ({ look, drawing }) => {
    if (!telling || !drawing || look?.drawing !== drawing) return;
    telling = false;
    requestAnimationFrame(() => live(readout.textContent ?? ""));
  });
  explain(back, () => ({ text: t("tip.padBack") }));
  return { open };
}
