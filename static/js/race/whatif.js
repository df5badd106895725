/** What if: sliders that show where the network would be from its own start, while they move; let go, keep it or not. */
import { ask } from "../api.js";
import { colours, percent, short } from "../canvas.js";
import { drawCourses } from "../charts/courses.js";
import { drawPixels } from "../charts/plane.js";
import { h, label, rebuild, sliderField, write } from "../dom.js";
import { named, t, told } from "../words.js";
import { drawBoundary, drawSmall } from "./small.js";

/**
 * @import {WhatIfOut, PatchIn} from "../wire.js"
 * @typedef {{rate?: number, momentum?: number, l2?: number, units?: number, seed?: number}} Moved what differs from the network's own
 */

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} box
 * @param {() => boolean} isShown
 */
export function mountWhatIf(session, box, isShown) {
  const { store } = session;
  /** @type {Moved} */
  let moved = {};
  let steps = 1000, built = "", kept = "";
  /** @type {{moved: Moved, steps: number, found: WhatIfOut} | null} */
  let shown = null;
  /** @type {unknown} */
  let problem = null;
  let busy = false, again = false;
  const hint = h("p", { class: "hint" }), fields = h("div", { class: "race-fields" }), wrong = h("p", { class: "problem", role: "alert" });
  const keep = h("button", { type: "button", class: "primary", "data-name": "whatif keep", onclick: () => void take() }), drop = h("button", { type: "button", "data-name": "whatif discard", onclick: discard });
  const buttons = h("div", { class: "row" }, keep, drop);
  const pictures = ["now", "then"].map((name) => {
    const canvas = h("canvas", { class: "whatif-picture", id: `whatif-${name}`, role: "img" }), caption = h("figcaption", {});
    return { canvas, caption, figure: h("figure", {}, canvas, caption) };
  });
  const chart = h("canvas", { id: "whatif-chart", role: "img" }), said = h("p", { class: "race-sentence", role: "status" });
  box.append(h("div", { class: "race-side" }, hint, buttons, fields, wrong), h("div", { class: "whatif-pictures" }, ...pictures.map(({ figure }) => figure)), h("div", { class: "whatif-course" }, said, chart));

  /** @returns {PatchIn} */
  function change() {
    const { spec } = session, { rate, momentum, l2, units, seed } = moved, optimizer = { ...(rate === undefined ? {} : { learning_rate: rate }), ...(momentum === undefined ? {} : { momentum }) };
    return {
      ...(Object.keys(optimizer).length ? { optimizer } : {}), ...(l2 === undefined ? {} : { regularization: { l2 } }), ...(seed === undefined ? {} : { seed }),
      ...(units === undefined ? {} : { layers: /** @type {any[]} */ (spec.layers).map((layer) => ("units" in layer ? { ...layer, units } : layer)) }),
    };
  }

  /** One is under way at a time; of what is wished for meanwhile the newest is asked for. */
  async function look() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    const { id } = session, mine = { ...moved }, amount = steps;
    try {
      await session.edits.turn;
      const found = await ask("POST", `/api/networks/${encodeURIComponent(id)}/what-if`, { change: change(), steps: amount });
      if (id === session.id) shown = { moved: mine, steps: amount, found };
      problem = null;
    } catch (error) {
      problem = error;
    }
    busy = false;
    draw();
    if (again) {
      again = false;
      void look();
    }
  }

  function discard() {
    moved = {};
    shown = null;
    built = "";
    draw();
    /** @type {HTMLElement | null} */ (fields.querySelector("input"))?.focus();
  }

  async function take() {
    if (!Object.keys(moved).length || !shown) return;
    const asked = change(), amount = steps;
    moved = {};
    await session.patch(asked, "whatIf", true);
    await session.step({ steps: amount });
    shown = null;
    built = "";
    draw();
  }

  /**
   * @param {keyof Moved} name
   * @param {string} title
   * @param {Parameters<typeof sliderField>[1]} range
   * @param {boolean} whole
   */
  function slider(name, title, range, whole) {
    const own = range.value, set = (/** @type {number} */ value) => {
      const next = whole ? Math.round(value) : value;
      if (next === own) delete moved[name];
      else moved[name] = next;
      draw();
      void look();
    };
    const { field, slider: input, number } = sliderField(title, { ...range, value: moved[name] ?? own }, set);
    // While it moves, too: the field has its number by then.
    input.addEventListener("input", () => set(Number(number.value)));
    number.dataset.name = `whatif ${name}`;
    input.dataset.name = `whatif ${name} slider`;
    return field;
  }

  function build() {
    const { spec } = session, { optimizer, regularization } = /** @type {any} */ (spec), units = /** @type {any[]} */ (spec.layers).find((layer) => "units" in layer)?.units;
    const amount = sliderField(t("race.steps"), { min: 50, max: 5000, step: 1, value: steps, log: true, hardMin: 1, hardMax: 20_000 }, (value) => {
      steps = Math.max(1, Math.round(value));
      void look();
    });
    rebuild(fields,
      slider("rate", t("learningRate"), { min: 1e-4, max: 10, step: 0, value: optimizer.learning_rate, log: true, hardMin: 0, hardMax: 1e6 }, false),
      ...("momentum" in optimizer ? [slider("momentum", named("momentum", "optimizer"), { min: 0, max: 0.99, step: 0.01, value: optimizer.momentum }, false)] : []),
      slider("l2", "L2", { min: 0, max: 0.1, step: 0.0005, value: regularization.l2, hardMax: 100 }, false),
      ...(units === undefined ? [] : [slider("units", t("race.of.units"), { min: 1, max: 32, step: 1, value: units, hardMax: 512 }, true)]),
      slider("seed", t("seed"), { min: 0, max: 50, step: 1, value: spec.seed, hardMax: 4_294_967_295 }, true),
      amount.field);
  }

  const draw = () => {
    const s = store.state, { network, dataset } = s;
    if (!network || !dataset || !isShown()) return;
    const key = JSON.stringify([s.language, network.id, network.spec]);
    if (key !== built) {
      if (kept !== JSON.stringify([network.id, network.spec])) [moved, shown] = [{}, null];
      kept = JSON.stringify([network.id, network.spec]);
      built = key;
      build();
    }
    write(hint, t("race.whatif.hint"));
    write(keep, t("race.whatif.keep"));
    write(drop, t("race.whatif.discard"));
    const there = shown !== null && Object.keys(moved).length > 0;
    for (const button of [keep, drop]) button.setAttribute("aria-disabled", String(!there));
    write(wrong, told(problem));
    drawPictures();
    drawChart();
    box.dataset.drawn = shown ? JSON.stringify([shown.moved, shown.steps]) : "";
  };

  function drawPictures() {
    const s = store.state, [now, then] = pictures, dataset = /** @type {import("../types.js").Dataset} */ (s.dataset), network = /** @type {import("../types.js").Network} */ (s.network);
    const drawn = { classes: dataset.classes, activation: network.layers[network.layers.length - 1].activation, scale: dataset.targets.flat().reduce((/** @type {number} */ most, /** @type {number} */ v) => Math.max(most, Math.abs(v)), 1e-6) };
    const plane = s.picture?.plane;
    now.figure.hidden = !plane;
    if (plane) drawPixels(now.canvas, plane, s.picture.resolution);
    write(now.caption, t("race.whatif.now", { step: s.frame?.step ?? 0, loss: short(s.frame?.test_loss ?? s.frame?.loss) }));
    label(now.canvas, "aria-label", now.caption.textContent ?? "");
    const found = shown?.found;
    then.figure.hidden = !found || (!found.boundary && !found.picture);
    if (!found) return;
    if (found.boundary?.y.length) drawBoundary(then.canvas, found.boundary.outputs, drawn);
    else if (found.picture) drawSmall(then.canvas, found.picture, drawn);
    write(then.caption, found.state === "diverged" ? t("race.divergedAt", { step: found.step }) : t("race.whatif.then", { step: found.step, loss: short(found.test_loss ?? found.loss) }));
    label(then.canvas, "aria-label", then.caption.textContent ?? "");
  }

  function drawChart() {
    const { history, frame } = store.state, theme = colours(), found = shown?.found;
    if (chart.clientWidth) drawCourses(chart, {
      courses: [{ name: t("race.whatif.own"), colour: theme["ink-2"], x: history.step, y: history.loss }, ...(found ? [{ name: t("race.whatif.if"), colour: theme["positive-ink"], dash: [6, 3], x: found.course.step, y: found.course.loss }] : [])],
      xName: t("step"), yName: t("loss"), room: 78, most: 3 * (found?.course.loss[0] ?? history.loss[0] ?? 1),
    });
    const own = frame?.metrics.test_accuracy ?? frame?.metrics.accuracy ?? null, other = found ? found.metrics.test_accuracy ?? found.metrics.accuracy ?? null : null;
    write(said, !found ? t("race.whatif.move") : found.state === "diverged" ? t("race.divergedAt", { step: found.step }) : t(own === null ? "race.whatif.saysLoss" : "race.whatif.says", { loss: short(found.test_loss ?? found.loss), right: percent(other), own: percent(own), ownLoss: short(frame?.test_loss ?? frame?.loss), step: frame?.step ?? 0, steps: found.step }));
    label(chart, "aria-label", said.textContent ?? "");
  }

  store.on(["network", "language", "theme"], draw);
  store.on(["picture", "historyVersion"], draw);
  new ResizeObserver(draw).observe(chart);
  return draw;
}
