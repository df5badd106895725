/** What if: while this is open, the settings show where the network would be from its own start, as they move; keep it or not. */
import { ask } from "../api.js";
import { colours, percent, short } from "../canvas.js";
import { drawPixels } from "../charts/plane.js";
import { byId, h, label, rebuild, sliderField, write } from "../dom.js";
import { wishedSpec } from "../wishing.js";
import { named, t, told } from "../words.js";
import { ReadCourses } from "./read.js";
import { drawBoundary, drawSmall } from "./small.js";
import { isWish, wish } from "./wish.js";

const SPANS = 100; // of the network's own course

/**
 * @import {WhatIfOut} from "../wire.js"
 */

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} box
 * @param {() => boolean} isShown
 */
export function mountWhatIf(session, box, isShown) {
  const { store } = session;
  let steps = 1000, built = "", kept = "", sliding = false, discarded = 0;
  /** @type {{wished: object, steps: number, found: WhatIfOut} | null} */
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
  const note = h("p", { class: "asking-note" });
  const chart = h("canvas", { id: "whatif-chart", role: "img" }), read = new ReadCourses(chart), said = h("p", { class: "race-sentence", role: "status" });
  box.append(h("div", { class: "race-side" }, hint, buttons, fields, wrong), h("div", { class: "whatif-pictures" }, ...pictures.map(({ figure }) => figure)), h("div", { class: "whatif-course" }, said, chart, read.note));

  /** One is under way at a time; of what is wished for meanwhile the newest is asked for. */
  async function look() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    const { id } = session, wished = store.state.wished ?? {}, amount = steps, before = discarded;
    try {
      await session.edits.turn;
      const found = await ask("POST", `/api/networks/${encodeURIComponent(id)}/what-if`, { change: wished, steps: amount });
      if (id === session.id && before === discarded) shown = { wished, steps: amount, found };
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
    discarded++;
    store.set({ wished: {} });
    shown = null;
    draw();
    /** @type {HTMLElement | null} */ (fields.querySelector("input"))?.focus();
  }

  async function take() {
    const { wished: asked } = store.state, amount = steps;
    if (!asked || !Object.keys(asked).length || !shown) return;
    store.set({ wished: {} });
    await session.patch(asked, "whatIf", true);
    await session.step({ steps: amount });
    shown = null;
    draw();
  }

  /**
   * @param {string} name
   * @param {string} title
   * @param {Parameters<typeof sliderField>[1]} range
   * @param {(value: number) => object} change as PATCH takes it
   */
  function slider(name, title, range, change) {
    const { field, slider: input, number } = sliderField(title, range, (value) => wish(store, change(value)));
    // While it moves, too: the field has its number by then, and stays under the hand.
    input.addEventListener("input", () => {
      sliding = true;
      wish(store, change(Number(number.value)));
      sliding = false;
    });
    number.dataset.name = `whatif ${name}`;
    input.dataset.name = `whatif ${name} slider`;
    return field;
  }

  function build() {
    const { optimizer, regularization, layers, seed } = wishedSpec(store.state), units = layers.find((/** @type {any} */ layer) => "units" in layer)?.units;
    const amount = sliderField(t("race.steps"), { min: 50, max: 5000, step: 1, value: steps, log: true, hardMin: 1, hardMax: 20_000 }, (value) => {
      steps = Math.max(1, Math.round(value));
      void look();
    });
    rebuild(fields,
      slider("rate", t("learningRate"), { min: 1e-4, max: 10, step: 0, value: optimizer.learning_rate, log: true, hardMin: 0, hardMax: 1e6 }, (value) => ({ optimizer: { learning_rate: value } })),
      ...("momentum" in optimizer ? [slider("momentum", named("momentum", "optimizer"), { min: 0, max: 0.99, step: 0.01, value: optimizer.momentum }, (momentum) => ({ optimizer: { momentum } }))] : []),
      slider("l2", "L2", { min: 0, max: 0.1, step: 0.0005, value: regularization.l2, hardMax: 100 }, (l2) => ({ regularization: { l2 } })),
      ...(units === undefined ? [] : [slider("units", t("race.of.units"), { min: 1, max: 32, step: 1, value: units, hardMax: 512 }, (value) => ({ layers: layers.map((/** @type {any} */ layer) => ("units" in layer ? { ...layer, units: Math.round(value) } : layer)) }))]),
      slider("seed", t("seed"), { min: 0, max: 50, step: 1, value: seed, hardMax: 4_294_967_295 }, (value) => ({ seed: Math.round(value) })),
      amount.field);
  }

  /** The settings ask while this is to be seen; of another network nothing is wished for. */
  function follow() {
    const { network, wished } = store.state;
    if (!network || !isShown()) {
      note.remove();
      if (wished) store.set({ wished: null });
      return;
    }
    const of = JSON.stringify([network.id, network.spec]);
    if (!wished || kept !== of) {
      kept = of;
      shown = null;
      byId("settings").append(note);
      store.set({ wished: {} });
    }
    write(note, t("race.whatif.strip"));
  }

  const draw = () => {
    follow();
    const s = store.state, { network, dataset } = s;
    if (!network || !dataset || !isShown()) return;
    const key = JSON.stringify([s.language, network.id, wishedSpec(s)]);
    if (key !== built && !sliding) {
      built = key;
      build();
    }
    write(hint, t("race.whatif.hint"));
    write(keep, t("race.whatif.keep"));
    write(drop, t("race.whatif.discard"));
    const there = shown !== null && Object.keys(s.wished ?? {}).length > 0;
    for (const button of [keep, drop]) button.setAttribute("aria-disabled", String(!there));
    write(wrong, told(problem));
    drawPictures();
    drawChart();
    box.dataset.drawn = shown ? JSON.stringify([shown.wished, shown.steps]) : "";
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
    if (chart.clientWidth) read.draw({
      courses: [{ name: t("race.whatif.own"), colour: theme["ink-2"], ...coarse(history.step, history.loss) }, ...(found ? [{ name: t("race.whatif.if"), colour: theme["positive-ink"], dash: [6, 3], x: found.course.step, y: found.course.loss }] : [])],
      xName: t("step"), yName: t("loss"), room: 78, most: 3 * (found?.course.loss[0] ?? history.loss[0] ?? 1),
    });
    const own = frame?.metrics.test_accuracy ?? frame?.metrics.accuracy ?? null, other = found ? found.metrics.test_accuracy ?? found.metrics.accuracy ?? null : null;
    write(said, !found ? t("race.whatif.move") : found.state === "diverged" ? t("race.divergedAt", { step: found.step }) : t(own === null ? "race.whatif.saysLoss" : "race.whatif.says", { loss: short(found.test_loss ?? found.loss), right: percent(other), own: percent(own), ownLoss: short(frame?.test_loss ?? frame?.loss), step: frame?.step ?? 0, steps: found.step }));
    label(chart, "aria-label", said.textContent ?? "");
  }

  session.isWish = (change) => isWish(store, change);
  let asked = store.state.wished;
  store.on(["network", "language", "theme", "tab", "wished"], ({ wished }) => {
    const another = wished !== asked && Object.keys(wished ?? {}).length > 0;
    asked = wished;
    draw();
    if (another) void look();
  });
  // Many times a second: only what moves then.
  store.on(["picture", "historyVersion"], ({ network, dataset }) => {
    if (!network || !dataset || !isShown()) return;
    drawPictures();
    drawChart();
  });
  new ResizeObserver(draw).observe(chart);
  return draw;
}

/**
 * The mean of equal spans of the steps: of late steps every single batch is kept, of early ones what many were about.
 * @param {number[]} steps
 * @param {number[]} losses
 */
function coarse(steps, losses) {
  const first = steps[0] ?? 0, span = ((steps[steps.length - 1] ?? 0) - first) / SPANS, x = /** @type {number[]} */ ([]), y = /** @type {number[]} */ ([]);
  let last = -1, count = 0;
  steps.forEach((step, i) => {
    const at = span > 1 ? Math.floor((step - first) / span) : i, n = x.length - 1;
    if (at === last) {
      count++;
      x[n] += (step - x[n]) / count;
      y[n] += (losses[i] - y[n]) / count;
    } else {
      last = at;
      count = 1;
      x.push(step);
      y.push(losses[i]);
    }
  });
  return { x: x.map(Math.round), y };
}
