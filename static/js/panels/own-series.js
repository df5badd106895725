/** The dialog for a series of one's own: a column of a CSV, which of them, and how far it is to be forecast. */
import { api, Problem } from "../api.js";
import { h, selectField, sliderField } from "../dom.js";
import { headOf, textOf } from "../model/csv.js";
import { spanOf } from "../model/forecast.js";
import { named, t, told } from "../words.js";
import { learnFrom } from "./own-learned.js";
import { entryOf } from "./recipes.js";

/** Of a file that is read at all: a field of text holds no more in comfort, and the server takes 4 MB. */
const MOST_BYTES = 4e6, LEAST_WINDOWS = 8;

/** @param {import("../session.js").Session} session @returns {() => void} opens it; what was pasted is there until it is learned from */
export function mountOwnSeries(session) {
  const { store } = session;
  const title = h("h2", { id: "series-title" }), hint = h("p", { class: "hint" }), fileOf = h("span"), pasted = h("span");
  const file = h("input", { type: "file", id: "series-file", accept: ".csv,.tsv,.txt,text/csv" });
  const text = h("textarea", { id: "series-text", spellcheck: false, placeholder: "date,price\n2024-01-01,101.5\n2024-01-02,103.2" });
  const choices = h("div", { class: "row" }), found = h("p", { class: "hint", role: "status" }), problem = h("p", { class: "problem", role: "alert", id: "series-problem" });
  const use = h("button", { type: "submit", class: "primary", id: "series-use" }), shut = h("button", { type: "button", onclick: () => dialog.close() });
  const form = h("form", { class: "stack series-form", novalidate: true }, hint, h("label", { class: "field" }, fileOf, file), h("label", { class: "field" }, pasted, text), choices, found, problem, h("div", { class: "row" }, use, shut));
  const dialog = h("dialog", { id: "series-dialog", "aria-labelledby": "series-title" }, title, form);
  document.body.append(dialog);
  let column = "", window = 0, horizon = 0, name = "";

  const say = (/** @type {string} */ words) => {
    problem.textContent = words;
    text.setAttribute("aria-invalid", String(Boolean(words)));
  };
  const show = () => {
    const { columns, rows } = headOf(text.value), numbers = columns.filter((one) => one.number), { properties } = entryOf(store.state.catalog, "own_series").schema;
    if (!numbers.some((one) => one.name === column)) column = numbers.at(-1)?.name ?? "";
    window ||= properties.window.default;
    horizon ||= properties.horizon.default;
    const slider = (/** @type {"window" | "horizon"} */ of, /** @type {number} */ value, /** @type {(v: number) => void} */ changed) =>
      sliderField(named(of, "data"), { min: properties[of].minimum, max: properties[of].maximum, step: 1, value }, (v) => { changed(Math.round(v)); say(""); }).field;
    choices.replaceChildren(...(numbers.length ? [selectField(t("series.column"), numbers.map((one) => ({ value: one.name, text: one.name })), column, (value) => { column = value; say(""); }).field] : []),
      slider("window", window, (v) => { window = v; }), slider("horizon", horizon, (v) => { horizon = v; }));
    const beside = columns.find((one) => !one.number);
    found.textContent = rows ? [t("series.found", { rows, columns: columns.length }), ...(beside ? [t("series.named", { name: beside.name })] : [])].join(" ") : "";
  };
  text.addEventListener("input", () => {
    say("");
    name = "";
    show();
  });
  // A field of text stands still over millions of lines: they are refused before they are in it.
  text.addEventListener("paste", (event) => {
    const { length } = event.clipboardData?.getData("text/plain") ?? "";
    if (length <= MOST_BYTES) return;
    event.preventDefault();
    say(tooLarge(length));
  });
  file.addEventListener("change", async () => {
    const chosen = file.files?.[0];
    if (!chosen) return;
    if (chosen.size > MOST_BYTES) {
      file.value = "";
      return say(tooLarge(chosen.size));
    }
    text.value = await textOf(chosen);
    name = chosen.name.replace(/\.[^.]*$/, "").slice(0, 80);
    say("");
    show();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { rows } = headOf(text.value), least = 2 * spanOf({ window, horizon }) + LEAST_WINDOWS;
    const { size } = new Blob([text.value]);
    say(!text.value.trim() ? t("series.empty") : size > MOST_BYTES ? tooLarge(size) : "");
    if (problem.textContent || use.disabled) return;
    use.disabled = true;
    try {
      if (rows < least && rows >= 16) return say(t("problem.series.too_short", { column, rows, window, horizon, least }));
      const made = await api.uploadSeries(text.value, name || column || t("series.thumb"), column || null);
      say(await learnFrom(session, { ...made, dataset: { ...made.dataset, window, horizon } }, "series.opened", made.rows));
      if (problem.textContent) return;
      dialog.close();
      text.value = file.value = "";
      show();
    } catch (error) {
      say(error instanceof Problem && error.status === 413 ? tooLarge(text.value.length) : told(error));
    } finally {
      use.disabled = false;
    }
  });
  store.on(["language"], () => {
    title.textContent = t("series.title");
    hint.textContent = t("series.about");
    fileOf.textContent = t("uploadFile");
    pasted.textContent = t("uploadPaste");
    use.textContent = t("uploadUse");
    shut.textContent = t("close");
    show();
  });
  return () => {
    say("");
    dialog.showModal();
  };
}

/** @param {number} bytes */
const tooLarge = (bytes) => t("series.tooLarge", { size: (bytes / 1e6).toFixed(1), most: MOST_BYTES / 1e6 });
