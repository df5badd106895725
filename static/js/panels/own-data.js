/** The dialog for data of one's own: a text. Loaded when it is first opened. */
import { byId } from "../dom.js";
import { t, told } from "../words.js";
import { keepOwn } from "./own-sets.js";
import { entryOf, suited } from "./recipes.js";

/** @param {import("../session.js").Session} session */
export function mountOwnData(session) {
  return { openText: mountOwnText(session) };
}

/** A character and what NFC joins to it: marks, and vowels and finals of Hangul (engine/datasets/characters.py). */
const WITH_MARKS = /[^\p{M}\u1160-\u11ff][\p{M}\u1160-\u11ff]*|[\p{M}\u1160-\u11ff]+/gu;

/**
 * What a text is in its one form, as the server will have it.
 * @param {string} text as a field holds it: its lines end with LF
 */
export function measured(text) {
  const whole = text.normalize("NFC"), characters = [...whole];
  const composed = whole === text ? 0 : (text.match(WITH_MARKS) ?? []).filter((part) => part.normalize("NFC") !== part).length;
  return { characters: characters.length, different: new Set(characters).size, composed };
}

/** @param {import("../session.js").Session} session @returns {() => void} what opens it */
function mountOwnText(session) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("text-dialog"));
  const text = /** @type {HTMLTextAreaElement} */ (byId("text-own"));
  const problem = byId("text-problem"), counted = byId("text-counted");
  /** That a paste has brought: a field turns them into LF before anyone can see them. */
  let lineEnds = 0;
  const entry = () => entryOf(session.store.state.catalog, "own_text");
  const spec = () => /** @type {import("../types.js").Network} */ (session.store.state.network).spec.dataset;
  const wrong = () => {
    const most = entry().schema.properties.text.maxLength, count = [...text.value].length;
    const window = spec().kind === "own_text" ? spec().window : entry().schema.properties.window.default, { characters } = measured(text.value);
    if (!text.value.trim()) return t("problem.text.empty");
    if (count > most) return t("textTooLong", { n: count, most });
    return characters > window ? "" : t("problem.text.too_short", { characters, least: window + 1 });
  };
  const tell = () => {
    const { characters, different, composed } = measured(text.value);
    if (!characters) lineEnds = 0;
    counted.textContent = [t("textCounted", { n: characters, different }), ...(lineEnds || composed ? [t("textOneForm", { lines: lineEnds, composed })] : [])].join(" ");
    problem.textContent = characters ? wrong() : "";
  };
  text.addEventListener("input", tell);
  text.addEventListener("paste", (event) => { lineEnds += (event.clipboardData?.getData("text/plain").match(/\r/g) ?? []).length; });
  byId("text-cancel").addEventListener("click", () => dialog.close());
  byId("text-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = wrong();
    if (problem.textContent) return;
    if (await session.patch((now) => ({ dataset: { ...(now.dataset.kind === "own_text" ? now.dataset : {}), kind: "own_text", text: text.value }, ...suited(session, now, entry()) }), "dataset")) {
      dialog.close();
      const { dataset } = session.spec;
      if (dataset.kind === "own_text") void keepOwn(session, [...text.value.trim().replace(/\s+/g, " ")].slice(0, 24).join(""), dataset);
    } else {
      problem.textContent = told(session.store.state.message?.problem);
      session.store.set({ message: null });
    }
  });
  return () => {
    if (spec().kind === "own_text" && !text.value) text.value = spec().text;
    tell();
    dialog.showModal();
  };
}
