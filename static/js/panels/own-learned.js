/** A set of one's own that the server has just kept is what the network learns from. */
import { told } from "../words.js";
import { listOwn } from "./own-sets.js";
import { suited } from "./recipes.js";

/** A name for a class more: the first letter that none has. @param {string[]} taken */
export const nextName = (taken) => [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].find((letter) => !taken.includes(letter)) ?? "";

/**
 * @param {import("../session.js").Session} session
 * @param {import("../wire.js").OwnOut} made
 * @param {string} key of what is said then
 * @param {number | string} count of what it holds
 * @returns {Promise<string>} why it cannot be, or ""
 */
export async function learnFrom(session, made, key, count) {
  void listOwn(session);
  const done = await session.patch((now) => ({ dataset: made.dataset, ...suited(session, now, { view: made.view, task: made.task, suits: made.suits }) }), "dataset", true);
  if (!done) return told(session.store.state.message?.problem);
  session.setPace(made.pace);
  session.say("note", key, `${made.name}: ${count}`);
  return "";
}
