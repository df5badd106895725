/** The diagram of a network of rows: point at it to read it, click to pin or to change a number, or go there by keys. */
import { drawDiagram } from "../charts/diagram.js";
import { hit, isTight, layOut, neighbour } from "../charts/layout.js";
import { byId, h, rebuild } from "../dom.js";
import { rowsOnly } from "../model/data.js";
import { has, toggled, worthsOf } from "../model/surgery.js";
import { inputName, outputName } from "../names.js";
import { shownWeights } from "../state.js";
import { eachFrame } from "../store.js";
import { t } from "../words.js";
import { watchEdges } from "./edges.js";
import { mountHover, worthText } from "./hover.js";
import { layerCard, layersOn, outputCard } from "./layers.js";
import { editNumber } from "./number-card.js";

/** @typedef {import("../types.js").Place} Place */

/** @param {import("../session.js").Session} session */
export function mountNetwork(session) {
  const { store } = session, card = mountHover(session);
  const canvas = /** @type {HTMLCanvasElement} */ (byId("diagram"));
  const stage = byId("stage"), box = byId("diagram-box");
  const maps = document.createElement("canvas");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {import("../charts/layout.js").Geometry | null} */
  let geometry = null;
  /** @type {{index: number} | null} */
  let pulse = null;
  let flow = 0;
  /** @type {any} */
  let drawnMaps = null;
  /** The first unit shown of columns that show a part. @type {Record<number, number>} */
  let first = {};

  const draw = eachFrame(() => {
    const s = store.state;
    if (!geometry || !s.network || !rowsOnly(s.dataset)) return;
    const { picture, network } = s;
    const units = [network.inputs.length, ...network.layers.map((layer) => layer.units)], total = units.reduce((sum, n) => sum + n, 0);
    const ready = picture && picture.units.length === total * picture.map * picture.map * 4;
    if (ready && drawnMaps !== picture) {
      drawnMaps = picture;
      if (maps.width !== picture.map || maps.height !== picture.map * total) {
        maps.width = picture.map;
        maps.height = picture.map * total;
      }
      maps.getContext("2d")?.putImageData(new ImageData(picture.units, picture.map, picture.map * total), 0, 0);
    }
    const moving = s.frame?.state === "playing" && !still.matches;
    if (moving) flow = (flow + 1.2) % 20;
    drawDiagram(canvas, geometry, {
      weights: shownWeights(s), biases: biases(s), maps: ready ? maps : null, map: picture?.map ?? 1, firsts: units.map((_, c) => units.slice(0, c).reduce((sum, n) => sum + n, 0)),
      selected: s.layer, lit: s.hover ?? s.pinned, values: s.probe || s.probePinned ? picture?.probe ?? null : null, flow: moving ? flow + 0.01 : 0, pulse,
      is: (part, l, unit) => has(network, part, l, unit), worth: s.worthShown && s.worth ? worthTexts(s.worth, network) : null,
      inputs: network.inputs.map((_, i) => ({ text: inputName(s.dataset, network, i) })),
      outputs: Array.from({ length: units[units.length - 1] }, (_, i) => outputName(s.dataset, network, i)), moreText: (n) => t("unitsNotShown", { n }),
    });
    canvas.dataset.drawn = String(picture?.version ?? 0);
  });

  const arrange = () => {
    const { network, dataset, refused } = store.state;
    if (!rowsOnly(dataset)) byId("columns").replaceChildren();
    if (!network || !rowsOnly(dataset) || !box.clientHeight) return;
    geometry = arranged(session, box, first);
    stage.style.width = `${geometry.width}px`;
    canvas.style.width = `${geometry.width}px`;
    stage.style.minHeight = canvas.style.height = `${geometry.height}px`;
    stage.classList.toggle("proposed", refused !== null);
    drawColumns(session, geometry);
    draw();
  };
  store.on(["network", "dataset"], () => { first = {}; });
  store.on(["network", "dataset", "refused", "language"], arrange);
  store.on(["picture", "layer", "theme", "hover", "pinned", "probe", "probePinned", "look", "worth", "worthShown"], draw);
  // While it trains, the maps of these very weights are here in a moment: lines and maps are drawn once, together.
  store.on(["weights", "frame"], (s) => { if (s.frame?.state !== "playing") draw(); });
  const worth = /** @type {HTMLInputElement} */ (byId("show-worth"));
  worth.addEventListener("change", () => store.set({ worthShown: worth.checked }));
  store.on(["network", "dataset", "worthShown"], (s) => {
    byId("worth").hidden = s.dataset?.view === "text" || !s.network?.layers.some((layer) => layer.operable);
    worth.checked = s.worthShown;
  });
  new ResizeObserver(arrange).observe(box);
  watchEdges(box, () => (rowsOnly(store.state.dataset) ? /** @type {HTMLElement[]} */ ([...byId("columns").children]) : []));

  /** Bring what the keys lead to into sight. @param {Place | null} place */
  const bring = (place) => {
    const x = place && geometry?.centres[place.layer + 1];
    if (typeof x === "number" && (x - 60 < box.scrollLeft || x + 60 > box.scrollLeft + box.clientWidth)) box.scrollLeft = x - box.clientWidth / 2;
  };
  const at = (/** @type {PointerEvent | MouseEvent} */ event) => {
    const bounds = canvas.getBoundingClientRect();
    return geometry ? hit(geometry, event.clientX - bounds.left, event.clientY - bounds.top, store.state.weights) : null;
  };
  const point = (/** @type {Place | null} */ place, /** @type {{x: number, y: number} | null} */ pointer = null) => {
    if (JSON.stringify(place) !== JSON.stringify(store.state.hover)) store.set({ hover: place });
    const node = place && geometry?.nodes[place.layer + 1]?.find((one) => one.unit === place.unit);
    if (!node) return;
    const bounds = canvas.getBoundingClientRect(), from = place.from === undefined ? null : geometry?.nodes[place.layer].find((one) => one.unit === place.from);
    const on = (/** @type {import("../charts/layout.js").Node} */ { x, y, size }) => ({ x: bounds.left + x - size / 2, y: bounds.top + y - size / 2, width: size, height: size });
    const others = geometry?.nodes.flat().filter((one) => one !== node && one !== from).map(on) ?? [];
    const where = { x: bounds.left + node.x, y: bounds.top + node.y };
    card.put({ ...(pointer ?? where), own: from ? [on(node), on(from)] : [on(node)], others });
  };
  canvas.addEventListener("pointermove", (event) => {
    const found = at(event);
    canvas.style.cursor = found ? "pointer" : "";
    if (found && "edge" in found) {
      const { from, to } = found.edge;
      point({ layer: to.layer, unit: to.unit, from: from.unit }, { x: event.clientX, y: event.clientY });
    } else point(found && "node" in found ? { layer: found.node.layer, unit: found.node.unit } : null);
  });
  canvas.addEventListener("pointerleave", () => point(null));
  const edit = (/** @type {Place} */ place, /** @type {{clientX: number, clientY: number}} */ where) => {
    const network = /** @type {import("../types.js").Network} */ (store.state.network), layer = network.layers[place.layer];
    const name = `${layer?.name}.${place.from === undefined ? "bias" : "weight"}`, parameter = network.layout.find((p) => p.name === name);
    const inner = place.from === undefined ? place.unit : place.from * (layer?.units ?? 0) + place.unit;
    if (parameter) editNumber(session, name, inner, parameter.offset + inner, where);
  };
  const pin = (/** @type {Place} */ place) => {
    const same = JSON.stringify(place) === JSON.stringify(store.state.pinned);
    store.set({ pinned: same ? null : place, ...(place.layer >= 0 ? { layer: place.layer } : {}) });
  };
  /** The next part of a column. @param {import("../charts/layout.js").More} more */
  const turn = (more) => {
    first = { ...first, [more.layer + 1]: more.next };
    arrange();
  };
  canvas.addEventListener("click", (event) => {
    const found = at(event);
    if (!found) return store.set({ pinned: null });
    if ("more" in found) {
      return turn(found.more);
    }
    if ("edge" in found) return edit({ layer: found.edge.to.layer, unit: found.edge.to.unit, from: found.edge.from.unit }, event);
    const { layer, unit } = found.node;
    if (found.bias || (layer >= 0 && event.detail > 1)) return edit({ layer, unit }, event);
    return pin({ layer, unit });
  });
  document.addEventListener("glassbox-edited", (event) => {
    pulse = { index: /** @type {CustomEvent} */ (event).detail };
    draw();
    setTimeout(() => { pulse = null; draw(); }, 200);
  });

  // By keys: arrows go from unit to unit, with Shift from line to line into the unit; Enter pins a unit or edits a line, B edits the bias, X switches it off and on, F freezes it.
  const tell = () => { byId("live").textContent = byId("hover-card").innerText.replaceAll("\n", ". "); };
  canvas.addEventListener("keydown", (event) => {
    const s = store.state;
    if (!geometry || !s.network) return;
    const key = event.key, here = s.hover ?? s.pinned;
    if (key.startsWith("Arrow")) {
      event.preventDefault();
      event.stopPropagation();
      if (event.shiftKey && here && here.layer >= 0 && (key === "ArrowUp" || key === "ArrowDown")) {
        const count = here.layer ? s.network.layers[here.layer - 1].units : s.network.inputs.length;
        point({ ...here, from: ((here.from ?? (key === "ArrowDown" ? -1 : 0)) + (key === "ArrowDown" ? 1 : -1) + count) % count });
      } else {
        // Past the last that is shown come those that are not, as with a click on what stands for them.
        const last = here && geometry.nodes[here.layer + 1]?.slice(-1)[0].unit === here.unit, rest = last && key === "ArrowDown" ? geometry.more.find((one) => one.layer === here.layer) : null;
        if (rest) turn(rest);
        const next = rest ? geometry.nodes[rest.layer + 1][0] : neighbour(geometry, here, key);
        if (next) {
          bring(next);
          point({ layer: next.layer, unit: next.unit });
        }
      }
      tell();
    } else if (here && here.from === undefined && ["x", "f"].includes(key.toLowerCase()) && !event.ctrlKey && !event.metaKey && s.network.layers[here.layer]?.operable) {
      event.preventDefault();
      event.stopPropagation();
      const part = key.toLowerCase() === "x" ? "off" : "frozen", { name } = s.network.layers[here.layer];
      void session.patch((now) => ({ surgery: toggled(now.surgery, part, name, here.unit) }), "surgery")
        .then(() => setTimeout(tell, 200)); // after its frame, which says the losses
    } else if (here && (key === "Enter" || key.toLowerCase() === "b") && here.layer >= 0) {
      event.preventDefault();
      event.stopPropagation();
      const bounds = canvas.getBoundingClientRect(), node = geometry.nodes[here.layer + 1].find((one) => one.unit === here.unit);
      const where = { clientX: bounds.left + (node?.x ?? 0), clientY: bounds.top + (node?.y ?? 0) };
      if (key === "Enter" && here.from === undefined) pin(here);
      else edit(key === "Enter" ? here : { layer: here.layer, unit: here.unit }, where);
    }
  });
  canvas.addEventListener("blur", () => point(null));
}

/**
 * Where everything lies in the room there is.
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} box
 * @param {Record<number, number>} first
 */
export function arranged(session, box, first) {
  const network = /** @type {import("../types.js").Network} */ (session.store.state.network), { dataset } = session.store.state;
  const offsets = new Map(network.layout.map((p) => [p.name, p.offset]));
  const layers = network.layers.map((layer, l) => ({ ...layer, span: network.spec.layers[l]?.span }));
  // Where there is little room, names get less of it.
  const wide = (/** @type {string[]} */ names) => Math.min(124, Math.max(48, box.clientWidth / 7), Math.max(20, ...names.map((name) => [...name].reduce((sum, c) => sum + (c > "\u2e80" ? 13 : 7), 0))));
  const left = 24 + wide(network.inputs.map((_, i) => inputName(dataset, network, i)));
  const right = 34 + wide(Array.from({ length: layers[layers.length - 1].units }, (_, i) => outputName(dataset, network, i).text));
  return layOut({ width: box.clientWidth, height: box.clientHeight }, network.inputs.length, layers, offsets, { left, right, first });
}

/** @param {import("../wire.js").AblationOut} found @param {import("../types.js").Network} network */
function worthTexts(found, network) {
  const worths = worthsOf(found, network);
  return (/** @type {number} */ l, /** @type {number} */ unit) => {
    const worth = worths(l, unit);
    return worth && { share: worth.share, text: worthText(worth.value, found.train.accuracy !== null).replace(" %", "") };
  };
}

/** @param {import("../session.js").State} s */
function biases(s) {
  const { network } = s, weights = shownWeights(s);
  if (!network || !weights) return [];
  return network.layers.map((layer) => {
    const p = network.layout.find((entry) => entry.name === `${layer.name}.bias`);
    return p ? Array.from(weights.subarray(p.offset, p.offset + layer.units)) : [];
  });
}

/**
 * Over each layer its card; layers that were refused are spread over the width they would have.
 * @param {import("../session.js").Session} session
 * @param {import("../charts/layout.js").Geometry} geometry
 */
function drawColumns(session, geometry) {
  const s = session.store.state;
  if (!s.network) return;
  const layers = layersOn(s), count = layers.length + 2, { centres } = geometry;
  const first = centres[0], last = centres[centres.length - 1];
  const step = count === centres.length ? geometry.step : (last - first) / (count - 1);
  byId("columns").classList.toggle("tight", isTight(step));
  byId("columns").style.setProperty("--step", `${Math.floor(step)}px`);
  const columns = Array.from({ length: count }, (_, c) => {
    const column = h("div", { class: "column" });
    column.style.left = `${count === centres.length ? centres[c] : first + (c * (last - first)) / (count - 1)}px`;
    column.append(c === 0 ? h("span", { class: "head" }, t("inputs")) : c === count - 1 ? outputCard(session, false) : layerCard(session, c - 1, false));
    return column;
  });
  rebuild(byId("columns"), ...columns);
}
