/** Settings that are wished for and asked about, while the network stays as it is. */
import { sameSpec } from "../link.js";
import { merged, wishedSpec } from "../wishing.js";

/** What the strip of settings has. */
const ASKED = ["optimizer", "batch_size", "loss", "output", "regularization", "initializer", "seed", "schedule", "clipping", "average", "class_weight"];

/** @typedef {import("../store.js").Store<import("../state.js").State>} Store */

/**
 * Wish for a change, beside those that are wished for: what then differs from the network stays.
 * @param {Store} store
 * @param {any} change as PATCH takes it
 */
export function wish(store, change) {
  const { spec } = /** @type {import("../types.js").Network} */ (store.state.network), now = merged(wishedSpec(store.state), change);
  store.set({ wished: Object.fromEntries(Object.entries(now).filter(([key]) => !sameSpec(spec, { [key]: now[key] }))) });
}

/**
 * An edit is a wish while the settings ask.
 * @param {Store} store
 * @param {unknown} asked a change, or what gives one
 */
export function isWish(store, asked) {
  if (!store.state.wished) return false;
  const change = typeof asked === "function" ? asked(structuredClone(wishedSpec(store.state))) : asked;
  if (!Object.keys(change).every((key) => ASKED.includes(key))) return false;
  wish(store, change);
  return true;
}
