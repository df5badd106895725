/** How the run goes: losses over steps, accuracy, confusion. */
import { colours, shapeIcon, short } from "../canvas.js";
import { drawLines, valueAt } from "../charts/loss.js";
import { byId, h } from "../dom.js";
import { classOf } from "../model/classes.js";
import { eachFrame } from "../store.js";
import { t } from "../words.js";

/** @param {import("../session.js").Session} session */
export function mountCourse(session) {
  const { store } = session;
  const canvas = /** @type {HTMLCanvasElement} */ (byId("loss-chart"));
  const log = /** @type {HTMLInputElement} */ (byId("log-scale"));
  /** @type {number | null} */
  let hover = null;
  log.addEventListener("change", () => store.set({ logScale: log.checked }));
  canvas.addEventListener("pointermove", (event) => { hover = event.offsetX; draw(); });
  canvas.addEventListener("pointerleave", () => { hover = null; draw(); });

  const draw = eachFrame(() => {
    const s = store.state, theme = colours(), { history } = s;
    const lines = [
      { name: t("batchLoss"), colour: theme["ink-2"], width: 1, alpha: 0.35, dash: [], x: history.step, y: history.loss },
      { name: t("trainLoss"), colour: theme.accent, width: 2, alpha: 1, dash: [], x: history.measureStep, y: history.train },
      { name: t("testLoss"), colour: theme.positive, width: 2, alpha: 1, dash: [6, 3], x: history.measureStep, y: history.test },
    ];
    const step = drawLines(canvas, lines, { log: s.logScale, hover, xLabel: t("step") });
    byId("loss-readout").textContent = step === null
      ? t("lossHint")
      : `${t("step")} ${step}: ${lines.map((line) => `${line.name} ${short(valueAt(line, step))}`).join(" · ")}`;
  });
  store.on(["historyVersion", "logScale", "theme", "language"], draw);
  new ResizeObserver(draw).observe(canvas);

  store.on(["frame", "language"], (s) => {
    const { frame } = s;
    const [quality, testQuality] = Object.values(frame?.metrics ?? {});
    const classes = !("r2" in (frame?.metrics ?? {}));
    byId("figures").replaceChildren(...[
      [t("trainLoss"), short(frame?.loss)],
      [t("testLoss"), short(frame?.test_loss)],
      [t(classes ? "accuracy" : "r2"), classes ? percent(quality) : short(quality)],
      [t(classes ? "testAccuracy" : "testR2"), classes ? percent(testQuality) : short(testQuality)],
    ].map(([name, value]) => h("div", {}, h("b", {}, value), name)));
  });
  store.on(["picture", "look", "dataset", "language"], () => drawConfusion(session));
  let told = 0;
  store.on(["frame"], (s) => {
    // A live region that spoke every frame would drown everything else.
    if (!s.frame || performance.now() - told < 3000 && s.frame.state === "playing") return;
    told = performance.now();
    const { step, loss, test_loss } = s.frame;
    byId("live").textContent = t("liveText", { step, loss: short(loss), test: short(test_loss) });
    canvas.setAttribute("aria-label", t("lossAlt", { step, loss: short(loss), test: short(test_loss) }));
  });
}

/** @param {number | null | undefined} share */
const percent = (share) => (share === null || share === undefined ? "–" : `${(share * 100).toFixed(1)} %`);

/** @param {import("../session.js").Session} session */
function drawConfusion(session) {
  const s = session.store.state, { dataset } = s;
  const box = byId("confusion");
  const block = byId("confusion-block");
  const tests = Boolean(dataset?.test_inputs.length);
  const counts = dataset?.classes ? countedHere(s, tests) ?? s.look?.confusion?.[tests ? "test" : "train"] : null;
  block.hidden = !counts && (!dataset?.classes || dataset.view === "text");
  if (!dataset || !counts || counts.length !== dataset.classes) return;
  byId("confusion-title").textContent = t(tests ? "confusionTest" : "confusionTrain");
  const many = dataset.classes > 6;
  box.classList.toggle("many", many);
  const key = JSON.stringify([counts, dataset.class_names]);
  if (box.dataset.of === key) return;
  box.dataset.of = key;
  const label = (/** @type {number} */ i) => h("th", { scope: "col" }, many ? "" : shapeIcon(i), ` ${dataset.class_names[i]}`);
  for (const svg of box.querySelectorAll("svg")) svg.remove();
  box.replaceChildren(
    h("tr", {}, h("td", {}), ...counts.map((_, i) => label(i))),
    ...counts.map((row, i) => h("tr", {}, label(i), ...row.map((n, j) => {
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
