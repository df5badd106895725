/** One's own tables, drawings and texts in the gallery: kept by the server until they are deleted. */
import { api } from "../api.js";
import { late } from "../assets.js";
import { h } from "../dom.js";
import { t } from "../words.js";

/**
 * @typedef {import("../session.js").Session} Session
 * @typedef {import("../wire.js").OwnOut} Own
 */

/** What came late (own-cards.js). @type {{card?: (session: Session, own: Own, choose: (own: Own, dataset: any) => unknown) => HTMLElement}} */
const cards = {};
/** Has back what was deleted last. @type {{back: () => unknown}} */
export const forgotten = { back: () => {} };

/** A table of two columns is a plane of points. @param {{view: string, columns: string[]}} of @param {boolean} own */
export const familyOf = ({ view, columns }, own) => (own && view === "table" && columns.length === 2 ? "plane" : view);

/** Whether it holds what one draws, on a plane or on a curve. @param {string | undefined} kind */
export const isDrawn = (kind) => kind === "drawn" || kind === "drawn_curve";

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
    const left = before && before.id === network.id && isDrawn(before.dataset.kind) && dataset.kind !== before.dataset.kind;
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
  if (!["plane", "curve", "table", "text", "image", "sequence"].includes(family)) return [];
  if (ownedProblem) return [h("p", { class: "hint own-hint" }, `${t("ownNotListed")} `, h("button", { type: "button", class: "quiet", onclick: () => void listOwn(session) }, t("tryAgain")))];
  const found = (owned ?? []).filter((own) => familyOf(own, true) === family);
  if (owned && !found.length && !["plane", "curve"].includes(family)) return [h("p", { class: "hint own-hint" }, t("ownNone"))];
  const { card } = cards;
  if (card) return found.map((own) => card(session, own, choose));
  if (found.length) void session.try(async () => {
    Object.assign(cards, await late("js/panels/own-cards.js", "css/own.css"));
    session.store.set({ owned: [...session.store.state.owned ?? []] });
  });
  return [];
}
