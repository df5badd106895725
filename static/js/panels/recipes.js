/** What comes with another data set: the network that suits it, or one's own where it was made by hand. */

import { rowsOnly } from "../model/data.js";

/** @typedef {import("../session.js").Session} Session */

/** The parts of a spec that a data set's recipe may name. */
const PARTS = ["layers", "features", "loss", "class_weight", "output", "optimizer", "regularization", "schedule", "clipping", "average", "initializer", "batch_size", "start", "surgery"];

/** Views whose samples are rows share one kind of network; any other view needs its own. @param {string} view */
const shape = (view) => (rowsOnly({ view }) ? "rows" : view);

/** @param {any} catalog @param {string} kind */
export const entryOf = (catalog, kind) => catalog.datasets.find((/** @type {any} */ d) => d.name === kind);

/**
 * Everything of a spec but data and seed, as the recipe has it.
 * @param {any} catalog
 * @param {any} entry
 */
function recipe(catalog, entry) {
  const { defaults } = catalog;
  const suits = entry.suits ?? {};
  return Object.fromEntries(PARTS.map((part) => [part, suits[part] ?? (part === "output" ? { activation: null } : part === "features" && entry.view !== "plane" ? ["x1"] : defaults[part])]));
}

/** Whether a hand has changed the network since its recipe. @param {any} now the spec @param {any} wanted */
function byHand(now, wanted) {
  return ["layers", "optimizer", "regularization", "clipping", "features"].some((part) => {
    if (part === "features" && now.features?.join() === "x1") return false;
    return !covers(now[part], wanted[part]);
  });
}

/** Whether what a recipe names is so. @param {any} now @param {any} wanted @returns {boolean} */
function covers(now, wanted) {
  if (Array.isArray(wanted)) return Array.isArray(now) && now.length === wanted.length && wanted.every((one, i) => covers(now[i], one));
  if (wanted && typeof wanted === "object") return Boolean(now) && Object.keys(wanted).every((key) => covers(now[key], wanted[key]));
  return now === wanted;
}

/**
 * What to change with the data; `kept` tells whether the network made by hand stays.
 * @param {Session} session
 * @param {any} now the spec
 * @param {any} entry of the catalog, or of a table of one's own
 * @returns {{change: any, kept: boolean}}
 */
export function suiting(session, now, entry) {
  const { catalog, dataset } = session.store.state;
  // One's own may be a table or pictures, a rule one of values.
  const before = { ...entryOf(catalog, now.dataset.kind), ...(["own", "rule"].includes(now.dataset.kind) && dataset ? { view: dataset.view, task: dataset.task } : {}) };
  if (now.dataset.kind === "rule" && before.task === "regression") before.suits = entryOf(catalog, "ripple").suits;
  const own = byHand(now, recipe(catalog, before));
  // A network made for values is none for classes, and one of a lesson is none for anything else.
  if (!own || before.task !== entry.task || before.whole || shape(before.view) !== shape(entry.view) || entry.whole) return { change: recipe(catalog, entry), kept: false };
  return { change: suitingLoss(session, now.loss, entry.task, entry.suits.loss), kept: true };
}

/** @param {Session} session @param {any} now @param {any} entry */
export const suited = (session, now, entry) => suiting(session, now, entry).change;

/**
 * The loss follows where the old one cannot be used.
 * @param {Session} session
 * @param {string} name of the loss now
 * @param {string} task
 * @param {string} suits
 */
function suitingLoss(session, name, task, suits) {
  const { asks } = session.store.state.catalog.losses.find((/** @type {any} */ l) => l.name === name);
  const fits = asks === "any" || name === suits || (asks === "classes" && task === "classification");
  return fits ? {} : { loss: suits, output: { activation: null } };
}
