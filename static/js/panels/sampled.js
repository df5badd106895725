/** What data that are no rows of numbers need: the chain of layers with their maps, and the samples. Loaded with the first such data. */
import { mountChain } from "./chain.js";
import { mountSamples } from "./samples.js";

/** @param {import("../session.js").Session} session */
export function mountSampled(session) {
  mountSamples(session);
  mountChain(session);
}
