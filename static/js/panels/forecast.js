/**
 * A series in its own units: over it what the network forecasts one step at a time, as it is looked at while it learns, and
 * the free run on its own forecasts, which the server is asked for again as soon as it has answered; beside "as now".
 */
import { api } from "../api.js";
import { short } from "../canvas.js";
import { drawForecast, placeAt, xOf } from "../charts/series.js";
import { byId, explain, h } from "../dom.js";
import { aheadOf, asNow, betterBy, firstTest, lookedAt, realSeries, samplesByPlace, spanOf, viewOf, windowBefore } from "../model/forecast.js";
import { realTarget } from "../model/units.js";
import { eachFrame } from "../store.js";
import { named, t, told } from "../words.js";
import { axesOf } from "./samples.js";

/** Between an answer and the next question at least so long, and twice as long as the answer took: others learn, too. */
const PAUSE_MS = 40, GRAB_PX = 12;

/**
 * @typedef {import("../session.js").State} State
 * @typedef {import("../types.js").Dataset} Dataset
 * @typedef {import("../wire.js").ForecastOut} Forecast
 */

/** @param {import("../session.js").Session} session */
export function mountForecast(session) {
  const { store } = session, box = byId("forecast");
  const figure = (/** @type {string} */ name) => {
    const number = h("b", { "data-figure": name }, "–"), label = h("span");
    return { number, label, all: explain(h("div", { tabIndex: -1 }, number, label), () => ({ text: t(`series.${name}.tip`) })) };
  };
  const [error, simple, better, loose] = ["error", "asNowError", "better", "freeError"].map(figure);
  const canvas = h("canvas", { "aria-hidden": "true" });
  const over = h("div", { class: "over", id: "forecast-chart", role: "slider", tabIndex: 0, "aria-valuemin": "0" }, canvas);
  const slider = h("input", { type: "range", id: "forecast-from", step: "1" }), at = h("output"), begins = h("span");
  const key = h("span", { class: "key" }), checks = ["asNowShown", "whole"].map((name) => ({ name, text: h("span"), input: h("input", { type: "checkbox", id: `forecast-${name}` }) }));
  const readout = h("p", { class: "readout", id: "forecast-readout" });
  box.replaceChildren(h("div", { class: "figures", id: "forecast-score" }, error.all, simple.all, better.all, loose.all), h("div", { class: "row" }, key), over,
    readout, h("div", { class: "row" }, h("label", { class: "row from" }, begins, slider, at)), h("div", { class: "row" }, ...checks.map(({ input, text }) => h("label", { class: "check" }, input, text))));

  /** Of the data shown now. */
  let digest = "", series = /** @type {number[]} */ ([]), samples = /** @type {Map<number, number>} */ (new Map());
  /** @type {number | null} where the free run begins, if somebody has said it */
  let chosen = null;
  /** @type {number | null} the place that is pointed at */
  let cursor = null;
  /** Window and horizon while their sliders are turned. @type {{window?: number, horizon?: number} | null} */
  let draft = null;
  /** @type {Forecast | null} */
  let answer = null;
  /** What does not move under a hand that drags. @type {{from: number, to: number} | null} */
  let held = null;
  let busy = false, resting = 0, answered = "", problem = "";

  const reach = () => {
    const { dataset, network } = store.state;
    return { window: dataset?.shape[0] ?? 1, horizon: Number(network?.spec.dataset.horizon ?? 1) };
  };
  const from = () => chosen ?? firstTest(/** @type {Dataset} */ (store.state.dataset));
  const view = () => held ?? viewOf(/** @type {Dataset} */ (store.state.dataset), reach(), from(), checks[1].input.checked);
  const time = (/** @type {number} */ place) => {
    const axes = axesOf(/** @type {Dataset} */ (store.state.dataset)), value = axes.at(place);
    return axes.text?.(value) ?? String(Number(value.toPrecision(8)));
  };

  const rest = (/** @type {number} */ ms) => {
    resting = window.setTimeout(() => {
      resting = 0;
      void ask();
    }, ms);
  };
  // Asking: never before the answer before has come.
  const ask = async () => {
    const { dataset, frame, network, connection } = store.state;
    if (!dataset?.series || busy || resting || document.hidden || connection !== "live" || network?.revision !== frame?.revision) return;
    if (session.edits.waiting) return rest(PAUSE_MS); // until it is done the server may have other data
    const first = from(), ahead = aheadOf(series.length, first, reach()), of = digest;
    const about = JSON.stringify([session.id, frame?.generation, frame?.revision, frame?.step, of, first, ahead]);
    if (about === answered) return;
    busy = true;
    const begun = performance.now();
    try {
      const found = await api.forecast(session.id, first, ahead);
      if (of === digest) {
        [answer, answered, problem] = [found, about, ""];
        // What has been learned while it was on its way is asked for in its turn.
        if (found.step !== frame?.step) answered = about.replace(`,${frame?.step},`, `,${found.step},`);
      }
    } catch (reason) {
      [answered, problem] = [about, told(reason)];
    }
    busy = false;
    rest(Math.max(PAUSE_MS, 2 * (performance.now() - begun)));
    score();
    draw();
  };

  const score = () => {
    const errors = answer?.errors, share = betterBy(errors?.rmse, errors?.persistence_rmse);
    error.number.textContent = rounded(errors?.rmse);
    simple.number.textContent = rounded(errors?.persistence_rmse);
    loose.number.textContent = rounded(answer?.free.errors.rmse);
    const whole = share === null ? null : Math.round(share * 100);
    better.number.textContent = whole === null ? "–" : t(whole > 0 ? "series.byBetter" : whole < 0 ? "series.byWorse" : "series.alike", { n: Math.abs(whole) });
    better.number.className = !whole ? "" : whole > 0 ? "better" : "worse";
    if (answer) box.dataset.step = String(answer.step);
  };

  /** What the network says of a place from known values alone. @param {number} place */
  const directAt = (place) => {
    const { dataset, look } = store.state, said = look?.outputs.get(samples.get(place) ?? -1);
    return dataset && said ? realTarget(dataset, said[0]) : null;
  };
  /** Whether the free run has been over by then: no more than so many values of it are asked for. @param {number} place */
  const ended = (place) => answer !== null && answer.free.first === from() && place >= answer.free.first + answer.free.forecast.length;
  const freeAt = (/** @type {number} */ place) => answer?.free.forecast[place - answer.free.first] ?? null;
  const drafted = () => ({ ...reach(), ...draft });
  /** What is there, and is said, at the place that is pointed at; while a slider is turned, where the free run begins. */
  const pointed = () => {
    const place = cursor ?? (draft ? Math.max(from(), spanOf(drafted())) : null);
    if (place === null) return null;
    const turned = draft !== null, known = place - drafted().horizon < series.length;
    return { place, ...windowBefore(place, drafted()), actual: series[place] ?? null, direct: turned ? null : directAt(place), free: turned || place < from() ? null : freeAt(place), asNow: known ? asNow(series, place, drafted()) : null };
  };

  const draw = eachFrame(() => {
    const { dataset } = store.state;
    if (!dataset?.series || !series.length || box.hidden) return;
    const { free } = answer ?? {}, shown = view(), seen = pointed(), { window: wide, horizon } = drafted();
    const course = (/** @type {(place: number) => number | null} */ of) => ({ first: shown.from, values: Array.from({ length: series.length - shown.from }, (_, i) => of(shown.from + i) ?? NaN) });
    drawForecast(canvas, {
      series, view: shown, axes: axesOf(dataset), border: dataset.test_positions?.[0] ?? null, start: from(), direct: course(directAt), cursor: seen,
      free: free && free.first === from() ? { first: free.first, fedBack: free.fed_back_from, values: free.forecast.map((v) => v ?? NaN) } : null,
      asNow: checks[0].input.checked ? course((place) => asNow(series, place, reach())) : null,
      words: {
        direct: ahead(reach().horizon), free: t("series.free"), asNow: t("series.asNow"), fedBack: t("series.fedBack"), ends: ended(shown.to) ? t("series.ends", { n: free?.forecast.length ?? 0 }) : "", test: t("series.test"), beyond: t("series.beyond"),
        window: t("series.window", { n: wide }), horizon: t("series.horizon", { n: horizon }),
      },
    });
    const words = problem || (seen ? said(seen) : t("series.hint"));
    readout.textContent = words;
    over.setAttribute("aria-valuetext", words);
    over.setAttribute("aria-valuenow", String(seen?.place ?? from()));
    over.setAttribute("aria-valuemax", String(shown.to));
    byId("plane").dataset.drawn = "yes";
    box.dataset.drawn = String(Number(box.dataset.drawn ?? 0) + 1);
  });
  /** Whether its window has values of both parts, so that it is in neither. @param {number} place */
  const between = (place) => place < series.length && !samples.has(place);
  const ahead = (/** @type {number} */ n) => t(n === 1 ? "series.aheadOne" : "series.ahead", { n });
  /** In words, with numbers in the series' units. @param {NonNullable<ReturnType<typeof pointed>>} seen */
  const said = ({ place, from: first, to, actual, direct, free, asNow: last }) => {
    const parts = [`${t("series.actual")} ${short(actual, 3)}`, `${t("series.forecast")} ${direct === null && between(place) ? t("series.between") : short(direct, 3)}`, `${t("series.asNow")} ${short(last, 3)}`, ...(free === null ? [] : [`${t("series.free")} ${short(free, 3)}`]), ...(ended(place) ? [t("series.ends", { n: answer?.free.forecast.length ?? 0 })] : [])];
    return `${axesOf(/** @type {Dataset} */ (store.state.dataset)).across} ${time(place)}: ${parts.join(" · ")} · ${t("series.made", { from: time(first), to: time(to), n: drafted().horizon })}`;
  };

  const look = () => {
    const { dataset, sample, shown } = store.state;
    if (!dataset?.series) return;
    const also = [sample, ...(cursor !== null && samples.has(cursor) ? [Number(samples.get(cursor))] : [])];
    const wanted = lookedAt(dataset, samples, also, held ?? view());
    if (JSON.stringify(wanted) !== JSON.stringify(shown)) store.set({ shown: wanted });
  };
  const begin = (/** @type {number} */ place) => {
    chosen = Math.max(spanOf(reach()), Math.min(series.length, place));
    slider.value = String(chosen);
    label();
    look();
    draw();
    void ask();
  };
  const label = () => {
    at.textContent = time(from());
    slider.setAttribute("aria-valuetext", time(from()));
  };
  const point = (/** @type {number | null} */ place) => {
    const shown = view();
    cursor = place === null ? null : Math.max(spanOf(reach()), shown.from, Math.min(shown.to, place));
    look();
    draw();
  };

  const words = (/** @type {Dataset} */ dataset) => {
    for (const [one, name] of /** @type {const} */ ([[error, "error"], [simple, "asNowError"], [better, "better"], [loose, "freeError"]])) one.label.textContent = t(`series.${name}`);
    key.replaceChildren(h("i"), axesOf(dataset).name || t("seriesLine"));
    begins.textContent = t("series.from");
    for (const { name, text } of checks) text.textContent = t(`series.${name}`);
    over.setAttribute("aria-label", t("series.alt"));
  };
  store.on(["dataset", "network", "language"], ({ dataset, network }) => {
    box.hidden = !dataset?.series;
    if (!dataset?.series || !network) return;
    const now = `${session.id} ${dataset.digest}`;
    if (now !== digest) {
      [digest, series, samples, chosen, cursor, answer, answered] = [now, realSeries(dataset), samplesByPlace(dataset), null, null, null, ""];
      score();
    }
    draft = null; // what was turned is so now, or was refused
    slider.min = String(spanOf(reach()));
    slider.max = String(series.length);
    slider.value = String(from());
    words(dataset);
    label();
    look();
    draw();
    void ask();
  });
  store.on(["frame", "connection"], () => void ask());
  store.on(["sample"], look);
  store.on(["look", "theme", "sample"], draw);
  document.addEventListener("visibilitychange", () => void ask());
  new ResizeObserver(draw).observe(over);

  slider.addEventListener("input", () => begin(Number(slider.value)));
  checks[0].input.addEventListener("change", draw);
  checks[1].input.addEventListener("change", () => { look(); draw(); });
  const placeOf = (/** @type {PointerEvent} */ event) => placeAt(over.clientWidth, view(), event.clientX - over.getBoundingClientRect().left);
  const near = (/** @type {PointerEvent} */ event) => Math.abs(event.clientX - over.getBoundingClientRect().left - xOf(over.clientWidth, view(), from())) < GRAB_PX;
  over.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !near(event)) return;
    event.preventDefault(); // no text is marked while it is dragged
    over.focus({ preventScroll: true });
    over.setPointerCapture(event.pointerId);
    held = view();
    point(null);
  });
  over.addEventListener("pointermove", (event) => {
    if (held) return begin(placeOf(event));
    over.toggleAttribute("data-near", near(event));
    point(placeOf(event));
  });
  const drop = () => {
    if (!held) return;
    held = null;
    look();
    draw();
  };
  over.addEventListener("pointerup", drop);
  over.addEventListener("pointercancel", drop);
  over.addEventListener("pointerleave", () => { if (!held) point(null); });
  over.addEventListener("blur", () => point(null));
  over.addEventListener("click", () => pick());
  /** The sample that the network's own picture shows from now on. */
  const pick = () => {
    const sample = cursor === null ? undefined : samples.get(cursor);
    if (sample !== undefined) store.set({ sample, group: null, drawing: null });
  };
  over.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 }, by = /** @type {Record<string, number>} */ (steps)[event.key], shown = view();
    const to = by ? (cursor ?? from() - by) + by * (event.shiftKey ? 10 : 1) : event.key === "Home" ? shown.from : event.key === "End" ? shown.to : null;
    if (to === null && event.key !== "Enter" && !(event.key === "Escape" && cursor !== null)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") pick();
    else point(to);
  });
  // While window and horizon are turned the series shows what they mean.
  byId("data-fields").addEventListener("input", (event) => {
    const name = /** @type {HTMLElement} */ (event.target).dataset.name ?? "";
    const field = /** @type {const} */ (["window", "horizon"]).find((one) => name === named(one, "data") || name === `${named(one, "data")} slider`), value = Number(/** @type {HTMLInputElement} */ (event.target).value);
    if (!field || !(value >= 1) || box.hidden) return;
    draft = { ...draft, [field]: Math.round(value) };
    draw();
  });
}

/** An error, as finely as one reads it. @param {number | null | undefined} v */
const rounded = (v) => short(v, Math.abs(v ?? 0) >= 10 ? 1 : Math.abs(v ?? 0) >= 1 ? 3 : 4);
