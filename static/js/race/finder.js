/** Which learning rate the network bears: the loss while the rate rises, what follows from it, and taking it. */
import { ask } from "../api.js";
import { colours, short } from "../canvas.js";
import { h, label, rebuild, sliderField, write } from "../dom.js";
import { t, told } from "../words.js";
import { ReadCourses } from "./read.js";

/** @import {RateFinderOut} from "../wire.js" */

/** A rate as it is read. @param {number} rate */
const rounded = (rate) => Number(rate.toPrecision(2));

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} box
 */
export function mountFinder(session, box) {
  /** @type {RateFinderOut | null} */
  let found = null;
  let busy = false, of = "", steps = 200, built = "";
  /** @type {unknown} */
  let problem = null;
  const fields = h("div", { class: "race-fields" });
  const hint = h("p", { class: "hint" }), said = h("p", { class: "race-sentence", role: "status" }), wrong = h("p", { class: "problem", role: "alert" });
  const go = h("button", { type: "button", class: "primary", "data-name": "rate find", onclick: () => void find() });
  const take = h("button", { type: "button", "data-name": "rate take", onclick: () => {
    const rate = found?.suggestion;
    if (rate) void session.patch((now) => ({ optimizer: { ...now.optimizer, learning_rate: rounded(rate) } }), "learningRate");
  } });
  const chart = h("canvas", { id: "rate-chart", role: "img" }), read = new ReadCourses(chart);
  box.append(h("div", { class: "race-side" }, hint, fields, h("div", { class: "row" }, go, take), said, wrong), h("div", { class: "rate-box" }, chart, read.note));

  async function find() {
    if (busy) return;
    busy = true;
    problem = null;
    draw();
    try {
      await session.edits.turn;
      const { id } = session, { network, frame } = session.store.state;
      found = await ask("POST", `/api/networks/${encodeURIComponent(id)}/rate-finder`, { steps });
      of = `${network?.spec.optimizer.kind} ${frame?.step ?? 0}`;
    } catch (error) {
      problem = error;
    }
    busy = false;
    draw();
  }

  function draw() {
    if (built !== session.store.state.language) {
      built = session.store.state.language;
      rebuild(fields, sliderField(t("race.steps"), { min: 50, max: 2000, step: 1, value: steps, log: true, hardMin: 20 }, (value) => { steps = Math.max(20, Math.round(value)); }).field);
    }
    write(hint, t("race.rate.hint"));
    write(go, t(found ? "race.rate.again" : "race.rate.find"));
    go.setAttribute("aria-disabled", String(busy));
    take.hidden = !found?.suggestion;
    if (found?.suggestion) write(take, t("race.rate.take", { rate: rounded(found.suggestion) }));
    write(wrong, told(problem));
    box.classList.toggle("empty", !found);
    if (!found) return write(said, "");
    const { rates, losses, smoothed, suggestion, minimum, steepest, reason, ended } = found, theme = colours();
    write(said, `${t(`race.rate.${reason}`, { rate: suggestion ? rounded(suggestion) : "", minimum: minimum ? rounded(minimum) : "", steepest: steepest ? rounded(steepest) : "" })} ${t(`race.rate.ended.${ended}`, { rate: rounded(rates[rates.length - 1] ?? 0) })}`);
    const least = Math.min(...smoothed), begin = smoothed[0] ?? 1;
    if (chart.clientWidth) read.draw({
      courses: [{ name: "", colour: theme["ink-2"], x: rates, y: losses, dots: true, pale: true }, { name: t("loss"), colour: theme.accent, x: rates, y: smoothed, thick: 2.5 }],
      logX: true, xName: t("learningRate"), yName: t("loss"), most: Math.max(begin * 1.6, least * 4),
      marks: [...(suggestion ? [{ x: suggestion, text: t("race.rate.mark", { rate: rounded(suggestion) }), colour: theme["positive-ink"] }] : []), ...(minimum && minimum !== suggestion ? [{ x: minimum, text: t("race.rate.lowest"), colour: theme["ink-2"] }] : [])],
    });
    label(chart, "aria-label", t("race.rate.alt", { low: rounded(rates[0] ?? 0), high: rounded(rates[rates.length - 1] ?? 0), first: short(begin), least: short(least), minimum: minimum ? rounded(minimum) : "–" }));
    chart.dataset.drawn = of;
  }
  new ResizeObserver(draw).observe(chart);
  return draw;
}
