/** Of rows of numbers the browser makes the pictures itself, off the drawing thread. */
import { asset } from "./assets.js";
import { classColours, colours, rgb } from "./canvas.js";
import { rowsOnly } from "./model/data.js";
import { shownWeights } from "./state.js";

// Of a network that has just been changed a coarse picture comes first: a quarter of the pixels, and the eye waits for no others.
// While it trains there are as many as this machine makes in the time a picture may take; all of them once it rests.
const RESOLUTION = 256, COARSE = 128, FINER = 32, BUDGET_MS = 12;

/** What of the diagram may take the output's place: units, not lines. @param {import("./types.js").Place | null} place */
const unitOf = (place) => (place && place.from === undefined ? { layer: place.layer, unit: place.unit } : null);

/**
 * Pixels a side for the next picture of a network that trains.
 * @param {{resolution: number, milliseconds: number}} last
 */
function fitting({ resolution, milliseconds }) {
  if (milliseconds > BUDGET_MS) return Math.max(COARSE, resolution - FINER);
  return milliseconds < BUDGET_MS / 2 ? Math.min(RESOLUTION, resolution + FINER) : resolution;
}

/**
 * Weights go to the worker, pictures come back; one is under way at a time, the newest wins.
 * @param {import("./session.js").Session} session
 */
export function mountPictures(session) {
  const { store } = session;
  const worker = new Worker(asset("js/model/worker.js"), { type: "module" });
  let busy = false, again = false, version = 0, coarse = false, moving = RESOLUTION;
  const playing = () => store.state.frame?.state === "playing";
  /** The data the worker has. @type {any} */
  let sent = null;
  /** @type {{resolve: (value: any) => void, resolution: number} | null} */
  let exact = null;
  const send = () => {
    const { layer, network } = store.state, weights = shownWeights(store.state);
    // Of images and sequences the server makes the pictures: see looking.js.
    if (!weights || !network || !rowsOnly(store.state.dataset) || weights.length !== network.parameters) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    const { probe, probePinned, hover, pinned } = store.state;
    worker.postMessage({ type: "weights", weights, version: ++version, layer, probe: probe ?? probePinned, focus: unitOf(hover) ?? (hover ? null : unitOf(pinned)), exact: exact?.resolution, resolution: coarse ? COARSE : playing() ? moving : RESOLUTION });
    coarse = false;
  };
  const describe = () => {
    const { catalog, network, dataset } = store.state;
    if (!network || !dataset) return;
    if (!rowsOnly(dataset)) {
      store.set({ picture: null });
      return;
    }
    /** @type {Map<string | null, number>} */
    const reaches = new Map(catalog.activations.filter((/** @type {any} */ a) => a.low !== null && a.high !== null)
      .map((/** @type {any} */ a) => [a.name, Math.max(Math.abs(a.low), Math.abs(a.high))]));
    const layers = network.layers.map((layer, l) => ({ ...layer, settings: network.spec.layers[l], off: network.spec.surgery.off[layer.name], reach: reaches.get(layer.activation) }));
    const theme = colours();
    coarse = true;
    worker.postMessage({
      type: "network", net: { inputs: network.inputs, layers, layout: network.layout }, dataset: dataset === sent ? null : dataset,
      colours: { paper: rgb(theme.paper), negative: rgb(theme.negative), positive: rgb(theme.positive), classes: classColours().map(rgb) },
    });
    sent = dataset;
    send();
  };
  worker.onerror = (event) => {
    busy = false;
    session.say("bad", "problem", { message: event.message });
  };
  worker.onmessage = ({ data }) => {
    busy = false;
    if (playing()) moving = fitting(data);
    if (rowsOnly(store.state.dataset)) store.set({ picture: data });
    if (data.exact && exact) {
      exact.resolve(data.exact);
      exact = null;
    }
    if (again) {
      again = false;
      send();
    } else sharpen();
  };
  // What rests, or has just been changed, is seen in full.
  const sharpen = () => {
    if (!busy && !playing() && store.state.picture && store.state.picture.resolution < RESOLUTION) send();
  };
  store.on(["network", "dataset", "theme"], describe);
  store.on(["frame"], sharpen);
  store.on(["weights", "imagined", "layer", "probe", "probePinned", "hover", "pinned"], send);
  return {
    /** The worker's own numbers, to hold against GET …/boundary. @param {number} resolution */
    boundary: (resolution) => new Promise((resolve) => {
      exact = { resolve, resolution };
      send();
    }),
  };
}
