/** The curve of the chosen layer's activation, and where every unit's samples stand on it. */
import { classColours, short } from "../canvas.js";
import { drawActivation, flatShare } from "../charts/activation.js";
import { drawShares, softmaxOf } from "../charts/shares.js";
import { explain, h, math } from "../dom.js";
import { rowsOnly } from "../model/data.js";
import { ACTIVATIONS } from "../model/forward.js";
import { className } from "../names.js";
import { eachFrame } from "../store.js";
import { layerName, named, pick, t } from "../words.js";

const MOST = 24, MOST_POINTS = 128;

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} panel
 * @param {() => boolean} isShown
 */
export function mountActivations(session, panel, isShown) {
  const { store } = session;
  const box = h("div", { id: "curves", class: "curves" }), choice = h("select", { id: "curve-layer" });
  const about = h("span", { id: "curve-text" }), curves = h("div", { id: "curve-box" }, box), more = h("p", { id: "curve-more", class: "hint" });
  const legend = h("span", {}), readout = h("output", { id: "curve-readout", hidden: true });
  /** The z that is pointed at, of which unit; and where each picture's axis lies. @type {{unit: number, z: number} | null} */
  let pointed = null;
  /** @type {{reach: number, left: number, right: number}[]} */
  let axes = [];
  panel.append(
    h("div", { class: "curve-head" }, h("label", { class: "row" }, h("span", { "data-t": "ofLayer" }, t("ofLayer")), " ", choice),
      about, legend, readout, h("a", { href: "/activations", "data-t": "allFunctions" }, t("allFunctions"))),
    curves, more);
  choice.addEventListener("change", () => store.set({ layer: Number(choice.value) }));
  // Of new data a layer that has a curve is shown first.
  store.on(["dataset"], (s) => {
    if (!s.network || s.network.layers[s.layer]?.activation) return;
    store.set({ layer: s.network.layers.findIndex((layer) => layer.activation) });
  });
  const arrange = (/** @type {import("../session.js").State} */ s) => {
    if (!s.network) return;
    const alone = rowsOnly(s.dataset) ? "" : "One";
    legend.textContent = t(`${s.network.layers[s.layer]?.activation === "softmax" ? "curveLegendSoftmax" : "curveLegend"}${alone}`);
    choice.replaceChildren(...s.network.layers.map((layer, l) => h("option", { value: String(l), selected: l === s.layer }, `${layerName(/** @type {any} */ (s.network), l)} · ${named(layer.activation ?? layer.kind, "layer")}`)));
    const layer = s.network.layers[s.layer];
    const shown = hasCurve(s, layer);
    curves.hidden = !shown;
    if (!shown) {
      about.textContent = t(layer.activation ? "curveSoftmax" : "noCurve", { name: named(layer.kind, "layer") });
      more.textContent = "";
      return;
    }
    const entry = s.catalog.activations.find((/** @type {any} */ a) => a.name === layer.activation);
    const formula = math(entry?.formula), slope = math(entry?.slope_formula);
    about.replaceChildren(...(formula ? ["f(z) = ", formula] : []), ...(slope ? [",\u2003f′(z) = ", slope] : []));
    explain(about, () => ({ text: pick(entry?.summary ?? { en: "" }) }));
    const count = Math.min(MOST, layer.units);
    more.textContent = layer.units > MOST ? t("moreUnitsNotShown", { n: layer.units - MOST }) : "";
    const key = `${s.language} ${s.layer === s.network.layers.length - 1} ${s.dataset?.class_names}`;
    if (box.dataset.of !== key) {
      box.dataset.of = key;
      box.replaceChildren();
    }
    // One unit more is one picture more: the others stay.
    while (box.childElementCount > count) box.lastElementChild?.remove();
    for (let j = box.childElementCount; j < count; j++) box.append(h("figure", {}, h("canvas", { tabIndex: j ? -1 : 0 }), h("figcaption", {}, h("span", {}, unitTitle(s, j)), h("span", {}))));
  };
  store.on(["network", "layer", "language"], arrange);
  store.on(["look"], (s) => {
    const layer = s.network?.layers[s.layer];
    if (layer && curves.hidden === hasCurve(s, layer)) arrange(s);
  });

  const draw = eachFrame(() => {
    const { network, dataset, picture, layer } = store.state;
    if (!network || !isShown()) return;
    if (!network.layers[layer] || !hasCurve(store.state, network.layers[layer])) return;
    const { units } = network.layers[layer], activation = network.layers[layer].activation ?? "linear";
    const f = ACTIVATIONS[activation];
    const known = store.state.catalog.activations.find((/** @type {any} */ a) => a.name === activation);
    const points = rowsOnly(dataset) ? (picture?.layer === layer ? picture.z : null) : lookedAt(store.state, network.layers[layer]);
    const fresh = points && points.length % units === 0;
    const shown = fresh ? points.length / units : 0;
    // Softmax couples its units: no curve of one z tells what one gives.
    const shares = fresh && !f ? softmaxOf(points, units) : null, palette = classColours();
    [...box.children].forEach((figure, j) => {
      const canvas = /** @type {HTMLCanvasElement} */ (figure.firstElementChild);
      const z = fresh ? points.subarray(j * shown, (j + 1) * shown) : [];
      // What can be pointed at is a slider of z; a histogram is a picture.
      canvas.setAttribute("role", f ? "slider" : "img");
      canvas.tabIndex = f && j === (pointed?.unit ?? 0) ? 0 : -1;
      if (f) {
        axes[j] = drawActivation(canvas, f, z, pointed?.unit === j ? pointed.z : null);
        const at = pointed?.unit === j ? pointed.z : 0, { reach } = axes[j];
        for (const [name, value] of Object.entries({ valuemin: -reach, valuemax: reach, valuenow: at, valuetext: readingOf(f, at) })) canvas.setAttribute(`aria-${name}`, String(value));
      } else drawShares(canvas, shares?.subarray(j * shown, (j + 1) * shown) ?? [], palette[j % 8]);
      // A softmax that is sure of itself is not ill: nothing of it is called flat.
      const flat = f ? flatShare(known, z) : 0;
      const state = /** @type {HTMLElement} */ (figure.lastElementChild?.lastElementChild);
      const dead = f && known.dies && shown > 0 && Array.prototype.every.call(z, (at) => f.value(at) === 0);
      const text = dead ? t("dead") : flat > 0.3 ? t(known.dies ? "off" : "flat", { n: Math.round(flat * 100) }) : "";
      if (state.textContent !== text) state.textContent = text;
      const why = dead ? "tip.dead" : text ? (known.dies ? "tip.off" : "tip.flat") : "";
      if (why) state.dataset.tip = why;
      else delete state.dataset.tip;
      state.classList.toggle("warn", dead || (flat > 0.8 && !known.dies));
      canvas.setAttribute("aria-label", t("curveAlt", { n: j + 1, name: named(activation), flat: Math.round(flat * 100) }));
    });
  });
  const point = (/** @type {{unit: number, z: number} | null} */ at) => {
    pointed = at;
    const { network, layer } = store.state, f = ACTIVATIONS[network?.layers[layer]?.activation ?? ""];
    readout.hidden = !at || !f;
    legend.hidden = !readout.hidden;
    if (at && f) readout.textContent = `${unitTitle(store.state, at.unit)}: ${readingOf(f, at.z)}`;
    draw();
  };
  box.addEventListener("pointermove", (event) => {
    const canvas = /** @type {HTMLElement} */ (event.target), unit = [...box.children].findIndex((figure) => figure.firstElementChild === canvas), axis = axes[unit];
    if (canvas.getAttribute("role") !== "slider" || !axis) return point(null);
    const z = -axis.reach + ((event.offsetX - axis.left) / (axis.right - axis.left)) * 2 * axis.reach;
    return point({ unit, z: Number(Math.max(-axis.reach, Math.min(axis.reach, z)).toFixed(2)) });
  });
  for (const end of ["pointerleave", "focusout"]) box.addEventListener(end, () => point(null));
  box.addEventListener("keydown", (event) => {
    const unit = [...box.children].findIndex((figure) => figure.firstElementChild === event.target), axis = axes[unit];
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key], on = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!axis || (!by && !on) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const z = pointed?.z ?? 0, next = Math.max(0, Math.min(box.childElementCount - 1, unit + (on ?? 0)));
    if (next !== unit) /** @type {HTMLElement} */ (box.children[next].firstElementChild).focus();
    const moved = by ? Number((z + by * (event.shiftKey ? 1 : 0.1)).toFixed(2)) : z;
    point({ unit: next, z: Math.max(-axis.reach, Math.min(axis.reach, moved)) });
  });
  // Every third picture is enough for the eye, and leaves the drawing thread free.
  let turn = 0;
  store.on(["picture", "look"], (s) => {
    if (s.frame?.state !== "playing" || turn++ % 3 === 0) draw();
  });
  store.on(["layer", "theme", "network", "language"], draw);
  new ResizeObserver(draw).observe(box);
  return draw;
}

/** @param {import("../model/exact.js").Function1} f @param {number} z */
const readingOf = (f, z) => `z = ${short(z, 2)}, f(z) = ${short(f.value(z))}, f′(z) = ${short(f.slope(z))}`;

/** A unit of the chosen layer; of the output its class. @param {import("../session.js").State} s @param {number} j */
function unitTitle(s, j) {
  const network = /** @type {import("../types.js").Network} */ (s.network);
  return s.layer === network.layers.length - 1 && s.dataset?.classes === network.layers[s.layer].units ? className(s.dataset, j) : t("unitN", { n: j + 1 });
}

/**
 * Whether a layer bends number by number: those whose gates or sums come first have no curve of their own.
 * @param {import("../session.js").State} s
 * @param {import("../types.js").Layer} layer
 */
function hasCurve(s, layer) {
  if (!layer.activation) return false;
  return rowsOnly(s.dataset) || !s.look || s.look.layers[layer.name]?.z !== undefined;
}

/**
 * What went into the activation for the chosen sample, at all its places or time steps, unit after unit.
 * @param {import("../session.js").State} s
 * @param {import("../types.js").Layer} layer
 */
function lookedAt(s, layer) {
  const z = s.look?.layers[layer.name]?.z;
  if (!z || z.length % layer.units) return null;
  const places = Math.min(z.length / layer.units, MOST_POINTS), points = new Float32Array(places * layer.units);
  for (let i = 0; i < places; i++) for (let j = 0; j < layer.units; j++) points[j * places + i] = z[i * layer.units + j];
  return points;
}
