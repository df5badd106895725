/** How the run goes: losses over steps, read by pointer or keys, the best step and the way back to it. */
import { colours, grouped, percent, short } from "../canvas.js";
import { drawLines, lastStep, levelOn, stepAt, valueAt } from "../charts/loss.js";
import { byId, explain, h } from "../dom.js";
import { eachFrame } from "../store.js";
import { isPast } from "../model/history.js";
import { changeText, t } from "../words.js";
import { said } from "./advice.js";

const EVERY_MS = 80;

/** @typedef {import("../session.js").State} State */

/** @param {import("../session.js").Session} session */
export function mountCourse(session) {
  const { store } = session;
  const canvas = /** @type {HTMLCanvasElement} */ (byId("loss-chart"));
  const log = /** @type {HTMLInputElement} */ (byId("log-scale")), best = byId("best");
  const level = explain(h("span", { id: "loss-level", class: "level", role: "note", tabIndex: 0, hidden: true }), () => ({ text: t(`baseline.${store.state.dataset?.baseline?.kind}.tip`) }));
  canvas.after(level);
  /** The step that is read. @type {number | null} */
  let hover = null;
  /** The last step of the picture, and of what is known: a guess goes further. */
  let last = 1, known = 1;
  log.addEventListener("change", () => store.set({ logScale: log.checked }));
  canvas.addEventListener("pointermove", (event) => { hover = Math.min(known, stepAt(event.offsetX, canvas.clientWidth, last, store.state.guess?.first)); draw(); });
  canvas.addEventListener("pointerleave", () => { hover = null; draw(); });
  // The step that is read is the one to go to.
  const go = (/** @type {number} */ step) => {
    const timeline = /** @type {HTMLInputElement} */ (byId("timeline"));
    if (timeline.disabled) return;
    timeline.value = String(step);
    timeline.dispatchEvent(new Event("input", { bubbles: true }));
  };
  canvas.addEventListener("click", () => { if (hover !== null && !store.state.guess) go(hover); });
  canvas.addEventListener("blur", () => { hover = null; draw(); });
  canvas.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Enter" && hover !== null && !store.state.guess) return go(hover);
    if (!by && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    event.stopPropagation();
    const stride = Math.max(1, Math.round(known / (event.shiftKey ? 10 : 100)));
    hover = event.key === "Home" ? 0 : event.key === "End" ? known : Math.max(0, Math.min(known, (hover ?? known) + (by ?? 0) * stride));
    draw();
    requestAnimationFrame(() => { byId("live").textContent = byId("loss-readout").textContent; });
  });

  const draw = eachFrame(() => {
    const s = store.state, { history } = s, { lines, band } = s.guess ? upTo(courseOf(s), Number(s.frame?.step)) : courseOf(s);
    known = s.guess ? lastStep(lines, band) : Math.max(lastStep(lines, band), s.frame?.last_step ?? 0);
    last = s.guess?.last ?? known;
    const simplest = levelOf(s);
    drawLines(canvas, lines, band, { log: s.logScale, hover, xLabel: t("step"), best: bestOf(s), marks: marksOf(s), level: simplest?.y ?? null, last, at: s.frame && isPast(s.frame) ? { x: s.frame.step, y: [s.frame.loss, s.frame.test_loss] } : null, ghost: s.guess ? [] : ghostOf(s), guess: s.guess });
    canvas.dataset.drawn = String(s.historyVersion);
    // What the line across stands for is an element, so that it can explain itself.
    const y = simplest ? levelOn(canvas) : null;
    level.hidden = y === null;
    // A guess is drawn through it.
    level.style.pointerEvents = s.guess ? "none" : "";
    if (simplest && y !== null) {
      const text = `${t(`baseline.${simplest.kind}`)} ${short(simplest.y)}`;
      if (level.textContent !== text) level.textContent = text;
      // Below the line where there is no room above it.
      level.style.top = `${y < 28 ? y + 1 : y - 18}px`;
    }
    byId("loss-readout").classList.toggle("warn", hover === null && s.finding !== null);
    byId("loss-readout").textContent = hover === null ? said(s) || t("lossHint")
      : `${t("step")} ${grouped(hover)}: ${[...lines.map((line) => `${line.name} ${short(valueAt(line, Number(hover)))}`), `${t("batchLoss")} ${short(valueAt({ x: history.step, y: history.loss }, hover))}`].join(" · ")}`;
  });
  store.on(["logScale", "theme", "language", "network", "finding", "guess"], draw);
  // A curve over thousands of steps needs no forty pictures a second.
  let drawn = 0;
  store.on(["historyVersion"], (s) => {
    const now = performance.now();
    if (s.frame?.state === "playing" && now - drawn < EVERY_MS) return;
    drawn = now;
    draw();
  });
  new ResizeObserver(draw).observe(canvas);

  best.addEventListener("click", () => void session.toBest());
  store.on(["frame", "dataset", "language"], (s) => {
    drawFigures(s);
    const step = s.frame?.best_step, now = s.frame?.step ?? 0;
    best.hidden = typeof step !== "number";
    // While it trains well the best is always a moment ago: not worth a button that comes and goes.
    const behind = isPast(s.frame) ? Infinity : now - Number(step), worth = behind > (s.frame?.state === "playing" ? Math.max(20, now / 20) : 0);
    best.style.visibility = worth ? "" : "hidden";
    if (worth || !best.textContent) best.textContent = t("toBest", { step: grouped(Number(step)), loss: short(s.frame?.best_loss) });
  });
  let told = 0;
  store.on(["frame"], (s) => {
    // A live region that spoke every frame would drown everything else.
    if (!s.frame || performance.now() - told < 3000 && s.frame.state === "playing") return;
    told = performance.now();
    const { step, loss, test_loss } = s.frame, said = { step, loss: short(loss), test: short(test_loss) }, alone = s.dataset?.test_inputs.length ? "" : ".untested";
    byId("live").textContent = t(`liveText${alone}`, said);
    canvas.setAttribute("aria-label", t(`lossAlt${alone}`, said));
  });
}

/**
 * Of a course what was before a step: whoever guesses from the past is not to see what came of it.
 * @param {ReturnType<typeof courseOf>} course
 * @param {number} step
 */
function upTo({ lines, band }, step) {
  const count = (/** @type {number[]} */ x) => x.findLastIndex((at) => at <= step) + 1, n = count(band.x);
  return {
    lines: lines.map((line) => ({ ...line, x: line.x.slice(0, count(line.x)), y: line.y.slice(0, count(line.x)) })),
    band: { ...band, x: band.x.slice(0, n), low: band.low.slice(0, n), high: band.high.slice(0, n) },
  };
}

/** @param {State} s */
function courseOf({ history, dataset }) {
  const theme = colours();
  const tests = Boolean(dataset?.test_inputs.length);
  const lines = [{ name: t("trainLine"), colour: theme.accent, ink: theme.accent, dash: /** @type {number[]} */ ([]), x: history.measureStep, y: history.train }];
  if (tests) lines.push({ name: t("testLine"), colour: theme.positive, ink: theme["positive-ink"], dash: [5, 3], x: history.measureStep, y: history.test });
  return { lines, band: { x: history.step, low: history.low, high: history.high, colour: theme.accent } };
}

/** The run that was left for this one, from there on. @param {State} s */
function ghostOf({ history: { ghost }, dataset }) {
  if (!ghost) return [];
  const theme = colours(), first = Math.max(0, ghost.step.findLastIndex((step) => step <= ghost.from)), x = ghost.step.slice(first);
  const lines = [{ name: "", colour: theme.accent, ink: theme.accent, dash: /** @type {number[]} */ ([]), x, y: ghost.train.slice(first) }];
  if (dataset?.test_inputs.length) lines.push({ name: "", colour: theme.positive, ink: theme["positive-ink"], dash: [5, 3], x, y: ghost.test.slice(first) });
  return lines;
}

/** @param {State} s */
function bestOf({ frame, dataset }) {
  // Without test samples it would be the last step, nearly always.
  if (!dataset?.test_inputs.length || typeof frame?.best_step !== "number" || typeof frame.best_loss !== "number") return null;
  return { x: frame.best_step, y: frame.best_loss };
}

/** What was changed on the way, in words. @param {State} s */
const marksOf = ({ history }) => history.marks.map((mark) => ({ x: mark.step, text: mark.what.length === 1 ? changeText(mark, 0) : changeText({ ...mark, before: [], after: [] }, 0) }));

/** The simplest answer's loss, where it is of the same kind. @param {State} s */
function levelOf({ dataset, network }) {
  const baseline = dataset?.baseline, y = baseline?.test_loss ?? baseline?.loss;
  return baseline && baseline.loss_name === network?.spec.loss && baseline.class_weight === network.spec.class_weight && typeof y === "number" ? { y, kind: baseline.kind } : null;
}

/** @param {State} s */
function drawFigures({ frame, dataset }) {
  const [quality, testQuality] = Object.values(frame?.metrics ?? {});
  const classes = !("r2" in (frame?.metrics ?? {}));
  const { samples = 0, test_samples: tests = 0 } = dataset ?? {};
  const share = (/** @type {number | null | undefined} */ v) => (classes ? percent(v) : short(v));
  const box = byId("figures");
  // Without test samples there are no figures of them.
  const rows = /** @type {[string, string, string][]} */ ([
    ["train", short(frame?.loss), t("trainLoss")], ["test", short(frame?.test_loss), t("testLoss")],
    ["", share(quality), t(classes ? "accuracy" : "r2")], ["", share(testQuality), t(classes ? "testAccuracy" : "testR2")],
  ]).filter((_, i) => tests || i % 2 === 0);
  if (box.childElementCount !== rows.length) {
    box.replaceChildren(...rows.map(([kind], i) => {
      const test = rows.length > 2 && i % 2 === 1;
      return explain(h("div", { class: kind }, h("b", {}), kind ? h("i", {}) : "", h("span", {})), () => ({ text: t(test ? "overTest" : "overTrain", { n: Number(box.dataset[test ? "tests" : "samples"]) }) }));
    }));
  }
  box.dataset.samples = String(samples);
  box.dataset.tests = String(tests);
  rows.forEach(([, value, name], i) => {
    const [figure, label] = [box.children[i].querySelector("b"), box.children[i].querySelector("span")];
    if (figure && figure.textContent !== value) figure.textContent = value;
    if (label && label.textContent !== name) label.textContent = name;
  });
}
