/** The playground: the only file that imports all of it. */
import { late, lazily } from "../assets.js";
import { api } from "../api.js";
import { byId } from "../dom.js";
import { fromFragment, keptOf, toFragment } from "../link.js";
import { mountAdvice } from "../panels/advice.js";
import { mountFrame } from "../panels/frame.js";
import { hideParts } from "../panels/hiding.js";
import { mountUntil } from "../panels/until.js";
import { mountLooking } from "../looking.js";
import { isHeard, rowsOnly } from "../model/data.js";
import { mountCourse } from "../panels/course.js";
import { mountData } from "../panels/data.js";
import { mountLayers } from "../panels/layers.js";
import { mountNetwork } from "../panels/network.js";
import { mountOutput } from "../panels/output.js";
import { forgotten } from "../panels/own-sets.js";
import { mountSettings } from "../panels/settings.js";
import { mountTimeline } from "../panels/timeline.js";
import { mountTransport } from "../panels/transport.js";
import { mountPictures } from "../pictures.js";
import { Session } from "../session.js";
import { playgroundState } from "../state.js";
import { mountKeys, mountMessages, openShell } from "../shell.js";
import { Store } from "../store.js";
import { mountTabs } from "../tabs/index.js";
import { named, t } from "../words.js";

const store = new Store(playgroundState());
const session = new Session(store);

/** @type {import("../rewinding.js").Rewinding} */
let rewinding;

const PANELS = [
  mountTransport, mountRewinding, mountSettings, mountData, mountOutput, mountNetwork, mountLayers,
  mountCourse, mountTabs, mountLooking, mountBanner, mountInert, mountFrame, mountUntil, mountAdvice,
];

async function start() {
  const wanted = fromFragment(location.hash);
  store.set({ catalog: await api.catalog(), predict: wanted.predict, clinic: wanted.clinic });
  hideParts(wanted.hide);
  if (wanted.broken) session.say("bad", "badLink");
  const pictures = mountPictures(session);
  for (const mount of PANELS) mount(session);
  /** What is guessed first is asked for in a link, or behind "more". @type {Promise<unknown> | null} */
  let guessing = null;
  const guess = () => (guessing ??= late("js/panels/predict.js").then((module) => module.mountPredict(session, pictures)));
  const ahead = lazily("js/panels/ahead.js", (module) => module.mountAhead(session));
  const balance = lazily("js/panels/balance.js", (module) => module.mountBalance(session));
  byId("more").addEventListener("click", () => void session.try(() => Promise.all([guess(), ahead(), balance()])));
  store.on(["dataset"], ({ dataset }) => { if (dataset?.unbalanced) void session.try(balance); });
  if (wanted.predict) await guess();
  store.on(["predict"], ({ predict }) => { if (predict) void session.try(guess); });
  mountAddress(wanted.hide);
  // Maps and samples belong to images, sequences and text, writing to text alone, forecasts to a series, and a unit's card to a unit that is pinned or asked what it is worth.
  whenWanted(["dataset"], (s) => !rowsOnly(s.dataset), "js/panels/sampled.js", "mountSampled", null, true);
  whenWanted(["dataset"], (s) => s.dataset?.view === "text", "js/panels/writing.js", "mountWriting", "css/text.css");
  whenWanted(["dataset"], (s) => Boolean(s.dataset?.series), "js/panels/forecast.js", "mountForecast", "css/forecast.css", true);
  whenWanted(["pinned", "worthShown"], (s) => s.pinned !== null || s.worthShown, "js/panels/neuron-card.js", "mountNeuronCard");
  whenWanted(["dataset"], (s) => isHeard(s.dataset), "js/panels/hearing.js", "mountHearing", null, true);
  const share = lazily("js/panels/share.js", (module) => module.mountShare(session, wanted.hide));
  byId("share").addEventListener("click", () => void session.try(async () => (await share())()));
  mountCode();
  mountKeys({
    " ": () => void session.toggle(),
    arrowright: (event) => { if (!(/** @type {HTMLElement} */ (event.target).matches("input, [role=tab], [role=separator]"))) byId("step").click(); },
    backspace: (event) => { event.preventDefault(); void rewinding.back({ steps: 1 }); },
    r: () => void session.reset(),
    p: () => byId("present").click(),
    escape: () => store.set({ pinned: null, probePinned: null, hover: null }),
    undo: () => void session.undo(),
    redo: () => void session.redo(),
  });
  // For tests and for the curious.
  Object.assign(window, { glassbox: { store, session, ...pictures } });
  await session.open(wanted);
  const { weights } = wanted;
  if (weights) await late("js/panels/linked.js").then((module) => module.takeWeights(session, weights));
}

/** @param {Session} on */
function mountRewinding(on) {
  rewinding = mountTimeline(on);
}

function mountBanner() {
  const scaled = (/** @type {number} */ by) => session.patch((now) => ({ optimizer: { ...now.optimizer, learning_rate: now.optimizer.learning_rate * by } }), "learningRate");
  mountMessages(store, {
    keys: ["connection", "frame"],
    standing: ({ connection, frame }) => {
      if (connection === "lost") return { kind: "bad", key: "lost" };
      const d = frame?.divergence;
      if (!d) return null;
      const what = d.what === "loss" ? t("theLoss") : `${named(d.what, "parameter")} (${d.layer})`;
      return { kind: "bad", key: "diverged", values: { step: d.step, what, value: d.value }, actions: ["startSlower", "halveRate", "back10", "reset"] };
    },
    actions: {
      undo: () => void session.undo(),
      takeBack: () => void forgotten.back(),
      reset: () => void session.reset(),
      back10: () => void rewinding.back({ steps: 10 }),
      toLeft: () => void rewinding.toLeft(),
      toTrunk: () => void rewinding.toTrunk(),
      halveRate: () => void scaled(1 / 2),
      startSlower: async () => {
        await scaled(1 / 10);
        await session.reset();
      },
    },
  });
}

/** What is changed while nobody listens would be lost without a word. */
function mountInert() {
  store.on(["connection"], (s) => {
    for (const id of ["settings", "data", "network", "brushes", "panels"]) byId(id).inert = s.connection === "lost";
  });
}

/**
 * Mount what is loaded when it is first wanted.
 * @param {(keyof import("../state.js").State)[]} keys @param {(s: import("../state.js").State) => boolean} wanted
 * @param {string} path @param {string} name of what it exports @param {string | null} style its style sheet, where that is loaded with it
 * @param {boolean} wordless it says none of the words that come late
 */
function whenWanted(keys, wanted, path, name, style = null, wordless = false) {
  let asked = false;
  store.on(keys, (s) => {
    if (asked || !wanted(s)) return;
    asked = true;
    void late(path, style, wordless).then((module) => module[name](session), () => { asked = false; });
  });
}

/** The experiment is in the address. @param {string[]} hidden */
function mountAddress(hidden) {
  const address = () => {
    const { network, catalog } = store.state;
    if (!network) return;
    const fragment = toFragment(network.spec, catalog, keptOf(hidden, store.state.predict, store.state.clinic));
    history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname);
  };
  store.on(["network", "predict", "clinic"], address);
  addEventListener("hashchange", async (event) => {
    // The address itself may have been rewritten since, by an answer that was under way.
    const next = fromFragment(new URL(event.newURL).hash);
    if (next.broken) session.say("bad", "badLink");
    else {
      store.set({ predict: next.predict, clinic: next.clinic });
      await session.try(() => session.open(next));
    }
  });
}

function mountCode() {
  byId("code").addEventListener("click", () => {
    byId("code-text").textContent = snippet(session.id);
    /** @type {HTMLDialogElement} */ (byId("code-dialog")).showModal();
  });
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

void openShell(store, start);
