/** The window slides by itself, output by output, once it is asked to. */
import { byId, h } from "../dom.js";
import { switched } from "../functions/controls.js";
import { t } from "../words.js";
import { SETTINGS, impossible, looked, placeOf } from "./state.js";

/** @import {PageStore} from "./state.js" */

/** As long does it stay on one output, in milliseconds. */
const STAY = 700;

/** @param {PageStore} store @param {HTMLElement} box @returns {Record<string, (event: KeyboardEvent) => unknown>} the keys of the page */
export function mountPlay(store, box) {
  const play = h("button", { id: "slide", type: "button", class: "primary", onclick: () => toggle() });
  const before = h("button", { id: "slide-back", type: "button", onclick: () => step(-1) }, "◀"), after = h("button", { id: "slide-on", type: "button", onclick: () => step(1) }, "▶");
  const ways = h("span", {});
  box.append(before, play, after, ways);
  let shown = /** @type {ReturnType<typeof switched> | null} */ (null), timer = 0;

  const move = (/** @type {number} */ by) => {
    const { axis: { positions } } = looked(store.state), [i, j] = placeOf(store.state), count = positions ** 2;
    const next = (i * positions + j + by + count) % count;
    store.set({ hover: null, at: [Math.floor(next / positions), next % positions] });
  };
  const step = (/** @type {number} */ by) => {
    store.set({ playing: false });
    move(by);
    byId("live").textContent = byId("words").textContent;
  };
  const toggle = () => store.set({ playing: !store.state.playing && impossible(store.state) === null });
  store.on(["playing", "language"], ({ playing }) => {
    clearInterval(timer);
    if (playing) timer = window.setInterval(() => move(1), STAY);
    play.textContent = t(playing ? "cv.pause" : "cv.slide");
    play.setAttribute("aria-pressed", String(playing));
  });
  store.on(["language"], () => {
    before.setAttribute("aria-label", t("cv.before"));
    after.setAttribute("aria-label", t("cv.after"));
    shown = switched(t("cv.way"), [{ value: "0", text: t("cv.forward") }, { value: "1", text: t("cv.backward") }], (value) => store.set({ back: value === "1" }));
    ways.replaceChildren(shown.field);
  });
  store.on(["back", "language"], ({ back }) => shown?.set(back ? "1" : "0"));
  store.on([...SETTINGS], (s) => {
    const wrong = impossible(s) !== null;
    if (wrong) store.set({ playing: false });
    for (const button of [play, before, after]) button.disabled = wrong;
  });
  return {
    " ": toggle,
    arrowright: () => step(1),
    arrowleft: () => step(-1),
  };
}
