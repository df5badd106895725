/** Which classes are taken for which: true by row, predicted by column. */
import { shapeIcon } from "../canvas.js";
import { h } from "../dom.js";
import { classOf } from "../model/classes.js";
import { className } from "../names.js";
import { t } from "../words.js";

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} panel
 * @param {() => boolean} isShown
 */
export function mountConfusion(session, panel, isShown) {
  const { store } = session;
  const title = h("p", { id: "confusion-title", class: "hint" }), table = h("table", { id: "confusion", class: "confusion" });
  panel.append(title, table);
  const draw = () => {
    if (isShown()) drawConfusion(store.state, title, table);
  };
  store.on(["picture", "look", "dataset", "language"], draw);
  return draw;
}

/**
 * @param {import("../session.js").State} s
 * @param {HTMLElement} title
 * @param {HTMLElement} box
 */
function drawConfusion(s, title, box) {
  const { dataset } = s;
  const tests = Boolean(dataset?.test_inputs.length);
  const counts = dataset?.classes ? countedHere(s, tests) ?? s.look?.confusion?.[tests ? "test" : "train"] : null;
  if (!dataset || !counts || counts.length !== dataset.classes) return;
  title.textContent = t(tests ? "confusionTest" : "confusionTrain");
  const many = dataset.classes > 6;
  const key = JSON.stringify([counts, dataset.class_names, s.language]);
  if (box.dataset.of === key) return;
  box.dataset.of = key;
  const label = (/** @type {number} */ i, /** @type {string} */ scope) => h("th", { scope }, many ? "" : shapeIcon(i), ` ${className(dataset, i)}`);
  box.replaceChildren(
    h("tr", {}, h("td", { class: "corner" }), ...counts.map((_, i) => label(i, "col"))),
    ...counts.map((row, i) => h("tr", {}, label(i, "row"), ...row.map((n, j) => {
      const total = row.reduce((a, b) => a + b, 0) || 1;
      const cell = h("td", {}, String(n));
      const strength = Math.round((n / total) * 45);
      cell.style.background = `color-mix(in srgb, var(${i === j ? "--negative" : "--positive"}) ${strength}%, transparent)`;
      return cell;
    }))));
}

/**
 * The confusion of what the browser computed itself; null where the server counts.
 * @param {import("../session.js").State} s
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
