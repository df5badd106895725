/**
 * A card of the gallery for each set of one's own: chosen as any other, renamed, taken along as a file, deleted and had
 * back. Loaded when somebody has one.
 */
import { ask, Problem } from "../api.js";
import { drawThumbnail } from "../charts/plane.js";
import { drawSmall } from "../charts/samples.js";
import { byId, explain, h } from "../dom.js";
import { rowsOnly } from "../model/data.js";
import { say } from "../shell.js";
import { t } from "../words.js";
import { forgotten, keptBy, listOwn } from "./own-sets.js";

/**
 * @typedef {import("../session.js").Session} Session
 * @typedef {import("../wire.js").OwnOut} Own
 */

/** What was deleted can be had back as long as this stands; the server keeps it for longer. */
const BACK_MS = 20_000;
const MOST_LETTERS = 80;
const urlOf = (/** @type {Own} */ { id }) => `/api/datasets/own/${encodeURIComponent(id)}`;

/** @param {Session} session @param {Own} own @param {(own: Own, dataset: any) => unknown} choose */
export function card(session, own, choose) {
  const canvas = h("canvas", {}), size = sizeOf(own);
  const take = h("button", { class: "thumb", type: "button", role: "radio", "data-own": own.id, "aria-keyshortcuts": "F2 Delete", onclick: async () => {
    const whole = await opened(session, own);
    if (whole) choose(own, whole.dataset);
  } }, canvas, h("span", {}, own.name));
  explain(take, () => ({ text: `${own.name}. ${size} ${t("kept.keys")}` }));
  if (own.preview) requestAnimationFrame(() => (rowsOnly(own) ? drawThumbnail : drawSmall)(canvas, /** @type {any} */ (own.preview)));
  const name = own.name, text = own.kind === "own_text";
  /** @param {string} what @param {string} sign @param {() => unknown} press */
  const tool = (what, sign, press) => told(h("button", { class: `${what} quiet`, type: "button", onclick: press }, sign), t(`kept.${what}`, { name }));
  const file = own.shape ? null : told(h("a", { class: "file quiet", href: `${urlOf(own)}/csv`, download: "" }, "⤓"), t(text ? "kept.asText" : "kept.asCsv", { name }));
  /** @type {HTMLElement} */
  const box = h("div", { class: "own", role: "none" }, take, tool("rename", "✎", () => rename(session, own, box)), file, tool("forget", "×", () => void forget(session, own)));
  take.addEventListener("keydown", (event) => {
    const does = { F2: () => rename(session, own, box), Delete: () => void forget(session, own) }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });
  return box;
}

/** @template {HTMLElement} E @param {E} element @param {string} label @returns {E} */
function told(element, label) {
  element.setAttribute("aria-label", label);
  return explain(element, () => ({ text: label }));
}

/** @param {Own} own */
function sizeOf({ view, kind, rows, columns }) {
  if (view === "image") return t("kept.pictures", { n: rows });
  if (kind === "own_series") return t("kept.series", { n: rows });
  if (view === "sequence") return t("kept.sounds", { n: rows });
  if (kind === "own") return t("kept.table", { rows, columns: columns.length });
  return t(kind === "own_text" ? "kept.text" : "kept.drawing", { n: rows });
}

/** In its place on the card: Enter keeps it, Escape leaves it. @param {Session} session @param {Own} own @param {HTMLElement} box */
function rename(session, own, box) {
  if (box.querySelector("input")) return;
  const input = h("input", { type: "text", value: own.name, maxLength: MOST_LETTERS, spellcheck: false, "aria-label": t("kept.rename", { name: own.name }) });
  const back = () => /** @type {HTMLElement | null} */ (byId("thumbs").querySelector(`[data-own="${CSS.escape(own.id)}"]`))?.focus();
  let over = false;
  const leave = () => {
    over = true;
    input.remove();
  };
  const keep = async () => {
    const name = input.value.trim();
    if (over) return;
    if (name === own.name) return leave();
    if (!name) return void input.setAttribute("aria-invalid", "true");
    over = true;
    const here = document.activeElement === input;
    input.readOnly = true;
    if (!await found(session, own, () => ask("PATCH", urlOf(own), { name }))) {
      over = input.readOnly = false;
      return;
    }
    await listOwn(session);
    if (here) back();
  };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation(); // arrow keys go through letters here, not through cards
    if (event.isComposing) return; // Enter takes what an input method offers
    if (event.key === "Escape") {
      event.preventDefault();
      leave();
      back();
    } else if (event.key === "Enter") void keep();
  });
  input.addEventListener("blur", () => (input.value.trim() ? void keep() : leave()));
  box.append(input);
  input.select();
}

/**
 * At once, and it can be had back; only where a network would lose by it is it asked about first.
 * @param {Session} session @param {Own} own
 */
async function forget(session, own) {
  const whole = keptBy(own) ? await opened(session, own) : own;
  if (!whole || (whole.networks && !await sure(own, whole.networks))) return;
  const cards = [...byId("thumbs").querySelectorAll("[role=radio]")], at = cards.findIndex((one) => /** @type {HTMLElement} */ (one).dataset.own === own.id);
  const near = /** @type {HTMLElement | undefined} */ (cards[at + 1] ?? cards[at - 1]), key = near && (near.dataset.own ? `[data-own="${near.dataset.own}"]` : `[data-kind="${near.dataset.kind}"]`);
  if (!await found(session, own, () => ask("DELETE", urlOf(own)))) return;
  await listOwn(session);
  if (key) /** @type {HTMLElement | null} */ (byId("thumbs").querySelector(key))?.focus();
  forgotten.back = () => session.try(async () => {
    await ask("POST", `${urlOf(own)}/restore`);
    await listOwn(session);
    /** @type {HTMLElement | null} */ (byId("thumbs").querySelector(`[data-own="${CSS.escape(own.id)}"]`))?.focus();
  });
  void say(session.store, { kind: "note", key: "kept.deleted", text: own.name, actions: ["takeBack"], stays: BACK_MS });
}

/** @param {Own} own @param {number} n @returns {Promise<boolean>} */
function sure(own, n) {
  return new Promise((resolve) => {
    const no = h("button", { id: "forget-no", type: "button", onclick: () => dialog.close() }, t("kept.keepIt"));
    const yes = h("button", { id: "forget-yes", class: "danger", type: "button", onclick: () => dialog.close("yes") }, t("kept.delete"));
    const dialog = h("dialog", { id: "forget-dialog", "aria-labelledby": "forget-title", onclose: () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    } }, h("h2", { id: "forget-title" }, t("kept.forget", { name: own.name })), h("p", { id: "forget-text" }, t("kept.used", { n })), h("div", { class: "row" }, yes, no));
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}

/** With all of it; null where it is gone, which is said. @param {Session} session @param {Own} own @returns {Promise<Own | null>} */
async function opened(session, own) {
  /** @type {Own | null} */
  let whole = null;
  await found(session, own, async () => { whole = await ask("GET", urlOf(own)); });
  return whole;
}

/** Whether it was there, and it could be done; where not, that is said. @param {Session} session @param {Own} own @param {() => Promise<unknown>} does */
async function found(session, own, does) {
  try {
    await does();
    return true;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) {
      session.say("bad", "kept.gone", own.name);
      await listOwn(session);
    } else session.say("bad", "problem", error);
    return false;
  }
}
