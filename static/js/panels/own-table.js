/**
 * The dialog for a table of one's own: a file or pasted rows, and before it is taken what was understood of it, each part of
 * which can be said otherwise. Loaded when it is first opened.
 *
 * @import {UnderstoodOut} from "../wire.js"
 */
import { api, Problem } from "../api.js";
import { grouped } from "../canvas.js";
import { h, selectField, write } from "../dom.js";
import { t, told } from "../words.js";
import { learnFrom } from "./own-learned.js";

/** What the server takes of a table as a file, as it comes (app/settings.py). */
const MOST_BYTES = 16e6, WAIT_MS = 250;
const SEPARATORS = [",", ";", "\t", "|", " "], ENCODINGS = ["utf-8", "utf-16", "windows-1252", "iso-8859-15", "windows-1250", "windows-1251", "gb18030", "big5", "shift_jis", "euc-kr"];
/** @typedef {{target?: string, header?: string, separator?: string, decimal?: string, encoding?: string, task?: string, missing?: string}} Said */

/** @param {import("../session.js").Session} session @returns {(file?: File) => void} opens it; what was pasted is there until it is learned from */
export function mountOwnTable(session) {
  const title = h("h2", { id: "upload-title" }), hint = h("p", { class: "hint" }), fileOf = h("span"), pasted = h("span"), drop = h("p", { class: "hint" });
  const file = h("input", { type: "file", id: "upload-file", accept: ".csv,.tsv,.txt,.xlsx,.json,.parquet,text/csv" });
  const text = h("textarea", { id: "upload-text", spellcheck: false, placeholder: "x1,x2,class\n1.0,2.0,A\n2.5,0.3,B" });
  const choices = h("div", { class: "row table-choices" }), rows = h("div", { class: "table-rows", tabIndex: 0, role: "region" }), sum = h("p", { class: "table-sum", role: "status" }), notes = h("ul", { class: "table-notes" });
  const understood = h("section", { id: "upload-understood", hidden: true }, sum, choices, rows, notes);
  const problem = h("p", { class: "problem", role: "alert", id: "upload-problem" });
  const use = h("button", { type: "submit", class: "primary" }), shut = h("button", { type: "button", id: "upload-cancel", onclick: () => dialog.close() });
  const form = h("form", { id: "upload-form", class: "stack", novalidate: true }, hint, h("div", { class: "drop" }, h("label", { class: "field" }, fileOf, file), drop), h("label", { class: "field" }, pasted, text), understood, problem, h("div", { class: "row" }, use, shut));
  const dialog = h("dialog", { id: "upload-dialog", "aria-labelledby": "upload-title" }, title, form);
  document.body.append(dialog);

  /** @type {File | null} */
  let chosen = null;
  /** What was said otherwise than it was found out. @type {Said} */
  let said = {};
  /** @type {Map<string, string>} by the column's name */
  let kinds = new Map();
  /** @type {UnderstoodOut | null} */
  let found = null;
  let timer = 0;
  /** @type {AbortController | null} */
  let asking = null;

  const say = (/** @type {string} */ words) => {
    write(problem, words);
    text.setAttribute("aria-invalid", String(Boolean(words)));
  };
  const size = () => (chosen ? chosen.size : new Blob([text.value]).size);
  const given = () => chosen !== null || text.value.trim() !== "";
  /** @param {Record<string, string>} more */
  function query(more) {
    const asked = new URLSearchParams({ ...more, ...said });
    for (const [name, kind] of kinds) asked.append(kind === "ignored" ? "ignore" : kind, name);
    return asked;
  }
  const send = (/** @type {Record<string, string>} */ more, /** @type {AbortSignal} */ signal) => api.table(chosen ?? text.value, query(more), signal);

  /** Ask what is understood of what is there; a later question makes an earlier one idle. */
  async function ask() {
    clearTimeout(timer);
    asking?.abort();
    if (!given() || size() > MOST_BYTES) {
      found = null;
      say(given() ? tooLarge(size()) : "");
      return show();
    }
    const mine = new AbortController();
    asking = mine;
    dialog.setAttribute("aria-busy", "true");
    try {
      found = await send({ dry_run: "true" }, mine.signal);
      if (asking === mine) say(found?.problem ? toldOf(found.problem) : "");
    } catch (error) {
      if (asking !== mine) return;
      // What was found out before stays, that it can be said otherwise.
      say(told(error));
    } finally {
      if (asking === mine) {
        asking = null;
        dialog.removeAttribute("aria-busy");
        show();
      }
    }
  }

  /** Something else is there: what was said of the last is not said of it. */
  function anew() {
    said = {};
    kinds = new Map();
    found = null;
    clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), chosen ? 0 : WAIT_MS);
  }

  /** @param {keyof Said} name @param {string} value */
  function choose(name, value) {
    if (value) said[name] = value;
    else delete said[name];
    // Names and kinds are found anew where columns may be others.
    if (["separator", "header", "encoding"].includes(name)) {
      kinds = new Map();
      delete said.target;
    }
    void ask();
  }

  function show() {
    const it = found;
    understood.hidden = it === null;
    if (!it) return;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.name;
    /** @param {keyof Said} name @param {string} now @param {{value: string, text: string}[]} options */
    const field = (name, now, options) => selectField(t(`reading.${name}`), options, now, (value) => choose(name, value)).field;
    const named = (/** @type {string} */ of, /** @type {string[]} */ values) => values.map((value) => ({ value, text: t(`reading.${of}.${value}`) }));
    // As it stands it cannot be taken; what it holds can be said otherwise all the same.
    sum.hidden = it.problem !== null;
    write(sum, t("reading.sum", { rows: grouped(it.rows), inputs: it.inputs.length, target: it.target, train: grouped(it.train), test: grouped(it.test) }) +
      (it.classes.length ? ` ${t("reading.classes", { classes: it.classes.map((one) => `${one.name} ${grouped(one.count)}`).join(", ") })}` : ""));
    choices.replaceChildren(
      field("target", it.target, it.columns.map((one) => ({ value: one.name, text: one.name }))),
      field("task", it.task ?? said.task ?? "", [...(it.task || said.task ? [] : [{ value: "", text: "–" }]), ...named("task", ["classification", "regression"])]),
      field("header", String(it.header), named("header", ["true", "false"])),
      ...(it.separator ? [field("separator", it.separator, SEPARATORS.map((value, i) => ({ value, text: t(`reading.separator.${i}`) })))] : []),
      field("decimal", it.decimal, [".", ","].map((value) => ({ value, text: value === "." ? "1.5" : "1,5" }))),
      ...(it.encoding ? [field("encoding", it.encoding, ENCODINGS.map((value) => ({ value, text: value.toUpperCase() })))] : []),
      ...(it.missing ? [field("missing", it.missing, named("missing", ["drop", "fill"]))] : []),
    );
    rows.replaceChildren(h("table", {}, h("thead", {}, h("tr", {}, ...it.columns.map((one) => head(it, one)))),
      h("tbody", {}, ...it.first_rows.map((row) => h("tr", {}, ...row.map((cell, i) => h("td", { class: classOf(it, i) }, cell)))))));
    rows.setAttribute("aria-label", t("reading.rows"));
    notes.replaceChildren(...it.notes.map((note) => h("li", {}, toldOf(note))));
    // Who was at one of these is at it again.
    const again = [.../** @type {NodeListOf<HTMLElement>} */ (understood.querySelectorAll("[data-name]"))];
    if (focused) again.find((one) => one.dataset.name === focused)?.focus();
  }

  /** @param {UnderstoodOut} it @param {UnderstoodOut["columns"][number]} column */
  function head(it, column) {
    const { name, kind, empty, different } = column, isTarget = name === it.target;
    const label = t("reading.kindOf", { name });
    const shown = ["number", "category", "ignored"].includes(kind) ? kind : "";
    const options = [...(shown ? [] : [{ value: "", text: t(`reading.kind.${kind}`) }]), ...["number", "category", "ignored"].map((value) => ({ value, text: t(`reading.kind.${value}`) }))];
    const { select } = selectField(label, options, shown, (value) => {
      if (value) kinds.set(name, value);
      else kinds.delete(name);
      void ask();
    });
    const facts = [...(different ? [t("reading.different", { n: grouped(different) })] : []), ...(empty ? [t("reading.emptyCells", { n: grouped(empty) })] : [])].join(", ");
    return h("th", { scope: "col", class: isTarget ? "target" : "" }, h("span", {}, name), ...(isTarget ? [h("b", {}, t("reading.isTarget"))] : []), ...(isTarget && kind !== "unclear" && !kinds.has(name) ? [] : [select]), h("small", {}, facts));
  }

  text.addEventListener("input", () => {
    chosen = null;
    file.value = "";
    tellFile();
    say("");
    anew();
  });
  // A field of text stands still over millions of lines: they are refused before they are in it.
  text.addEventListener("paste", (event) => {
    const { length } = event.clipboardData?.getData("text/plain") ?? "";
    if (length <= MOST_BYTES / 4) return;
    event.preventDefault();
    say(t("reading.asFile"));
  });
  const take = (/** @type {File} */ one) => {
    chosen = one;
    text.value = "";
    if (file.files?.[0] !== one) file.value = "";
    tellFile();
    anew();
  };
  // Of a file that was dropped the field says nothing.
  const tellFile = () => write(drop, chosen && !file.value ? t("reading.chosen", { name: chosen.name }) : t("reading.drop"));
  file.addEventListener("change", () => { if (file.files?.[0]) take(file.files[0]); });
  dialog.addEventListener("close", () => {
    asking?.abort();
    clearTimeout(timer);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!given()) return say(t("uploadEmpty"));
    if (size() > MOST_BYTES) return say(tooLarge(size()));
    if (use.disabled) return;
    clearTimeout(timer);
    asking?.abort();
    asking = null;
    use.disabled = true;
    const mine = new AbortController(), stop = () => mine.abort();
    dialog.addEventListener("close", stop, { once: true });
    try {
      const name = chosen?.name.replace(/\.[^.]*$/, "").slice(0, 80) || t("upload");
      const made = await send({ name }, mine.signal);
      say(await learnFrom(session, made, "tableOpened", `${grouped(made.rows)} × ${made.columns.length} → ${made.target}`));
      if (problem.textContent) return;
      dialog.close();
      text.value = file.value = "";
      chosen = null;
      tellFile();
      anew();
    } catch (error) {
      if (!mine.signal.aborted) say(error instanceof Problem && error.status === 413 ? tooLarge(size()) : told(error));
    } finally {
      dialog.removeEventListener("close", stop);
      use.disabled = false;
    }
  });
  session.store.on(["language"], () => {
    write(title, t("uploadTitle"));
    write(hint, t("reading.about"));
    write(fileOf, t("uploadFile"));
    write(pasted, t("uploadPaste"));
    tellFile();
    write(use, t("uploadUse"));
    write(shut, t("close"));
    show();
  });
  return (dropped) => {
    say("");
    if (dropped) take(dropped);
    if (!dialog.open) dialog.showModal();
  };
}

/** @param {UnderstoodOut["notes"][number]} note */
const toldOf = ({ text, code, values }) => told({ message: text, code, values });

/** What is left out is pale, and what is to be predicted stands out. @param {UnderstoodOut} it @param {number} i */
function classOf(it, i) {
  const { name, kind } = it.columns[i];
  return name === it.target ? "target" : ["number", "category", "unclear"].includes(kind) ? "" : "left";
}

/** @param {number} bytes */
const tooLarge = (bytes) => t("series.tooLarge", { size: (bytes / 1e6).toFixed(1), most: MOST_BYTES / 1e6 });
