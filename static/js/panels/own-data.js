/** Dialogs for data of one's own: a table, a text. */
import { api } from "../api.js";
import { byId } from "../dom.js";
import { t, told } from "../words.js";
import { keepOwn, listOwn } from "./own-sets.js";
import { suited } from "./recipes.js";

/** @param {import("../session.js").Session} session */
export function mountOwnText(session) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("text-dialog"));
  const text = /** @type {HTMLTextAreaElement} */ (byId("text-own"));
  const problem = byId("text-problem");
  text.addEventListener("input", () => { problem.textContent = ""; });
  byId("text-cancel").addEventListener("click", () => dialog.close());
  byId("text-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const entry = session.store.state.catalog.datasets.find((/** @type {any} */ d) => d.name === "own_text");
    const most = entry.schema.properties.text.maxLength, count = [...text.value].length;
    if (!text.value.trim()) problem.textContent = t("textEmpty");
    else if (count > most) problem.textContent = t("textTooLong", { n: count, most });
    else if (await session.patch((now) => ({ dataset: { ...(now.dataset.kind === "own_text" ? now.dataset : {}), kind: "own_text", text: text.value }, ...suited(session, now, entry) }), "dataset")) {
      dialog.close();
      const { dataset } = session.spec;
      if (dataset.kind === "own_text") void keepOwn(session, [...text.value.trim().replace(/\s+/g, " ")].slice(0, 24).join(""), dataset);
    } else {
      problem.textContent = told(session.store.state.message?.problem);
      session.store.set({ message: null });
    }
  });
}

/** @param {import("../session.js").Session} session */
export function mountUpload(session) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("upload-dialog"));
  const text = /** @type {HTMLTextAreaElement} */ (byId("upload-text"));
  const file = /** @type {HTMLInputElement} */ (byId("upload-file"));
  const problem = byId("upload-problem");
  dialog.addEventListener("toggle", () => {
    problem.textContent = "";
    text.removeAttribute("aria-invalid");
  });
  file.addEventListener("change", async () => {
    const chosen = file.files?.[0];
    if (chosen) text.value = await chosen.text();
  });
  byId("upload-cancel").addEventListener("click", () => dialog.close());
  byId("upload-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    text.removeAttribute("aria-invalid");
    if (!text.value.trim()) {
      problem.textContent = t("uploadEmpty");
      return;
    }
    try {
      const made = await api.upload(text.value, file.files?.[0]?.name.slice(0, 80) || t("upload"));
      void listOwn(session);
      const task = made.class_names.length ? "classification" : "regression";
      const done = await session.patch((now) => ({ dataset: made.dataset, ...suited(session, now, { view: "table", task, suits: made.suits }) }), "dataset");
      if (!done) problem.textContent = told(session.store.state.message?.problem);
      if (done) {
        dialog.close();
        text.value = "";
        file.value = "";
        session.say("note", "tableOpened", `${made.name}: ${made.rows} × ${made.columns.length} → ${made.target}`);
      }
    } catch (error) {
      problem.textContent = told(error);
      text.setAttribute("aria-invalid", "true");
    }
  });
}
