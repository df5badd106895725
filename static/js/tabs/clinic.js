/** A case of the clinic: what is seen, what is to be reached, hints one by one, and whether it is cured. */
import { api } from "../api.js";
import { percent, short } from "../canvas.js";
import { h, rebuild } from "../dom.js";
import { remember, remembered } from "../remembered.js";
import { listed, named, pick, t, told } from "../words.js";

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} panel
 * @param {() => boolean} isShown
 */
export function mountClinic(session, panel, isShown) {
  const { store } = session, box = h("section", { id: "clinic", class: "clinic" });
  panel.append(box);
  /** @type {any[] | null} */
  let cases = null;
  let hints = 0, checking = false, of = "";
  /** @type {any} */
  let result = null;
  /** @type {unknown} */
  let problem = null;

  const found = () => cases?.find((one) => one.name === store.state.clinic) ?? null;

  async function load() {
    if (cases) return;
    cases = await session.try(() => api.clinic());
    draw();
  }

  async function check() {
    const one = found();
    if (!one || checking) return;
    checking = true;
    problem = result = null;
    draw();
    try {
      result = await api.checkCase(one.name, session.id);
      if (result.passed) remember(`cured-${one.name}`, "yes");
    } catch (error) {
      problem = error;
    }
    checking = false;
    draw();
    box.querySelector("[role=status]")?.scrollIntoView({ block: "nearest" });
  }

  /** The case as it was brought in. */
  const anew = (/** @type {any} */ one) => void session.patch(one.spec, "preset", true);

  function draw() {
    if (!isShown()) return;
    const one = found();
    if (!one) {
      rebuild(box, h("p", { class: "hint" }, cases && store.state.clinic ? t("clinic.unknown") : t("loading")), h("p", {}, h("a", { href: "/clinic" }, t("clinic.all"))));
      return;
    }
    if (one.name !== of) {
      of = one.name;
      hints = 0;
      result = problem = null;
    }
    const next = cases?.[cases.indexOf(one) + 1];
    rebuild(box,
      h("div", { class: "clinic-story" }, h("h3", {}, pick(one.title), ...(remembered(`cured-${one.name}`) ? [h("span", { class: "cured" }, ` ✓ ${t("clinic.cured")}`)] : [])), h("p", {}, pick(one.story)),
        h("p", { class: "goal" }, h("b", {}, t("clinic.goal")), " ", goalText(one.goal)),
        h("p", { class: "remedies" }, h("button", { type: "button", class: "primary", "data-name": "check case", disabled: checking, onclick: () => void check() }, t(checking ? "clinic.checking" : "clinic.check")),
          h("button", { type: "button", "data-name": "anew", onclick: () => anew(one) }, t("clinic.anew")), h("a", { href: "/clinic" }, t("clinic.all")), ...(next ? [h("a", { href: `/clinic#${next.name}` }, t("clinic.next"))] : []))),
      h("div", { class: "clinic-help" },
        ...one.hints.slice(0, hints).map((/** @type {any} */ hint, /** @type {number} */ k) => h("p", { class: "exercise-hint" }, h("b", {}, t("clinic.hintN", { n: k + 1 })), " ", pick(hint))),
        ...(hints < one.hints.length ? [h("button", { type: "button", "data-name": "hint", onclick: () => { hints++; draw(); } }, t("clinic.hint", { n: hints + 1, of: one.hints.length }))] : []),
        ...(problem ? [h("p", { class: "problem", role: "alert" }, told(problem))] : []),
        ...(result ? [verdict(result)] : [])));
  }

  store.on(["clinic", "language"], () => { if (isShown()) draw(); });
  return () => {
    void load();
    draw();
  };
}

/** What has been reached, and why it is so. @param {any} result */
function verdict(result) {
  const reached = listed(Object.entries(result.reached).map(([metric, value]) => `${named(metric, "metric")} ${valueText(metric, /** @type {number | null} */ (value))}`));
  return h("div", { role: "status", class: `verdict ${result.passed ? "passed" : ""}` }, h("p", {}, h("b", {}, t(result.passed ? "clinic.passed" : "clinic.failed")), ` ${reached}.`),
    ...result.reasons.map((/** @type {any} */ reason) => h("p", {}, pick(reason))), ...(result.explanation ? [h("p", {}, pick(result.explanation))] : []));
}

const valueText = (/** @type {string} */ metric, /** @type {number | null} */ value) => (metric.endsWith("r2") ? short(value, 2) : percent(value));

/** In words. @param {any} goal */
export const goalText = ({ conditions, steps, free }) => t("clinic.goalText", {
  conditions: conditions.map((/** @type {any} */ c) => t(c.at_least === null ? "clinic.atMost" : "clinic.atLeast", { name: named(c.metric, "metric"), value: valueText(c.metric, c.at_least ?? c.at_most) })).join(t("clinic.and")), steps,
}) + (free.length ? "" : ` ${t("clinic.sameData")}`);
