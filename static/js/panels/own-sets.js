/** One's own tables, drawings and texts in the gallery: kept by the server until they are deleted. */
import { api, Problem } from "../api.js";
import { late } from "../assets.js";
import { drawThumbnail } from "../charts/plane.js";
import { drawSmall } from "../charts/samples.js";
import { explain, h } from "../dom.js";
import { rowsOnly } from "../model/data.js";
import { t } from "../words.js";

/**
 * @typedef {import("../session.js").Session} Session
 * @typedef {import("../wire.js").OwnOut} Own
 */

/** A table of two columns is a plane of points. @param {{view: string, columns: string[]}} of @param {boolean} own */
export const familyOf = ({ view, columns }, own) => (own && view === "table" && columns.length === 2 ? "plane" : view);

/** Whether a spec names it by its id, and does not hold it. @param {Own} own */
export const keptBy = ({ kind }) => kind === "own" || kind === "own_series";

/**
 * The set that the network learns from, if it is a kept one.
 * @param {import("../session.js").State} s
 * @returns {Own | undefined}
 */
export const inUse = ({ owned, network, dataset }) =>
  owned?.find((own) => (keptBy(own) ? own.id === network?.spec.dataset.id : own.kind === dataset?.kind && own.digest === dataset.digest));

/** @param {Session} session */
export async function listOwn(session) {
  try {
    session.store.set({ owned: await api.owned(), ownedProblem: null });
  } catch (error) {
    session.store.set({ ownedProblem: error });
  }
}

/**
 * Keep a text or a drawing: a network holds it, and only as long as it learns from it.
 * @param {Session} session
 * @param {string} name
 * @param {any} dataset
 */
export async function keepOwn(session, name, dataset) {
  if (await session.try(() => api.keep(name, dataset))) await listOwn(session);
}

/** @param {Session} session */
export function mountOwnSets(session) {
  const { store } = session;
  /** @type {{id: string, dataset: any} | null} */
  let last = null;
  // Whatever takes a drawing's place, it is in the gallery from then on.
  store.on(["network"], ({ network }) => {
    if (!network) return;
    const { dataset } = network.spec, before = last;
    last = { id: network.id, dataset };
    const left = before && before.id === network.id && before.dataset.kind === "drawn" && dataset.kind !== "drawn";
    if (left && before.dataset.points?.length) void keepOwn(session, t("drawingNamed", { n: before.dataset.points.length }), before.dataset);
  });
  void listOwn(session);
}

/**
 * What the gallery shows of a family: cards, or why there are none.
 * @param {Session} session
 * @param {string} family
 * @param {(own: Own, dataset: any) => unknown} choose
 * @returns {HTMLElement[]}
 */
export function ownCards(session, family, choose) {
  const { owned, ownedProblem } = session.store.state;
  if (!["plane", "table", "text", "image", "sequence"].includes(family)) return [];
  if (ownedProblem) return [h("p", { class: "hint own-hint" }, `${t("ownNotListed")} `, h("button", { type: "button", class: "quiet", onclick: () => void listOwn(session) }, t("tryAgain")))];
  const found = (owned ?? []).filter((own) => familyOf(own, true) === family);
  if (owned && !found.length && family !== "plane") return [h("p", { class: "hint own-hint" }, t("ownNone"))];
  return found.map((own) => card(session, own, choose));
}

/** @param {Session} session @param {Own} own @param {(own: Own, dataset: any) => unknown} choose */
function card(session, own, choose) {
  const canvas = h("canvas", {});
  const take = h("button", { class: "thumb", type: "button", role: "radio", "data-own": own.id, onclick: async () => {
    const whole = await opened(session, own);
    if (whole) choose(own, whole.dataset);
  } }, canvas, h("span", {}, own.name));
  const size = own.view === "image" ? t("ownPictures", { n: own.rows }) : own.kind === "own_series" ? t("ownSeriesSize", { n: own.rows }) : own.view === "sequence" ? t("ownSounds", { n: own.rows }) : own.kind === "own" ? t("ownTable", { rows: own.rows, columns: own.columns.length }) : t(own.kind === "drawn" ? "ownDrawing" : "ownTextSize", { n: own.rows });
  explain(take, () => ({ text: `${own.name}. ${size}` }));
  if (own.preview) requestAnimationFrame(() => (rowsOnly(own) ? drawThumbnail : drawSmall)(/** @type {HTMLCanvasElement} */ (canvas), /** @type {any} */ (own.preview)));
  const label = t("forgetNamed", { name: own.name });
  return h("div", { class: "own", role: "none" }, take, explain(h("button", { class: "forget quiet", type: "button", "aria-label": label, onclick: () => void session.try(async () => (await late("js/panels/own-data.js")).askToForget(session, own)) }, "×"), () => ({ text: label })));
}

/** With all of it; null where it is gone, which is said. @param {Session} session @param {Own} own */
export async function opened(session, own) {
  try {
    return await api.own(own.id);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) {
      session.say("bad", "ownGone", own.name);
      await listOwn(session);
    } else session.say("bad", "problem", error);
    return null;
  }
}
