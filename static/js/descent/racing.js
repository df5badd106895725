/** The server is asked as soon as something is changed, one question at a time, the newest in the end. */
import { descent } from "./api.js";
import { ASKED, lastOf, noiseOf, startOf, surfaceOf } from "./state.js";

/** @import {PageStore} from "./state.js" */

const RESOLUTION = 101;

/** @param {PageStore} store */
export function mountRacing(store) {
  let busy = false, again = false;
  /** Of which ground the values are. @type {unknown} */
  let known = null;
  const ask = async () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    do {
      again = false;
      try {
        const { ground } = store.state;
        if (ground !== known) {
          const values = await descent.values({ surface: surfaceOf(ground), resolution: RESOLUTION });
          if (store.state.ground !== ground) { again = true; continue; }
          known = ground;
          store.set({ values });
        }
        const s = store.state;
        const race = await descent.race({ surface: surfaceOf(ground), start: startOf(s), steps: s.steps, noise: noiseOf(s), seed: s.seed, optimizers: s.racers, slots: false });
        // What was typed meanwhile has another number of racers, say: of that the next answer tells.
        if (!again) store.set({ race, refused: null, at: Math.min(store.state.at, Math.max(...race.paths.map((/** @type {any} */ path) => path.points.length - 1))) });
      } catch (error) {
        if (!again) store.set({ refused: error });
      }
    } while (again);
    busy = false;
  };
  store.on(ASKED, () => void ask());
  mountWorked(store);
}

/** The chosen racer's next step in numbers: while nothing moves. @param {PageStore} store */
function mountWorked(store) {
  let timer = 0, asked = 0;
  store.on(["race", "at", "chosen", "playing"], (s) => {
    clearTimeout(timer);
    if (s.playing || !s.race) return;
    timer = window.setTimeout(async () => {
      const mine = ++asked, now = store.state, racer = now.racers[now.chosen], path = now.race?.paths[now.chosen];
      if (!racer || !path) return;
      if (now.at >= path.points.length - 1) return store.set({ worked: null });
      const worked = await descent.step({ surface: surfaceOf(now.ground), start: startOf(now), noise: noiseOf(now), seed: now.seed, optimizer: racer, step: now.at }).catch(() => null);
      if (mine === asked) store.set({ worked });
      return undefined;
    }, 60);
  });
}

/** A step on or back, from what is shown. @param {PageStore} store @param {number} by */
export const move = (store, by) => store.set({ playing: false, at: Math.max(0, Math.min(lastOf(store.state), store.state.at + by)) });
