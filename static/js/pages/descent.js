/** The page of descent: optimizers race down a surface, every step in numbers. */
import { asked, keepAddress } from "../address.js";
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
import { mountKeys, mountMessages, openShell, shellState } from "../shell.js";
import { Store } from "../store.js";

/** @import {PageStore, State} from "../descent/state.js" */

/** @type {PageStore} */
const store = new Store(/** @type {State} */ ({
  ...shellState(), ...BEGINNING, catalog: null, surfaces: [], values: null, race: null, worked: null, refused: null, playing: false, pointed: null, turned: TURNED,
}));
/** What can be undone. @type {(keyof State)[]} */
const SETTINGS = ["ground", "start", "racers", "steps", "noise", "seed", "chosen"];

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
  keepAddress(store, [...SETTINGS, "at"], { write: toFragment, read: shown, moving: ({ playing }) => playing });
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

void openShell(store, start);
