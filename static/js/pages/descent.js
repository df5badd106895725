/** The page of descent: optimizers race down a surface, every step in numbers. */
import { api } from "../api.js";
import { descent } from "../descent/api.js";
import { mountControls } from "../descent/controls.js";
import { mountHeights } from "../descent/heights.js";
import { BEGINNING, fromFragment, toFragment } from "../descent/link.js";
import { mountMap } from "../descent/map.js";
import { mountNumbers } from "../descent/numbers.js";
import { mountPlay } from "../descent/play.js";
import { mountRacing } from "../descent/racing.js";
import { TURNED, mountSolid } from "../descent/solid.js";
import { byId } from "../dom.js";
import { mountKeys, mountMessages, openShell, say, shellState } from "../shell.js";
import { Store } from "../store.js";

/** @import {PageStore, State} from "../descent/state.js" */

/** @type {PageStore} */
const store = new Store(/** @type {State} */ ({
  ...shellState(), ...BEGINNING, catalog: null, surfaces: [], values: null, race: null, worked: null, refused: null, playing: false, pointed: null, turned: TURNED,
}));
/** What can be undone. @type {(keyof State)[]} */
const SETTINGS = ["ground", "start", "racers", "steps", "noise", "seed", "chosen"];

const asked = () => location.hash.slice(1);

async function start() {
  mountMessages(store);
  const [catalog, surfaces] = await Promise.all([api.catalog(), descent.surfaces()]);
  const shown = () => fromFragment(asked(), catalog.optimizers, surfaces);
  store.set({ catalog, surfaces, ...shown() });
  mountControls(store, byId("surfaces"), byId("racers"), byId("settings"));
  mountRacing(store);
  mountMap(store, byId("from-above"));
  mountSolid(store, byId("turning"));
  mountHeights(store, byId("heights-box"));
  mountNumbers(store, byId("numbers"));
  mountKeys({ ...mountPlay(store, byId("transport")), ...mountUndo() });
  keepAddress(shown);
}

/** Ctrl+Z takes back what was set, a setting at a time: what follows a slider is one change. */
function mountUndo() {
  /** @type {string[]} */
  const done = [], undone = /** @type {string[]} */ ([]);
  const now = () => JSON.stringify(Object.fromEntries(SETTINGS.map((name) => [name, store.state[name]])));
  let known = now(), timer = 0, moving = false;
  store.on(SETTINGS, () => {
    clearTimeout(timer);
    if (moving) return;
    timer = window.setTimeout(() => {
      if (now() === known) return;
      done.push(known);
      undone.length = 0;
      known = now();
    }, 300);
  });
  const back = (/** @type {string[]} */ from, /** @type {string[]} */ to) => {
    const last = from.pop();
    if (last === undefined) return;
    to.push(known);
    known = last;
    moving = true;
    store.set({ ...JSON.parse(last), playing: false });
    moving = false;
  };
  return { undo: () => back(done, undone), redo: () => back(undone, done) };
}

/** What is shown stands in the address, and what stands there is shown. @param {() => import("../descent/link.js").Shown} shown */
function keepAddress(shown) {
  let timer = 0;
  const write = () => {
    clearTimeout(timer);
    const fragment = toFragment(store.state);
    if (fragment !== asked()) history.replaceState(null, "", `${location.pathname}${location.search}${fragment ? `#${fragment}` : ""}`);
  };
  store.on([...SETTINGS, "at"], () => {
    clearTimeout(timer);
    if (!store.state.playing) timer = window.setTimeout(write, 250);
  });
  addEventListener("hashchange", () => store.set(shown()));
  byId("copy-link").addEventListener("click", async () => {
    write();
    try {
      await navigator.clipboard.writeText(location.href);
      say(store, { kind: "note", key: "cv.copied" });
    } catch {
      say(store, { kind: "bad", key: "copyYourself" });
    }
  });
}

void openShell(store, start);
