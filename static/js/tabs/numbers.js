/** Every weight and bias as a table of numbers, each of which can be changed. */
import { decimalInput } from "../decimal.js";
import { h } from "../dom.js";
import { downloadButtons } from "../downloads.js";
import { inputName, unitName } from "../names.js";
import { layerName, named, t } from "../words.js";

const MOST = 600; // fields a table; larger layers are read over the API

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} panel
 * @param {() => boolean} isShown
 */
export function mountNumbers(session, panel, isShown) {
  const { store } = session;
  const box = h("div", { id: "weights", class: "weights" });
  panel.append(h("p", { class: "hint", "data-t": "numbersHint" }, t("numbersHint")), box);
  let built = "";
  const update = () => {
    const { network, weights, language } = store.state;
    if (!network || !weights || !isShown()) return;
    const key = JSON.stringify([network.layout, network.inputs, network.layers, language]);
    if (key !== built) {
      built = key;
      box.replaceChildren(...network.layers.flatMap((_, l) => tables(session, l)));
    }
    for (const field of box.querySelectorAll("input")) {
      if (field === document.activeElement) continue;
      const text = String(Number(weights[Number(field.dataset.index)].toPrecision(5))).replaceAll("-", "−");
      if (field.value !== text) field.value = text;
    }
  };
  let last = 0;
  store.on(["weights"], (s) => {
    const now = performance.now();
    if (s.frame?.state === "playing" && now - last < 250) return;
    last = now;
    update();
  });
  store.on(["network", "language"], update);
  return update;
}

/**
 * @param {import("../session.js").Session} session
 * @param {number} l
 * @returns {HTMLElement[]}
 */
function tables(session, l) {
  const network = /** @type {import("../types.js").Network} */ (session.store.state.network);
  const layer = network.layers[l];
  const own = network.layout.filter((p) => p.name.startsWith(`${layer.name}.`));
  if (["dense", "output"].includes(layer.kind)) return [dense(session, l, own)];
  return own.map((p) => ofAnyShape(session, `${layerName(network, l)} · ${named(layer.kind, "layer")} · ${named(p.name.split(".")[1], "parameter")}`, p));
}

/**
 * @param {import("../session.js").Session} session
 * @param {import("../types.js").Parameter} p
 * @param {number} place
 * @param {string} label
 */
function field(session, p, place, label) {
  const input = decimalInput(label, (value) => void session.setNumbers(p.name, new Map([[place, value]])));
  input.dataset.index = String(p.offset + place);
  return h("td", {}, input);
}

/**
 * What no table has room for is taken along as a file.
 * @param {import("../session.js").Session} session
 * @param {string} caption
 * @param {number} n
 * @param {import("../types.js").Parameter[]} parameters
 */
const tooMany = (session, caption, n, parameters) => h("div", { class: "too-many" }, h("h3", {}, caption), h("p", { class: "hint" }, t("tooManyNumbers", { n })),
  ...downloadButtons(parameters, () => session.store.state.weights));

/** Counting names for the places along an axis. @param {number} count @param {(n: number) => string} name */
const counted = (count, name) => Array.from({ length: count }, (_, i) => name(i + 1));

/**
 * A dense layer: weights run from the row to the column, the bias below.
 * @param {import("../session.js").Session} session
 * @param {number} l
 * @param {import("../types.js").Parameter[]} own
 */
function dense(session, l, [weight, bias]) {
  const network = /** @type {import("../types.js").Network} */ (session.store.state.network);
  const layer = network.layers[l], rows = weight.shape[0];
  const below = l ? (/** @type {number} */ n) => unitName(network, l - 1, n - 1) : (/** @type {number} */ n) => (network.inputs.length === rows ? inputName(session.store.state.dataset, network, n - 1) : t("inputN", { n }));
  const inputs = counted(rows, below), units = counted(layer.units, (n) => t("unitN", { n }));
  const caption = `${layerName(network, l)}${t("colon")}${rows} → ${layer.units}`;
  if (rows * layer.units > MOST) return tooMany(session, caption, rows * layer.units, bias ? [weight, bias] : [weight]);
  return h("table", {}, h("caption", {}, caption),
    h("tr", {}, h("td", { class: "corner" }), ...units.map((unit) => h("th", { scope: "col" }, unit))),
    ...inputs.map((from, k) => h("tr", {}, h("th", { scope: "row" }, from), ...units.map((_, j) =>
      field(session, weight, k * layer.units + j, `${t("weight")} ${from} → ${layerName(network, l)} ${j + 1}`)))),
    h("tr", {}, h("th", { scope: "row" }, t("bias")), ...units.map((_, j) => field(session, bias, j, `${t("bias")} ${layerName(network, l)} ${j + 1}`))));
}

/**
 * Any other parameter. Of kernels (rows, columns, channels, filters) every filter and channel is a
 * small table; what has fewer axes is one table.
 * @param {import("../session.js").Session} session
 * @param {string} caption
 * @param {import("../types.js").Parameter} p
 */
function ofAnyShape(session, caption, p) {
  const count = p.shape.reduce((a, b) => a * b, 1), whole = `${caption}${t("colon")}${p.shape.join(" × ")}`;
  if (count > MOST) return tooMany(session, whole, count, [p]);
  const grid = (/** @type {number} */ rows, /** @type {number} */ columns, /** @type {string} */ title, /** @type {(row: number, column: number) => number} */ place) =>
    h("table", {}, h("caption", {}, title), ...Array.from({ length: rows }, (_, r) =>
      h("tr", {}, ...Array.from({ length: columns }, (_, c) => field(session, p, place(r, c), `${title}, ${r + 1}, ${c + 1}`)))));
  const { shape } = p;
  if (shape.length < 3) return grid(shape.length === 2 ? shape[0] : 1, shape[shape.length - 1] ?? 1, whole, (r, c) => r * (shape[shape.length - 1] ?? 1) + c);
  const [rows, columns] = shape, inner = count / (rows * columns), filters = shape[shape.length - 1];
  const small = Array.from({ length: inner }, (_, i) => i).sort((a, b) => a % filters - b % filters || a - b);
  return h("figure", { class: "kernels" }, h("figcaption", {}, whole), ...small.map((i) =>
    grid(rows, columns, t("kernelOf", { filter: (i % filters) + 1, channel: Math.floor(i / filters) + 1 }), (r, c) => (r * columns + c) * inner + i)));
}
