/** The page of activation functions: compared in one plot, in one neuron, in a row of neurons, and each on a card. */
import { api } from "../api.js";
import { byId } from "../dom.js";
import { mountCards } from "../functions/cards.js";
import { mountChain } from "../functions/chain.js";
import { alone } from "../functions/controls.js";
import { BEGINNING, fromFragment, toFragment } from "../functions/link.js";
import { mountNeuron } from "../functions/neuron.js";
import { mountOverlay } from "../functions/overlay.js";
import { mountSoftmax } from "../functions/softmax.js";
import { mountKeys, mountMessages, openShell, shellState } from "../shell.js";
import { Store } from "../store.js";

/** `z` is where the pointer is, on every curve at once. @type {import("../functions/controls.js").PageStore} */
const store = new Store({ ...shellState(), ...BEGINNING, catalog: /** @type {any} */ (null) });

async function start() {
  mountMessages(store);
  const catalog = await api.catalog(), names = alone(catalog).map(({ name }) => name);
  const asked = () => decodeURIComponent(location.hash.slice(1));
  store.set({ catalog, ...fromFragment(asked(), names) });
  mountOverlay(store, byId("compare-body"));
  mountKeys(mountNeuron(store, byId("neuron-body")));
  mountChain(store, byId("chain-body"));
  mountCards(store, byId("functions"));
  mountSoftmax(store, byId("softmax-body"));
  keepAddress(names, asked);
  const part = asked() && !asked().includes("=") ? document.getElementById(asked()) : null;
  part?.scrollIntoView();
  // The fragment holds what is shown, so these go there without it.
  for (const link of document.querySelectorAll("nav.parts a")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const section = byId((link.getAttribute("href") ?? "").slice(1));
      section.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
      section.focus({ preventScroll: true });
    });
  }
}

/** What is shown stands in the address, and what stands there is shown. @param {string[]} names @param {() => string} asked */
function keepAddress(names, asked) {
  let timer = 0;
  store.on(["chosen", "show", "z", "neuron", "chain", "softmax"], (s) => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      const fragment = toFragment(s);
      if (fragment !== asked() && (fragment || asked().includes("="))) history.replaceState(null, "", `${location.pathname}${location.search}${fragment ? `#${fragment}` : ""}`);
    }, 250);
  });
  addEventListener("hashchange", () => {
    if (asked().includes("=")) store.set(fromFragment(asked(), names));
  });
}

void openShell(store, start);
