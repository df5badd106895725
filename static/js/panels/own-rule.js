/**
 * The rule that a plane is laid out by, as it is typed: what is wrong with it is said at once, with its place, and it is
 * taken with Enter. Loaded with the first such plane.
 */
import { ask } from "../api.js";
import { h, write } from "../dom.js";
import { t, told } from "../words.js";
import { entryOf, suited } from "./recipes.js";

/** @typedef {import("../session.js").Session} Session */

const WAIT_MS = 250, MOST_LETTERS = 300;

/** @param {Session} session @returns {HTMLElement} the field, to be put where the settings are */
export function mountRule(session) {
  const { store } = session, label = h("span"), hint = h("p", { class: "hint" }), problem = h("p", { id: "rule-problem", class: "problem", role: "status" });
  const input = h("input", { type: "text", id: "rule", maxLength: MOST_LETTERS, spellcheck: false, autocomplete: "off", autocapitalize: "off", "data-name": "rule", "aria-describedby": "rule-problem" });
  const box = h("div", { class: "rule" }, h("label", { class: "field" }, label, input), problem, hint);
  let timer = 0, asked = 0, learned = "";
  const now = () => (session.spec.dataset.kind === "rule" ? session.spec.dataset.rule : null);
  /** @type {unknown} */
  let wrong = null;
  const say = (/** @type {unknown} */ error) => {
    wrong = error;
    write(problem, error ? told(error) : "");
    input.setAttribute("aria-invalid", String(Boolean(error)));
  };

  /** What is to be learned of it; null where it is none, which is said, or where another one has been typed since. @returns {Promise<string | null>} */
  async function task() {
    clearTimeout(timer);
    const mine = ++asked;
    try {
      const { task } = await ask("GET", `/api/datasets/rule?${new URLSearchParams({ rule: input.value, samples: "0", count: "1" })}`);
      if (mine !== asked) return null;
      say(null);
      return task;
    } catch (error) {
      if (mine !== asked) return null;
      say(error);
      // Where it goes wrong is where one goes on.
      const { at, what } = /** @type {any} */ (error).values ?? {};
      if (typeof at === "number" && taking && document.activeElement === input) input.setSelectionRange(at - 1, at - 1 + String(what).length);
      return null;
    }
  }

  let taking = false;
  async function take() {
    const rule = input.value;
    if (taking || rule === now()) return;
    taking = true;
    const found = await task();
    taking = false;
    if (!found || now() === null) return;
    const { catalog, dataset } = store.state, entry = entryOf(catalog, "rule");
    const suits = found === "regression" ? entryOf(catalog, "ripple").suits : entry.suits;
    await session.patch((spec) => ({ dataset: { ...spec.dataset, rule }, ...(dataset?.task === found ? {} : suited(session, spec, { ...entry, task: found, suits })) }), "rule");
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    asked++; // what was asked about is not what stands there
    timer = window.setTimeout(() => void task(), WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) void take();
    if (event.key !== "Escape" || input.value === now()) return;
    event.stopPropagation();
    input.value = now() ?? "";
    clearTimeout(timer);
    asked++;
    say(null);
  });
  input.addEventListener("change", () => void take());
  store.on(["network"], () => {
    const rule = now();
    // What is being typed stays, whatever has changed meanwhile.
    if (rule === null || (document.activeElement === input && input.value !== learned && input.value !== rule)) return;
    input.value = learned = rule;
    say(null);
  });
  store.on(["language"], () => {
    write(label, t("rule.field"));
    write(hint, t("rule.hint"));
    say(wrong);
  });
  return box;
}
