/**
 * What every page has: theme, language, messages, keys, explanations, dialogs. A page is a template that extends
 * base.html, a composition root in pages/ that calls `openShell`, and its words.
 */
import { forgetColours } from "./canvas.js";
import { byId, h, showExplanations } from "./dom.js";
import { remember, remembered } from "./remembered.js";
import { allWords } from "./whole.js";
import { load, loaded, t, told, translate } from "./words.js";

/**
 * @typedef {{kind: "bad" | "note", key: string, text?: string, problem?: unknown, values?: Record<string, string | number>, actions?: string[], stays?: number}} Message `problem` is told where {text} stands
 * @typedef {{language: string, theme: string, message: Message | null}} ShellState what a page's store holds for the shell
 */

/** The shell's part of a page's state, at its start. @returns {ShellState} */
export const shellState = () => ({
  language: remembered("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en"),
  theme: remembered("theme") ?? "system",
  message: null,
});

/**
 * The shell of a page. Where the page cannot start, it says so.
 * @template {ShellState} S
 * @param {import("./store.js").Store<S>} store
 * @param {() => Promise<unknown>} start the page's own beginning; its words are there
 */
export async function openShell(store, start) {
  try {
    document.documentElement.dataset.theme = store.state.theme;
    await load(store.state.language);
    translate(document);
    mountCorner(store);
    showExplanations();
    await start();
    document.body.dataset.ready = "yes";
  } catch (error) {
    const banner = byId("banner");
    banner.hidden = false;
    banner.className = "banner bad";
    banner.textContent = loaded() ? t("cannotStart", { text: told(error) })
      : `Glassbox cannot start: ${error instanceof Error ? error.message : error}. Is the server running? Reload to try again.`;
  }
}

/**
 * Say something; a note goes by itself.
 * @template {ShellState} S
 * @param {import("./store.js").Store<S>} store
 * @param {Message} message
 */
export async function say(store, message) {
  if (message.problem) await allWords(); // what is wrong is among those that come late
  set(store, { message });
  if (message.kind === "note") setTimeout(() => store.state.message === message && set(store, { message: null }), message.stays ?? 6000);
}

/**
 * Show the message of the state, or what stands as long as it holds.
 * @template {ShellState} S
 * @param {import("./store.js").Store<S>} store
 * @param {{keys?: (keyof S)[], standing?: (s: S) => Message | null, actions?: Record<string, () => unknown>}} page
 *   `standing` depends on `keys`; `actions` by the names that messages give
 */
export function mountMessages(store, { keys = [], standing = () => null, actions = {} } = {}) {
  const banner = byId("banner");
  const close = () => set(store, { message: null });
  // What is behind a modal dialog can be neither seen nor pressed.
  const home = banner.parentElement, next = banner.nextSibling;
  const place = () => {
    const top = [...document.querySelectorAll("dialog:modal")].pop();
    if (top) top.append(banner);
    else if (banner.parentElement !== home) home?.insertBefore(banner, next);
  };
  document.addEventListener("close", place, true);
  store.on([...keys, "message", "language"], (s) => {
    const holds = standing(s), message = holds ?? s.message;
    const text = message ? t(message.key, { text: message.text ?? told(message.problem), ...message.values }) : "";
    if (banner.dataset.text === text) return;
    banner.dataset.text = text;
    banner.hidden = !message;
    if (!message) return;
    place();
    banner.className = `banner ${message.kind}`;
    banner.replaceChildren(h("p", {}, text),
      ...(message.actions ?? []).map((name) => h("button", { type: "button", "data-action": name, onclick: () => { actions[name](); close(); } }, t(`action.${name}`))),
      ...(holds ? [] : [h("button", { type: "button", class: "quiet", onclick: close }, t("close"))]));
  });
}

/**
 * Keys of the page, when nobody types: by `event.key` in lower case. Ctrl+Z and Ctrl+Shift+Z are "undo" and "redo".
 * @param {Record<string, (event: KeyboardEvent) => unknown>} keys return false where the key is not meant
 */
export function mountKeys(keys) {
  document.addEventListener("input", (event) => { /** @type {HTMLElement} */ (event.target).dataset.dirty = "yes"; });
  document.addEventListener("change", (event) => { /** @type {HTMLElement} */ (event.target).dataset.dirty = ""; });
  // Space plays wherever focus is; a control that was reached by keyboard keeps it. What was clicked keeps nothing.
  let byPointer = false;
  /** @type {EventTarget | null} */
  let reached = null;
  document.addEventListener("pointerdown", () => { byPointer = true; reached = null; }, true);
  document.addEventListener("keydown", ({ key }) => { if (key === "Tab" || key.startsWith("Arrow")) byPointer = false; }, true);
  document.addEventListener("focusin", ({ target }) => { reached = byPointer ? null : target; });
  const ownSpace = (/** @type {HTMLElement} */ target) => target === reached && target.matches("button, a, summary, select, input[type=checkbox], input[type=radio], [role=radio], [role=tab]");
  document.addEventListener("keyup", (event) => {
    // A clicked button would be pressed once more when the key comes up.
    if (event.key === " " && keys[" "] && !ownSpace(/** @type {HTMLElement} */ (event.target)) && /** @type {HTMLElement} */ (event.target).matches("button, summary")) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key === " " && keys[" "] && !event.ctrlKey && !event.metaKey && !event.altKey && !document.querySelector("dialog[open]")) {
      if (ownSpace(target) || target.matches("input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea")) return;
      event.preventDefault();
      if (!event.repeat) keys[" "](event);
      return;
    }
    const typing = target.matches("input:not([type=checkbox]):not([type=range]), textarea, select");
    // In a number that is not being edited there is nothing of its own to undo.
    const editing = typing && !(target.matches("input[type=number]") && target.dataset.dirty !== "yes");
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) {
      const edit = keys[event.shiftKey || key === "y" ? "redo" : "undo"];
      if (editing || !edit) return;
      event.preventDefault();
      target.blur();
      edit(event);
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "?") byId("keys").click();
    else keys[key]?.(event);
  });
}

/**
 * @template {ShellState} S
 * @param {import("./store.js").Store<S>} store
 */
function mountCorner(store) {
  const theme = byId("theme");
  theme.addEventListener("click", () => {
    const next = { system: "light", light: "dark", dark: "system" }[store.state.theme] ?? "system";
    remember("theme", next);
    document.documentElement.dataset.theme = next;
    forgetColours();
    set(store, { theme: next });
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    forgetColours();
    const now = store.state.theme;
    set(store, { theme: "" });
    set(store, { theme: now });
  });
  byId("language").addEventListener("click", async () => {
    const next = store.state.language === "zh" ? "en" : "zh";
    try {
      await load(next);
    } catch (error) {
      say(store, { kind: "bad", key: "problem", problem: error });
      return;
    }
    remember("language", next);
    translate(document);
    set(store, { language: next });
  });
  store.on(["theme", "language"], (s) => {
    theme.textContent = { light: "☀", dark: "☾" }[s.theme] ?? "◐";
    theme.setAttribute("aria-label", t("themeIs", { name: t(`theme.${s.theme || "system"}`) }));
  });
  byId("keys").addEventListener("click", () => /** @type {HTMLDialogElement} */ (byId("keys-dialog")).showModal());
  for (const button of document.querySelectorAll("dialog .dismiss")) button.addEventListener("click", () => button.closest("dialog")?.close());
}

/**
 * @template {ShellState} S
 * @param {import("./store.js").Store<S>} store
 * @param {Partial<ShellState>} changes
 */
const set = (store, changes) => store.set(/** @type {Partial<S>} */ (changes));
