/** Composition root: the only file that imports everything. */
import { api } from "./api.js";
import { classColours, colours, forgetColours, rgb } from "./canvas.js";
import { byId, h, showExplanations } from "./dom.js";
import { fromFragment, toFragment } from "./link.js";
import { mountLooking, rowsOnly } from "./looking.js";
import { mountActivations } from "./panels/activations.js";
import { mountCourse } from "./panels/course.js";
import { mountData } from "./panels/data.js";
import { mountChain } from "./panels/chain.js";
import { mountLayers } from "./panels/layers.js";
import { mountNetwork } from "./panels/network.js";
import { mountNumbers } from "./panels/numbers.js";
import { mountOutput } from "./panels/output.js";
import { mountSamples } from "./panels/samples.js";
import { mountSettings } from "./panels/settings.js";
import { mountTransport } from "./panels/transport.js";
import { mountWriting } from "./panels/writing.js";
import { Session } from "./session.js";
import { Store } from "./store.js";
import { load, t, translate } from "./words.js";

const RESOLUTION = 256;

/** @type {Store<import("./session.js").State>} */
const store = new Store(/** @type {import("./session.js").State} */ ({
  catalog: null, network: null, dataset: null, frame: null, weights: null, picture: null,
  history: { step: [], loss: [], measureStep: [], train: [], test: [], accuracy: [], testAccuracy: [] },
  historyVersion: 0, connection: "connecting", message: null, layer: 0, speed: 8, canUndo: false, canRedo: false,
  waiting: false, language: remembered("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en"),
  theme: remembered("theme") ?? "system", logScale: false, showTest: true, brush: null, probe: null,
  look: null, sample: 0, shown: [], rate: null, refused: null,
}));
const session = new Session(store);

/** @param {string} name */
function remembered(name) {
  try {
    return localStorage.getItem(`glassbox-${name}`);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} value */
function remember(name, value) {
  try {
    localStorage.setItem(`glassbox-${name}`, value);
  } catch {
    // Private windows may refuse; the choice then holds for this page only.
  }
}

async function start() {
  document.documentElement.dataset.theme = store.state.theme;
  const wanted = fromFragment(location.hash);
  const [catalog] = await Promise.all([api.catalog(), load(store.state.language)]);
  store.set({ catalog });
  translate(document);
  for (const name of wanted.hide) for (const element of document.querySelectorAll(`[data-part="${CSS.escape(name)}"]`)) element.setAttribute("hidden", "");
  if (wanted.broken) session.say("bad", "badLink");
  mountTransport(session);
  mountSettings(session);
  mountData(session);
  mountOutput(session);
  mountSamples(session);
  mountWriting(session);
  mountNetwork(session);
  mountChain(session);
  mountLayers(session);
  mountCourse(session);
  mountActivations(session);
  mountNumbers(session);
  mountPictures();
  mountLooking(session);
  mountMessages();
  mountTabs();
  mountCorner(wanted);
  mountKeys();
  showExplanations();
  await session.open(wanted);
  document.body.dataset.ready = "yes";
}

/** Weights go to the worker, pictures come back; one is under way at a time, the newest wins. */
function mountPictures() {
  const worker = new Worker(new URL("./model/worker.js", import.meta.url), { type: "module" });
  let busy = false, again = false, version = 0;
  /** @type {{resolve: (value: any) => void, resolution: number} | null} */
  let exact = null;
  const send = () => {
    const { weights, layer, network } = store.state;
    // Of images and sequences the server makes the pictures: see looking.js.
    if (!weights || !network || !rowsOnly(store.state.dataset) || weights.length !== network.parameters) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    worker.postMessage({ type: "weights", weights, version: ++version, layer, probe: store.state.probe, exact: exact?.resolution });
  };
  const describe = () => {
    const { network, dataset } = store.state;
    if (!network || !dataset) return;
    if (!rowsOnly(dataset)) {
      store.set({ picture: null });
      return;
    }
    const layers = network.layers.map((layer, l) => ({ ...layer, settings: network.spec.layers[l] }));
    const theme = colours();
    worker.postMessage({
      type: "network", net: { inputs: network.inputs, layers, layout: network.layout }, dataset, resolution: RESOLUTION,
      colours: { paper: rgb(theme.paper), negative: rgb(theme.negative), positive: rgb(theme.positive), classes: classColours().map(rgb) },
    });
    send();
  };
  worker.onmessage = ({ data }) => {
    busy = false;
    if (rowsOnly(store.state.dataset)) store.set({ picture: data });
    if (data.exact && exact) {
      exact.resolve(data.exact);
      exact = null;
    }
    if (again) {
      again = false;
      send();
    }
  };
  store.on(["network", "dataset", "theme"], describe);
  store.on(["weights", "layer", "probe"], send);
  // For tests and for the curious: the worker's own numbers, to hold against GET …/boundary.
  Object.assign(window, {
    glassbox: {
      store, session,
      boundary: (/** @type {number} */ resolution) => new Promise((resolve) => {
        exact = { resolve, resolution };
        send();
      }),
    },
  });
}

function mountMessages() {
  const banner = byId("banner");
  const actions = /** @type {Record<string, () => unknown>} */ ({
    undo: () => void session.undo(),
    reset: () => void session.reset(),
    halveRate: () => void session.patch((now) => ({ optimizer: { ...now.optimizer, learning_rate: now.optimizer.learning_rate / 2 } }), "learningRate"),
    startSlower: async () => {
      await session.patch((now) => ({ optimizer: { ...now.optimizer, learning_rate: now.optimizer.learning_rate / 10 } }), "learningRate");
      await session.reset();
    },
  });
  store.on(["message", "connection", "language", "frame"], (s) => {
    const divergence = s.frame?.divergence;
    const lost = s.connection === "lost";
    // What holds now stands as long as it holds; what was said can be closed.
    const message = lost ? { kind: "bad", key: "lost", text: "", actions: [] }
      : divergence ? { kind: "bad", key: "diverged", text: "", actions: ["startSlower", "halveRate", "reset"] } : s.message;
    const text = divergence && !lost
      ? t("diverged", { step: divergence.step, what: divergence.what === "loss" ? t("theLoss") : `${t(divergence.what)} (${divergence.layer})`, value: divergence.value })
      : message ? t(message.key, { text: message.text ?? "" }) : "";
    if (banner.dataset.text === text) return;
    banner.dataset.text = text;
    banner.hidden = !message;
    if (!message) return;
    banner.className = `banner ${message.kind}`;
    banner.replaceChildren(h("p", {}, text),
      ...(message.actions ?? []).map((name) => h("button", { type: "button", "data-action": name, onclick: () => { actions[name](); store.set({ message: null }); } }, t(`action.${name}`))),
      ...(lost || divergence ? [] : [h("button", { type: "button", class: "quiet", onclick: () => store.set({ message: null }) }, t("close"))]));
  });
  // What is changed while nobody listens would be lost without a word.
  store.on(["connection"], (s) => {
    for (const id of ["settings", "data", "network", "brushes", "tabs"]) byId(id).inert = s.connection === "lost";
  });
}

function mountTabs() {
  const tabs = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[role="tab"]')]);
  const select = (/** @type {HTMLElement} */ chosen) => {
    for (const tab of tabs) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      byId(tab.getAttribute("aria-controls") ?? "").hidden = !on;
    }
    document.dispatchEvent(new Event("glassbox-tab"));
  };
  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.stopPropagation();
      const next = tabs[(i + by + tabs.length) % tabs.length];
      select(next);
      next.focus();
    });
  });
}

/** @param {{hide: string[]}} wanted */
function mountCorner(wanted) {
  const theme = byId("theme");
  theme.addEventListener("click", () => {
    const next = { system: "light", light: "dark", dark: "system" }[store.state.theme] ?? "system";
    remember("theme", next);
    document.documentElement.dataset.theme = next;
    forgetColours();
    store.set({ theme: next });
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    forgetColours();
    const now = store.state.theme;
    store.set({ theme: "" });
    store.set({ theme: now });
  });
  byId("language").addEventListener("click", async () => {
    const next = store.state.language === "zh" ? "en" : "zh";
    await load(next);
    remember("language", next);
    translate(document);
    store.set({ language: next });
  });
  store.on(["theme", "language"], (s) => {
    theme.textContent = { light: "☀", dark: "☾" }[s.theme] ?? "◐";
    theme.setAttribute("aria-label", t("themeIs", { name: t(`theme.${s.theme || "system"}`) }));
  });
  const address = () => {
    const { network, catalog } = store.state;
    if (!network) return;
    const kept = /** @type {Record<string, string>} */ (wanted.hide.length ? { hide: wanted.hide.join(",") } : {});
    const fragment = toFragment(network.spec, catalog.presets[0].spec, kept);
    history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname);
  };
  store.on(["network"], address);
  addEventListener("hashchange", async (event) => {
    // The address itself may have been rewritten since, by an answer that was under way.
    const next = fromFragment(new URL(event.newURL).hash);
    if (next.broken) session.say("bad", "badLink");
    else await session.try(() => session.open(next));
  });
  byId("share").addEventListener("click", async () => {
    address();
    await navigator.clipboard.writeText(location.href).then(() => session.say("note", "copied"), () => session.say("note", "copyYourself"));
  });
  byId("keys").addEventListener("click", () => /** @type {HTMLDialogElement} */ (byId("keys-dialog")).showModal());
  byId("code").addEventListener("click", () => {
    byId("code-text").textContent = snippet(session.id);
    /** @type {HTMLDialogElement} */ (byId("code-dialog")).showModal();
  });
  for (const button of document.querySelectorAll("dialog .dismiss")) button.addEventListener("click", () => button.closest("dialog")?.close());
}

/** This very network from a notebook. @param {string} id */
const snippet = (id) => `import httpx

network = httpx.Client(base_url="${location.origin}/api/networks/${id}")
print(network.get("").json()["state"])
frame = network.post("/train", json={"steps": 100}).json()
print(frame["step"], frame["loss"], frame["metrics"])
network.patch("", json={"optimizer": {"learning_rate": 0.01}})
print(network.get("/weights").json()["output.bias"])
`;

function mountKeys() {
  document.addEventListener("input", (event) => { /** @type {HTMLElement} */ (event.target).dataset.dirty = "yes"; });
  document.addEventListener("change", (event) => { /** @type {HTMLElement} */ (event.target).dataset.dirty = ""; });
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const typing = target.matches("input:not([type=checkbox]):not([type=range]), textarea, select");
    // In a number that is not being edited there is nothing of its own to undo.
    const editing = typing && !(target.matches("input[type=number]") && target.dataset.dirty !== "yes");
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y") && !editing) {
      event.preventDefault();
      target.blur();
      void (event.shiftKey || key === "y" ? session.redo() : session.undo());
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const button = target.matches("button, a, summary, input, [role=radio]");
    if (event.key === " " && !button) {
      event.preventDefault();
      void session.toggle();
    } else if (event.key === "ArrowRight" && !target.matches("input, [role=tab]")) byId("step").click();
    else if (key === "r") void session.reset();
    else if (event.key === "?") byId("keys").click();
  });
}

start().catch((error) => {
  byId("banner").hidden = false;
  byId("banner").className = "banner bad";
  byId("banner").textContent = `Glassbox cannot start: ${error.message}. Is the server running? Reload to try again.`;
});
