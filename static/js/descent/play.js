/** Play, step, scrub: all paths at one speed, from the start to the last step. */
import { grouped } from "../canvas.js";
import { byId, h } from "../dom.js";
import { t } from "../words.js";
import { move } from "./racing.js";
import { lastOf } from "./state.js";

/** @import {PageStore} from "./state.js" */

/** A race takes about so long, but no step less than a picture. */
const RACE_MS = 8000, LEAST_MS = 33, MOST_MS = 400;

/** @param {PageStore} store @param {HTMLElement} box @returns {Record<string, (event: KeyboardEvent) => unknown>} the keys of the page */
export function mountPlay(store, box) {
  const play = h("button", { id: "run", type: "button", class: "primary", onclick: () => toggle() });
  const button = (/** @type {string} */ id, /** @type {string} */ sign, /** @type {() => void} */ onclick) => h("button", { id, type: "button", onclick }, sign);
  const first = button("to-start", "|◀", () => move(store, -Infinity)), before = button("step-back", "◀", () => move(store, -1)), after = button("step-on", "▶", () => move(store, 1));
  const scrub = h("input", { id: "scrub", type: "range", min: "0", step: "1" }), where = h("output", { id: "where", class: "number" });
  box.append(first, before, play, after, scrub, where);
  let then = 0, owed = 0;

  const frame = (/** @type {number} */ now) => {
    const s = store.state, last = lastOf(s);
    if (!s.playing) return;
    // By the clock, not by pictures: a slow machine skips steps and is not late.
    owed += Math.max(0, Math.min(200, now - then)) / Math.max(Math.min(MOST_MS, RACE_MS / last), LEAST_MS / Math.max(1, last / 240));
    then = now;
    const steps = Math.floor(owed);
    owed -= steps;
    if (steps) store.set({ at: Math.min(last, s.at + steps), ...(s.at + steps >= last ? { playing: false } : {}) });
    requestAnimationFrame(frame);
  };
  const toggle = () => {
    const s = store.state, over = s.at >= lastOf(s);
    store.set({ playing: !s.playing, ...(!s.playing && over ? { at: 0 } : {}) });
  };
  store.on(["playing", "language"], ({ playing }) => {
    play.textContent = t(playing ? "descent.pause" : "descent.play");
  });
  let playing = false;
  store.on(["playing"], (s) => {
    if (s.playing && !playing) {
      then = performance.now();
      owed = 0;
      requestAnimationFrame(frame);
    }
    if (!s.playing && playing) byId("live").textContent = where.textContent;
    playing = s.playing;
  });
  scrub.addEventListener("input", () => store.set({ playing: false, at: Number(scrub.value) }));
  store.on(["at", "race", "language"], (s) => {
    const last = lastOf(s);
    scrub.max = String(last);
    scrub.value = String(s.at);
    where.textContent = t("descent.stepOf", { n: grouped(s.at), of: grouped(last) });
    scrub.setAttribute("aria-valuetext", where.textContent);
  });
  store.on(["language"], () => {
    scrub.setAttribute("aria-label", t("descent.scrub"));
    for (const [element, key] of /** @type {[HTMLElement, string][]} */ ([[first, "toStart"], [before, "before"], [after, "after"]])) element.setAttribute("aria-label", t(`descent.${key}`));
  });
  return {
    " ": toggle,
    arrowright: (event) => move(store, event.shiftKey ? 10 : 1),
    arrowleft: (event) => move(store, event.shiftKey ? -10 : -1),
    home: () => move(store, -Infinity),
    end: () => move(store, Infinity),
  };
}
