/** What is to be raced: one or two settings with their values, how far, and a loss to come down to. */
import { grouped } from "../canvas.js";
import { h, rebuild, write } from "../dom.js";
import { t, told } from "../words.js";
import { numbersIn, settingName, settingsOf, valueText } from "./settings.js";

/** @import {Setting} from "./settings.js" */
/** @typedef {{path: string, values: (string | number)[], text: string}} Chosen */

const MOST = 64;
/** Sensible races: what is varied, and beside it. */
const PRESETS = [["rates", "optimizer.learning_rate"], ["optimizers", "optimizer"], ["activations", "layers.*.activation"], ["initializers", "initializer"], ["widths", "layers.*.units"], ["depths", "depth"], ["seeds", "seed"]];
const SEEDS = [0, 1, 2];

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} box
 * @param {import("./racing.js").Racing} racing
 */
export function mountRaceControls(session, box, racing) {
  const { store } = session;
  /** @type {Chosen[]} */
  let chosen = [];
  let steps = 2000, built = "";
  /** @type {number | null} */
  let target = null;
  const fields = h("div", { class: "race-fields" }), count = h("p", { class: "hint", id: "race-count" }), problem = h("p", { class: "problem", role: "alert" });
  const bar = Object.assign(h("progress", { hidden: true }), { max: 1 });
  const start = h("button", { type: "button", class: "primary", "data-name": "race start", "aria-describedby": "race-count", onclick: () => {
    if (racing.going) racing.cancel();
    else if (!why()) void racing.start(Object.fromEntries(chosen.map(({ path, values }) => [path, values])), steps, target);
  } });
  box.append(fields, problem, h("div", { class: "race-go" }, h("div", { class: "row race-going" }, start, bar), count));

  const all = () => (store.state.network ? settingsOf(store.state.network.spec, store.state.catalog) : []);

  /** @param {Setting} setting @param {(string | number)[]} [values] @returns {Chosen} */
  const take = (setting, values = setting.values(session.spec)) => ({ path: setting.path, values, text: values.join(", ") });

  /** @param {string} path */
  function preset(path) {
    const found = all().find((one) => one.path === path), seed = all().find((one) => one.path === "seed");
    if (!found || !seed) return;
    chosen = path === "seed" ? [take(found)] : [take(found), take(seed, SEEDS)];
    draw();
  }

  const variants = () => chosen.reduce((n, { values }) => n * values.length, chosen.length ? 1 : 0);

  /** Why it cannot be begun. */
  function why() {
    const n = variants();
    if (chosen.some(({ values }) => !values.length)) return t("race.noValues");
    if (n < 2) return t("race.tooFew");
    return n > MOST ? t("race.tooMany", { n, most: MOST }) : "";
  }

  /** @param {number} i @returns {HTMLElement[]} */
  function settingFields(i) {
    const now = chosen[i], settings = all(), taken = chosen[1 - i]?.path;
    const select = h("select", { "data-name": `race setting ${i}`, "aria-label": t(i ? "race.second" : "race.first"), onchange: () => {
      const found = settings.find(({ path }) => path === select.value);
      if (!found) chosen = chosen.slice(0, i);
      else chosen[i] = take(found, found.path === "seed" && i ? SEEDS : undefined);
      draw();
    } }, ...(i ? [h("option", { value: "", selected: !now }, t("race.nothing"))] : []),
    ...settings.filter(({ path }) => path !== taken).map(({ path }) => h("option", { value: path, selected: path === now?.path }, settingName(path))));
    const label = h("label", { class: "field" }, t(i ? "race.second" : "race.first"), select);
    const setting = settings.find(({ path }) => path === now?.path);
    if (!now || !setting) return [label];
    if (setting.choices) return [label, h("div", { class: "race-choices", role: "group", "aria-label": t("race.values", { name: settingName(now.path) }) }, ...setting.choices.map((choice) => h("button", {
      type: "button", "aria-pressed": String(now.values.includes(choice)), "data-name": `race ${choice}`, onclick: () => {
        now.values = now.values.includes(choice) ? now.values.filter((one) => one !== choice) : [...now.values, choice];
        draw();
      } }, valueText(choice))))];
    const input = h("input", { type: "text", value: now.text, inputMode: "text", autocomplete: "off", spellcheck: false, "data-name": `race values ${i}`, onchange: () => {
      const found = numbersIn(input.value, setting);
      now.text = input.value;
      now.values = found ?? [];
      input.setCustomValidity(found ? "" : t("race.noValues"));
      if (!found) input.reportValidity();
      draw(false);
    } });
    return [label, h("label", { class: "field" }, t("race.values", { name: settingName(now.path) }), input)];
  }

  /** @param {boolean} [anew] fields too */
  function draw(anew = true) {
    const s = store.state;
    if (!s.network) return;
    const known = all().map(({ path }) => path);
    chosen = chosen.filter(({ path }) => known.includes(path));
    if (!chosen.length) return preset("optimizer.learning_rate");
    const key = JSON.stringify([s.language, known, chosen.map(({ path, values }) => [path, values])]);
    if (key !== built && anew) {
      built = key;
      const amount = h("input", { type: "number", min: "1", max: "20000", step: "1", required: true, value: String(steps), "data-name": "race steps", onchange: () => {
        if (!amount.checkValidity()) return amount.reportValidity();
        steps = Number(amount.value);
        draw(false);
      } });
      const goal = h("input", { type: "number", min: "0", step: "any", value: target === null ? "" : String(target), placeholder: "–", "data-name": "race target", onchange: () => {
        if (!goal.checkValidity()) return goal.reportValidity();
        target = goal.value === "" ? null : Number(goal.value);
      } });
      rebuild(fields,
        h("div", { class: "race-presets", role: "group", "aria-label": t("race.presets") }, ...PRESETS.filter(([, path]) => known.includes(path)).map(([name, path]) =>
          h("button", { type: "button", "data-name": `race ${name}`, "aria-pressed": String(chosen[0].path === path), onclick: () => preset(path) }, t(`race.preset.${name}`)))),
        ...settingFields(0), ...settingFields(1),
        h("div", { class: "race-amounts" }, h("label", { class: "field" }, t("race.steps"), amount), h("label", { class: "field", "data-tip": "race.targetTip" }, t("race.target"), goal)));
      bar.setAttribute("aria-label", t("race.progress"));
    }
    const wrong = why();
    write(count, wrong || t("race.count", { n: variants(), steps: grouped(steps) }));
    count.classList.toggle("wrong", wrong !== "");
    write(start, t(racing.going ? "race.cancel" : "race.start"));
    start.setAttribute("aria-disabled", String(!racing.going && wrong !== ""));
    start.classList.toggle("primary", !racing.going);
    bar.hidden = !racing.going;
    bar.value = racing.fraction;
    write(problem, told(racing.problem));
  }
  return draw;
}
