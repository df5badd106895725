/** Which classes are taken for which: true by row, predicted by column; a number leads to the samples that it counts. */
import { api } from "../api.js";
import { shapeIcon } from "../canvas.js";
import { byId, h } from "../dom.js";
import { classOf } from "../model/classes.js";
import { rowsOnly } from "../model/data.js";
import { className } from "../names.js";
import { t } from "../words.js";

const ROWS = 500; // of one question

/** @typedef {import("../session.js").State} State */

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} panel
 * @param {() => boolean} isShown
 */
export function mountConfusion(session, panel, isShown) {
  const { store } = session;
  const title = h("p", { id: "confusion-title", class: "hint" }), table = h("table", { id: "confusion", class: "confusion" });
  panel.append(title, h("div", { class: "confusion-box" }, table));
  const draw = () => {
    if (isShown()) drawConfusion(store.state, title, table);
  };
  table.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("button");
    if (button) void session.try(() => open(Number(button.dataset.truth), Number(button.dataset.said)));
  });

  // Above the gallery: which samples it shows, and the way back to all.
  const bar = h("p", { id: "sample-group", class: "row", hidden: true });
  byId("gallery-box").before(bar);
  const tell = () => {
    const { group, dataset } = store.state;
    bar.hidden = !group;
    if (!group || !dataset) return;
    const values = { n: group.samples.length, truth: className(dataset, group.truth), said: className(dataset, group.said) };
    bar.replaceChildren(h("b", {}, t(group.truth === group.said ? "group.right" : "group.wrong", values)),
      h("button", { type: "button", class: "quiet", onclick: () => {
        store.set({ group: null });
        byId("gallery-box").focus({ preventScroll: true });
      } }, t("group.all")));
  };

  /** The samples of a class that were taken for a class, as the network stands. @param {number} truth @param {number} said */
  async function open(truth, said) {
    const { dataset, network } = store.state, { id } = session;
    if (!dataset || !network) return;
    const tests = dataset.test_inputs.length, part = tests ? "test" : "train", first = tests ? 0 : dataset.test_inputs.length;
    const targets = tests ? dataset.test_targets : dataset.targets, of = targets.map((target, i) => (target === truth ? i : -1)).filter((i) => i >= 0);
    const { units, activation } = network.layers[network.layers.length - 1];
    /** @type {number[]} */
    const samples = [];
    for (let from = 0; from < of.length; from += ROWS) {
      const asked = of.slice(from, from + ROWS), { outputs } = await api.predict(id, { part, samples: asked });
      asked.forEach((i, k) => { if (classOf(/** @type {number[]} */ ([outputs[k]].flat()), activation, 0, units) === said) samples.push(first + i); });
    }
    if (store.state.dataset !== dataset || id !== session.id) return;
    if (!samples.length) return session.say("note", "group.none");
    store.set({ group: { samples, truth, said }, sample: samples[0], drawing: null });
    byId("live").textContent = bar.textContent;
  }

  store.on(["group", "language", "dataset"], tell);
  store.on(["picture", "look", "dataset", "language"], draw);
  return draw;
}

/**
 * @param {State} s
 * @param {HTMLElement} title
 * @param {HTMLElement} box
 */
function drawConfusion(s, title, box) {
  const { dataset } = s;
  const tests = Boolean(dataset?.test_inputs.length);
  const counts = dataset?.classes ? countedHere(s, tests) ?? s.look?.confusion?.[tests ? "test" : "train"] : null;
  if (!dataset || !counts || counts.length !== dataset.classes) return;
  title.textContent = t(tests ? "confusionTest" : "confusionTrain") + (rowsOnly(dataset) ? "" : ` · ${t("group.hint")}`);
  const key = JSON.stringify([dataset.class_names, dataset.view, s.language]);
  if (box.dataset.of !== key) {
    box.dataset.of = key;
    build(box, dataset);
  }
  // Its numbers change while it trains: the cells stay, so that they can be clicked.
  counts.forEach((row, i) => row.forEach((n, j) => {
    const cell = /** @type {HTMLTableCellElement} */ (/** @type {HTMLTableElement} */ (box).rows[i + 1].cells[j + 1]), button = cell.querySelector("button");
    if (cell.dataset.n === String(n)) return;
    cell.dataset.n = String(n);
    (button ?? cell).textContent = String(n);
    if (button) {
      button.disabled = n === 0;
      button.setAttribute("aria-label", t(i === j ? "group.right" : "group.wrong", { n, truth: className(dataset, i), said: className(dataset, j) }));
    }
    const total = row.reduce((a, b) => a + b, 0) || 1;
    cell.style.background = `color-mix(in srgb, var(${i === j ? "--negative" : "--positive"}) ${Math.round((n / total) * 45)}%, transparent)`;
  }));
}

/** @param {HTMLElement} box @param {import("../types.js").Dataset} dataset */
function build(box, dataset) {
  const many = dataset.classes > 6, each = Array.from({ length: dataset.classes }, (_, i) => i);
  const label = (/** @type {number} */ i, /** @type {string} */ scope) => h("th", { scope }, many ? "" : shapeIcon(i), ` ${className(dataset, i)}`);
  const cell = (/** @type {number} */ truth, /** @type {number} */ said) => h("td", {}, rowsOnly(dataset) ? "" : h("button", { type: "button", "data-truth": String(truth), "data-said": String(said) }));
  box.replaceChildren(
    h("tr", {}, h("td", { class: "corner" }), ...each.map((i) => label(i, "col"))),
    ...each.map((i) => h("tr", {}, label(i, "row"), ...each.map((j) => cell(i, j)))));
}

/**
 * The confusion of what the browser computed itself; null where the server counts.
 * @param {State} s
 * @param {boolean} tests
 */
function countedHere({ dataset, network, picture }, tests) {
  if (!dataset || !network || !picture) return null;
  const targets = tests ? dataset.test_targets : dataset.targets;
  const outputs = tests ? picture.test : picture.train;
  const { units, activation } = network.layers[network.layers.length - 1];
  if (outputs.length !== targets.length * units) return null;
  const counts = Array.from({ length: dataset.classes }, () => new Array(dataset.classes).fill(0));
  targets.forEach((label, i) => counts[label][classOf(outputs, activation, i * units, units)]++);
  return counts;
}
