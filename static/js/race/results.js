/** What a race came to: a picture of every variant in its place, their courses, a table, and a sentence that says no more than they do. */
import { classColours, colours, percent, short } from "../canvas.js";
import { h, label, write } from "../dom.js";
import { say } from "../shell.js";
import { t } from "../words.js";
import { ReadCourses } from "./read.js";
import { lossOf, quality } from "./racing.js";
import { drawSmall } from "./small.js";
import { settingName, valueText, valuesText } from "./settings.js";

/**
 * @import {RaceOut, VariantOut} from "../wire.js"
 * @typedef {{values: Record<string, any>, variants: VariantOut[]}} Group variants that differ in nothing but the seed
 */

const DASHES = [[], [7, 3], [2, 3]], MOST_NAMED = 8;

/** @param {RaceOut} race @returns {Group[]} in their order */
export function groupsOf({ variants }) {
  /** @type {Map<string, Group>} */
  const found = new Map();
  for (const one of variants) {
    const { seed, ...rest } = one.values, values = Object.keys(rest).length ? rest : { seed }, key = JSON.stringify(values);
    const group = found.get(key) ?? { values, variants: [] };
    group.variants.push(one);
    found.set(key, group);
  }
  return [...found.values()];
}

/** Mean of what there is at every point, and one standard deviation around it. @param {Group} group */
export function courseOf({ variants }) {
  const longest = variants.reduce((most, one) => (one.course.step.length > most.length ? one.course.step : most), /** @type {number[]} */ ([]));
  const at = longest.map((_, i) => variants.map(({ course }) => course.loss[i]).filter((v) => v !== null && v !== undefined && Number.isFinite(v)).map(Number));
  const mean = at.map((of) => (of.length ? of.reduce((a, b) => a + b, 0) / of.length : null));
  const deviation = at.map((of, i) => (of.length > 1 ? Math.sqrt(of.reduce((sum, v) => sum + (v - Number(mean[i])) ** 2, 0) / (of.length - 1)) : 0));
  const several = variants.length > 1;
  // On an axis of factors the lower end stays above 0: the least that there is.
  return { x: longest, y: mean, low: several ? mean.map((m, i) => (m === null ? null : Math.max(m - deviation[i], Math.min(...at[i])))) : undefined, high: several ? mean.map((m, i) => (m === null ? null : m + deviation[i])) : undefined };
}

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} box
 * @param {import("./racing.js").Racing} racing
 */
export function mountResults(session, box, racing) {
  const grid = h("table", { class: "race-grid" }), chosenBox = h("div", { class: "row race-chosen" }), text = h("p", { class: "race-picked", role: "status" });
  const open = h("button", { type: "button", "data-name": "race open", onclick: () => void openVariant() }), back = h("button", { type: "button", "data-name": "race back", hidden: true, onclick: () => void goBack() });
  chosenBox.append(text, open, back);
  const chart = h("canvas", { id: "race-chart", role: "img" }), read = new ReadCourses(chart), sentence = h("p", { class: "race-sentence", id: "race-sentence" });
  const head = h("tr", {}), body = h("tbody", {}), csv = h("a", { download: "race.csv", "data-name": "race csv" });
  const table = h("div", { class: "race-table", role: "region", tabIndex: 0 }, h("table", {}, h("thead", {}, head), body));
  const pictures = h("div", { class: "race-pictures", role: "region", tabIndex: 0 }, grid), hint = h("p", { class: "hint race-hint" });
  box.append(sentence, h("div", { class: "race-left" }, hint, pictures, chosenBox), h("div", { class: "race-right" }, chart, read.note, table, h("div", { class: "row" }, csv)));
  /** @type {number | null} */
  let picked = null;
  /** The network that a variant took the place of. @type {string | null} */
  let trunk = null;
  let built = "", painted = "";

  async function openVariant() {
    if (picked === null || open.getAttribute("aria-disabled") === "true") return;
    const from = session.id, k = picked, made = await session.try(() => racing.open(k));
    if (!made) return;
    await session.try(() => session.open({ id: made.id, spec: null }));
    trunk ??= from;
    say(session.store, { kind: "note", key: "race.opened", values: { values: valuesText(racing.race?.variants[k].values ?? {}) } });
    draw();
  }

  async function goBack() {
    const to = trunk;
    trunk = null;
    await session.try(() => session.open({ id: to, spec: null }));
    open.focus();
    draw();
  }

  /** @param {number} k */
  function pick(k) {
    picked = picked === k ? null : k;
    draw();
  }

  /** @param {RaceOut} race */
  function build(race) {
    const paths = Object.keys(race.vary), counts = paths.map((path) => race.vary[path].length);
    const cell = (/** @type {number} */ k) => h("td", {}, h("button", { type: "button", class: "race-cell", "data-k": String(k), "data-name": `race cell ${k}`, onclick: () => pick(k) }, h("canvas", { class: "race-small", "aria-hidden": "true" }), h("span", { class: "race-figure" })));
    const heads = (/** @type {string} */ path) => race.vary[path].map((value) => h("th", { scope: "col" }, valueText(value)));
    if (paths.length > 1) {
      // The one with more values goes across: the drawer is wide.
      const turned = counts[0] > counts[1], [down, across] = turned ? [1, 0] : [0, 1], at = (/** @type {number} */ i, /** @type {number} */ j) => (turned ? j * counts[1] + i : i * counts[1] + j);
      grid.replaceChildren(h("caption", {}, t("race.caption", { down: settingName(paths[down]), across: settingName(paths[across]) })), h("thead", {}, h("tr", {}, h("td", {}), ...heads(paths[across]))),
        h("tbody", {}, ...race.vary[paths[down]].map((value, i) => h("tr", {}, h("th", { scope: "row" }, valueText(value)), ...race.vary[paths[across]].map((_, j) => cell(at(i, j)))))));
    } else {
      const names = heads(paths[0]);
      grid.replaceChildren(h("caption", {}, settingName(paths[0])), h("tbody", {}, ...inRows(names.map((_, k) => k), 6).flatMap((row) => [h("tr", {}, ...row.map((k) => names[k])), h("tr", {}, ...row.map(cell))])));
    }
    const tests = race.variants.some((one) => one.test_loss !== null || one.state === "waiting");
    head.replaceChildren(...Object.keys(race.vary).map((path) => h("th", { scope: "col" }, settingName(path))), ...["finalLoss", ...(tests ? ["testLoss"] : []), "best", "accuracy", "toTarget", "seconds"].map((name) => h("th", { scope: "col", class: "number" }, t(`race.${name}`))));
    body.replaceChildren(...race.variants.map((one) => h("tr", { "data-k": String(one.k) }, ...Object.values(one.values).map((value, i) => h(i ? "td" : "th", i ? {} : { scope: "row" }, valueText(value))), ...Array.from({ length: tests ? 6 : 5 }, () => h("td", { class: "number" })))));
  }

  function draw() {
    const { race } = racing;
    box.classList.toggle("empty", !race);
    if (!race) return;
    const { language, theme } = session.store.state, key = JSON.stringify([racing.job, language]);
    if (key !== built) {
      built = key;
      painted = "";
      if (picked !== null && picked >= race.variants.length) picked = null;
      build(race);
      for (const [element, name] of /** @type {[Element, string][]} */ ([[pictures, "race.pictures"], [table, "race.table"]])) element.setAttribute("aria-label", t(name));
      write(csv, t("race.csv"));
      csv.href = racing.table;
    }
    const colour = `${theme} ${colours().paper}`, all = colour !== painted;
    painted = colour;
    write(hint, t(race.variants.some(({ picture }) => picture) ? "race.pictures" : "race.figures"));
    drawCells(race, all);
    drawTable(race);
    drawChart(race);
    write(sentence, sentenceOf(race, racing.going));
    drawPicked(race);
    box.dataset.drawn = `${racing.state} ${race.variants.filter(({ state }) => state === "done" || state === "diverged").length}`;
  }

  /** @type {WeakMap<HTMLCanvasElement, unknown>} */
  const shown = new WeakMap();

  /** @param {RaceOut} race @param {boolean} all */
  function drawCells(race, all) {
    const losses = race.variants.filter(({ state }) => state !== "diverged").map(lossOf).filter((v) => v !== null).map(Number), low = Math.min(...losses), high = Math.max(...losses);
    // Of data that nothing is drawn of, what it comes to is all there is to see.
    const bare = race.variants.some(({ state, picture }) => (state === "done" || state === "diverged") && picture === null);
    for (const cell of /** @type {NodeListOf<HTMLElement>} */ (grid.querySelectorAll(".race-cell"))) {
      const one = race.variants[Number(cell.dataset.k)], canvas = /** @type {HTMLCanvasElement} */ (cell.firstElementChild), loss = lossOf(one), right = quality(one);
      canvas.hidden = bare;
      if (one.picture && (all || shown.get(canvas) !== one.picture)) {
        shown.set(canvas, one.picture);
        drawSmall(canvas, one.picture, racing.drawn);
      }
      const gone = one.state === "diverged", figure = /** @type {HTMLElement} */ (cell.lastElementChild);
      write(figure, gone ? t("race.diverged") : loss === null ? "–" : bare && right !== null ? `${short(loss)}\n${percent(right)}` : short(loss));
      // The less the loss, the fuller the colour, by factors.
      const heat = gone || loss === null || !(high > low) ? 0 : (Math.log(high + 1e-9) - Math.log(Math.max(loss, 0) + 1e-9)) / (Math.log(high + 1e-9) - Math.log(Math.max(low, 0) + 1e-9));
      figure.style.setProperty("--heat", `${Math.round(45 * Math.max(0, Math.min(1, heat)))}%`);
      figure.classList.toggle("gone", gone);
      label(cell, "aria-pressed", String(picked === one.k));
      label(cell, "aria-label", `${valuesText(one.values)}: ${gone ? t("race.diverged") : t("race.cellSays", { loss: short(loss), right: right === null ? "–" : percent(right) })}`);
    }
  }

  /** @param {RaceOut} race */
  function drawTable(race) {
    for (const row of /** @type {Iterable<HTMLElement>} */ (body.children)) {
      const one = race.variants[Number(row.dataset.k)], cells = /** @type {HTMLElement[]} */ ([...row.querySelectorAll(".number")]), gone = one.state === "diverged";
      const quiet = quality(one), r2 = one.metrics.test_r2 ?? one.metrics.r2 ?? null;
      const said = [gone ? t("race.diverged") : short(one.loss), ...(cells.length === 6 ? [gone ? "–" : short(one.test_loss)] : []), short(one.best_loss), quiet !== null ? percent(quiet) : r2 === null ? "–" : `R² ${short(r2, 2)}`, one.steps_to_target === null ? "–" : String(one.steps_to_target), one.seconds ? t("race.ms", { n: short(one.seconds * 1000, 1) }) : "–"];
      said.forEach((value, i) => write(cells[i], value));
      row.classList.toggle("picked", picked === one.k);
    }
  }

  /** @param {RaceOut} race */
  function drawChart(race) {
    if (!chart.clientWidth) return;
    const groups = groupsOf(race), palette = classColours(), theme = colours(), many = groups.length > MOST_NAMED, { summary } = race, compared = summary?.groups.length === groups.length, best = compared ? summary.best : null, second = compared ? summary.second : null;
    const mine = picked === null ? null : race.variants[picked];
    const courses = groups.map((group, g) => {
      const named = !many || g === best || g === second || (mine !== null && group.variants.includes(mine)), tone = many && !named ? theme["line-2"] : palette[g % palette.length];
      const { low, high, ...line } = courseOf(group);
      return { ...line, ...(named ? { low, high } : {}), name: named ? Object.values(group.values).map(valueText).join(" · ") : "", colour: tone, dash: many ? [] : DASHES[Math.floor(g / palette.length) % DASHES.length], pale: many && !named, thick: g === best ? 3 : 2 };
    });
    if (mine) courses.push({ x: mine.course.step, y: mine.course.loss, name: "", colour: theme.ink, dash: [2, 3], pale: false, thick: 1.5 });
    const starts = race.variants.map(({ course }) => course.loss[0]).filter((v) => v !== null && Number.isFinite(v)).map(Number).sort((a, b) => a - b);
    const longest = Math.max(0, ...courses.map(({ name }) => name.length));
    read.draw({ courses, logY: race.variants.every(({ course }) => course.loss.every((v) => v === null || v > 0)), xName: t("step"), yName: t("loss"), most: starts.length ? 3 * starts[Math.floor(starts.length / 2)] : null, room: Math.min(150, 22 + longest * 7.2) });
    label(chart, "aria-label", t("race.chartAlt", { n: groups.length, values: groups.slice(0, 12).map((group) => `${valuesText(group.values)} ${short(courseOf(group).y.at(-1))}`).join("; ") }));
  }

  /** @param {RaceOut} race */
  function drawPicked(race) {
    const one = picked === null ? null : race.variants[picked], ended = one !== null && (one.state === "done" || one.state === "diverged");
    write(text, one ? `${valuesText(one.values)}: ${one.state === "diverged" ? t("race.divergedAt", { step: one.step }) : t("race.cellSays", { loss: short(lossOf(one)), right: quality(one) === null ? "–" : percent(quality(one)) })}` : t("race.pickOne"));
    open.hidden = one === null;
    open.setAttribute("aria-disabled", String(!ended));
    write(open, t("race.open"));
    back.hidden = trunk === null;
    write(back, t("race.back"));
  }

  session.store.on(["network"], ({ network }) => {
    if (trunk !== null && network?.id === trunk) trunk = null;
  });
  new ResizeObserver(() => draw()).observe(chart);
  return draw;
}

/** @template T @param {T[]} list @param {number} most @returns {T[][]} */
const inRows = (list, most) => Array.from({ length: Math.ceil(list.length / most) }, (_, i) => list.slice(i * most, (i + 1) * most));

/** What follows from it, and what doesn't. @param {RaceOut} race @param {boolean} going */
function sentenceOf({ summary, variants }, going) {
  if (!summary) return t(going ? "race.underWay" : "race.unfinished");
  const { best, second, groups, by, within } = summary;
  if (best === null) return t("race.allDiverged");
  if (second === null) {
    const spreads = groups[best].spread[by], of = groups[best].mean[by];
    return variants.length > 1 && spreads !== null && groups.length === 1 ? t("race.ofSeeds", { n: groups[best].ended, figure: t(`race.by.${by}`), mean: short(of), spread: short(spreads) }) : t("race.oneLeft", { values: valuesText(groups[best].values) });
  }
  const facts = { best: valuesText(groups[best].values), second: valuesText(groups[second].values), figure: t(`race.by.${by}`), a: short(groups[best].mean[by]), b: short(groups[second].mean[by]), spread: short(Math.max(groups[best].spread[by] ?? 0, groups[second].spread[by] ?? 0)) };
  return t(within === null ? "race.noSeeds" : within ? "race.within" : "race.beyond", facts);
}
