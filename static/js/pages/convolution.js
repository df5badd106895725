/** The sandbox of convolution and pooling: a window slides over a picture; what it makes, and what goes back, in numbers. */
import { asked, keepAddress } from "../address.js";
import { api } from "../api.js";
import { mountControls } from "../convolution/controls.js";
import { BEGINNING, fromFragment, toFragment } from "../convolution/link.js";
import { mountNumbers } from "../convolution/numbers.js";
import { mountPicture } from "../convolution/picture.js";
import { mountPlay } from "../convolution/play.js";
import { mountStacked } from "../convolution/stacked.js";
import { SETTINGS, impossible, layerOf } from "../convolution/state.js";
import { byId } from "../dom.js";
import { toFragment as experiment, wholeSpec } from "../link.js";
import { mountKeys, mountMessages, openShell, shellState } from "../shell.js";
import { Store } from "../store.js";

/** @import {PageStore, State} from "../convolution/state.js" */

/** @type {PageStore} */
const store = new Store(/** @type {State} */ ({ ...shellState(), ...BEGINNING, catalog: null, hover: null, tap: null, playing: false }));

async function start() {
  mountMessages(store);
  store.set({ catalog: await api.catalog(), ...fromFragment(asked()) });
  mountControls(store, byId("controls"), byId("sizes"));
  mountPicture(store, byId("picture"));
  mountNumbers(store, byId("numbers"));
  mountStacked(store, byId("stacked"));
  mountKeys(mountPlay(store, byId("acts")));
  keepAddress(store, [...SETTINGS, "at", "back"], { write: toFragment, read: () => fromFragment(asked()) });
  store.on([...SETTINGS, "catalog"], openIn);
}

/** The playground with such a layer at first: on the digits, or on the shapes where those are too small. @param {State} s */
function openIn(s) {
  const link = /** @type {HTMLAnchorElement} */ (byId("open-in"));
  const wrong = impossible(s) !== null;
  link.classList.toggle("disabled", wrong);
  link.setAttribute("aria-disabled", String(wrong));
  if (wrong) return link.removeAttribute("href");
  const digits = s.catalog.datasets.find((/** @type {any} */ one) => one.name === "digits");
  const fits = impossible({ ...s, n: 8 }) === null, known = fits ? digits : s.catalog.datasets.find((/** @type {any} */ one) => one.name === "shapes");
  const layers = [{ ...layerOf(s, 8), ...(s.operation === "conv" ? { activation: "relu" } : {}) }, { kind: "flatten" }, { kind: "dense", units: 32, activation: "relu" }];
  const spec = wholeSpec({ ...known.suits, dataset: { kind: known.name }, layers }, s.catalog);
  link.href = `/#${experiment(spec, s.catalog, {})}`;
  return undefined;
}

void openShell(store, start);
