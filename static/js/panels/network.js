/** The diagram of a network of rows, with its builder: click a line or a bias to edit the number. */
import { short } from "../canvas.js";
import { drawDiagram, hit, layOut } from "../charts/diagram.js";
import { byId, h, rebuild } from "../dom.js";
import { rowsOnly } from "../looking.js";
import { eachFrame } from "../store.js";
import { layerName, named, t } from "../words.js";
import { layerCard, layersOn, outputCard } from "./layers.js";

/** @param {import("../session.js").Session} session */
export function mountNetwork(session) {
  const { store } = session;
  const canvas = /** @type {HTMLCanvasElement} */ (byId("diagram"));
  const stage = byId("stage"), box = byId("diagram-box");
  const maps = document.createElement("canvas");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {import("../charts/diagram.js").Geometry | null} */
  let geometry = null;
  /** @type {any} */
  let hover = null;
  /** @type {{index: number, strength: number} | null} */
  let pulse = null;
  let flow = 0;
  /** @type {any} */
  let drawnMaps = null;

  const draw = eachFrame(() => {
    const s = store.state;
    if (!geometry || !s.network || !rowsOnly(s.dataset)) return;
    const picture = s.picture;
    const total = geometry.nodes.reduce((sum, column) => sum + column.length, 0);
    const ready = picture && picture.units.length === total * picture.map * picture.map * 4;
    if (ready && drawnMaps !== picture) {
      drawnMaps = picture;
      if (maps.width !== picture.map || maps.height !== picture.map * total) {
        maps.width = picture.map;
        maps.height = picture.map * total;
      }
      maps.getContext("2d")?.putImageData(new ImageData(picture.units, picture.map, picture.map * total), 0, 0);
    }
    if (s.frame?.state === "playing" && !still.matches) flow = (flow + 0.6) % 12;
    drawDiagram(canvas, geometry, {
      weights: s.weights, biases: biases(s), maps: ready ? maps : null, map: picture?.map ?? 1, selected: s.layer,
      hover, flow: s.frame?.state === "playing" && !still.matches ? flow + 0.01 : 0, pulse,
    });
  });

  const arrange = () => {
    const { network, dataset, refused } = store.state;
    if (!rowsOnly(dataset)) byId("columns").replaceChildren();
    if (!network || !rowsOnly(dataset)) return;
    const offsets = new Map(network.layout.map((p) => [p.name, p.offset]));
    const room = innerWidth > 1150 ? Math.max(420, Math.min(innerHeight - 300, 640)) : 420;
    const layers = network.layers.map((layer, l) => ({ ...layer, span: network.spec.layers[l]?.span }));
    geometry = layOut(box.clientWidth, network.inputs.length, layers, offsets, room);
    stage.style.width = `${geometry.width}px`;
    canvas.style.width = `${geometry.width}px`;
    canvas.style.height = `${geometry.height}px`;
    stage.classList.toggle("proposed", refused !== null);
    drawColumns(session, geometry);
    draw();
  };
  store.on(["network", "dataset", "refused", "language"], arrange);
  store.on(["picture", "weights", "layer", "theme", "frame"], draw);
  new ResizeObserver(arrange).observe(box);

  const at = (/** @type {PointerEvent | MouseEvent} */ event) => {
    const bounds = canvas.getBoundingClientRect();
    return geometry ? hit(geometry, event.clientX - bounds.left, event.clientY - bounds.top, store.state.weights) : null;
  };
  canvas.addEventListener("pointermove", (event) => {
    const found = at(event);
    hover = found ? ("edge" in found ? found.edge : found.node) : null;
    canvas.style.cursor = found ? "pointer" : "";
    byId("diagram-readout").textContent = found ? describe(session, found) : t("hoverHint");
    draw();
  });
  canvas.addEventListener("pointerleave", () => {
    hover = null;
    byId("diagram-readout").textContent = t("hoverHint");
    draw();
  });
  canvas.addEventListener("click", (event) => {
    const found = at(event);
    if (!found) return;
    if ("edge" in found) {
      const { to, from, index } = found.edge;
      const layer = session.store.state.network?.layers[to.layer];
      if (layer) editNumber(session, `${layer.name}.weight`, from.unit * layer.units + to.unit, index, event);
    } else if (found.bias || found.node.layer >= 0 && event.detail > 1) {
      const layer = session.store.state.network?.layers[found.node.layer];
      const parameter = session.store.state.network?.layout.find((p) => p.name === `${layer?.name}.bias`);
      if (layer && parameter) editNumber(session, parameter.name, found.node.unit, parameter.offset + found.node.unit, event);
    } else if (found.node.layer >= 0) store.set({ layer: found.node.layer });
  });
  document.addEventListener("glassbox-edited", (event) => {
    pulse = { index: /** @type {CustomEvent} */ (event).detail, strength: 1 };
    draw();
    setTimeout(() => { pulse = null; draw(); }, 200);
  });
}

/** @param {import("../session.js").State} s */
function biases(s) {
  const { network, weights } = s;
  if (!network || !weights) return [];
  return network.layers.map((layer) => {
    const p = network.layout.find((entry) => entry.name === `${layer.name}.bias`);
    return p ? Array.from(weights.subarray(p.offset, p.offset + layer.units)) : [];
  });
}

/**
 * Over each layer its card; layers that were refused are spread over the width they would have.
 * @param {import("../session.js").Session} session
 * @param {import("../charts/diagram.js").Geometry} geometry
 */
function drawColumns(session, geometry) {
  const s = session.store.state;
  if (!s.network) return;
  const layers = layersOn(s), count = layers.length + 2;
  const first = geometry.nodes[0][0]?.x ?? 0, last = geometry.nodes[geometry.nodes.length - 1][0]?.x ?? geometry.width;
  const columns = Array.from({ length: count }, (_, c) => {
    const column = h("div", { class: "column" });
    column.style.left = `${count === geometry.nodes.length ? geometry.nodes[c][0]?.x ?? first : first + (c * (last - first)) / (count - 1)}px`;
    column.append(c === 0 ? h("span", { class: "head" }, t("inputs")) : c === count - 1 ? outputCard(session, false) : layerCard(session, c - 1, false));
    return column;
  });
  rebuild(byId("columns"), ...columns);
}

/**
 * @param {import("../session.js").Session} session
 * @param {NonNullable<ReturnType<typeof hit>>} found
 */
function describe(session, found) {
  const { network, weights } = session.store.state;
  if (!network) return "";
  const nodeName = (/** @type {import("../charts/diagram.js").Node} */ n) =>
    n.layer < 0 ? named(network.inputs[n.unit]) : unitName(network, n.layer, n.unit);
  if ("edge" in found) {
    const w = weights?.[found.edge.index];
    return t("edgeText", { from: nodeName(found.edge.from), to: nodeName(found.edge.to), value: short(w) });
  }
  const { node } = found;
  if (node.layer < 0) return t("inputText", { name: nodeName(node) });
  const layer = network.layers[node.layer];
  if (!["dense", "output"].includes(layer.kind)) return t("unitOther", { name: nodeName(node), kind: named(layer.kind, "layer") });
  const p = network.layout.find((entry) => entry.name === `${layer.name}.bias`);
  const bias = p && weights ? short(weights[p.offset + node.unit]) : "–";
  return t("unitText", { name: nodeName(node), activation: named(layer.activation), bias });
}

/**
 * @param {import("../types.js").Network} network
 * @param {number} l
 * @param {number} unit
 */
const unitName = (network, l, unit) => `${layerName(network, l)}, ${t("unitN", { n: unit + 1 })}`;

/**
 * A card to change one number; it stays until it is closed or done.
 * @param {import("../session.js").Session} session
 * @param {string} name
 * @param {number} place within the parameter
 * @param {number} index in the flat vector
 * @param {{clientX: number, clientY: number}} where
 */
export function editNumber(session, name, place, index, where) {
  const card = byId("card");
  const network = /** @type {import("../types.js").Network} */ (session.store.state.network);
  const l = network.layers.findIndex((layer) => name.startsWith(`${layer.name}.`));
  const { units } = network.layers[l];
  const to = unitName(network, l, place % units);
  const source = Math.floor(place / units);
  const title = name.endsWith(".bias") ? `${t("bias")}: ${to}` : `${l ? unitName(network, l - 1, source) : named(network.inputs[source])} → ${to}`;
  const value = session.store.state.weights?.[index] ?? 0;
  const kind = name.endsWith(".bias") ? "bias" : "weight";
  const number = h("input", { type: "number", step: "any", value: String(Number(value.toPrecision(6))), id: "card-number", min: "-1e30", max: "1e30" });
  const slider = h("input", { type: "range", min: "-5", max: "5", step: "0.01", value: String(value), "aria-label": t(kind) });
  const set = async (/** @type {number} */ v) => {
    await session.setWeight(name, place, v);
    document.dispatchEvent(new CustomEvent("glassbox-edited", { detail: index }));
  };
  slider.addEventListener("input", () => { number.value = slider.value; });
  slider.addEventListener("change", () => void set(Number(slider.value)));
  const close = () => card.hidePopover();
  card.replaceChildren(
    h("h3", {}, title),
    h("form", { onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      if (!number.checkValidity() || number.value === "") return number.reportValidity();
      await set(Number(number.value));
      close();
      return true;
    } },
    h("label", { class: "field", for: "card-number" }, t(kind === "bias" ? "tip.bias" : "tip.weight")),
    number, slider,
    h("div", { class: "row" }, h("button", { type: "submit" }, t("set")), h("button", { type: "button", class: "quiet", onclick: close }, t("close")))));
  card.showPopover();
  card.style.left = `${Math.max(8, Math.min(where.clientX + 12, innerWidth - card.offsetWidth - 8))}px`;
  card.style.top = `${Math.max(8, Math.min(where.clientY + 12, innerHeight - card.offsetHeight - 8))}px`;
  number.select();
}

