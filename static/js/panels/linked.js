/** A network's weights in a link: float32, little-endian, base64url. Loaded by who shares, and where a link has some. */
import { api } from "../api.js";
import { bytesOf, urlBase64 } from "../base64.js";
import { nested } from "../model/parameters.js";

/** A browser's address and a chat bear some twenty thousand letters. */
export const MOST_WEIGHTS = 3000;

/** @param {Float32Array} weights */
export function asText(weights) {
  const view = new DataView(new ArrayBuffer(4 * weights.length));
  weights.forEach((w, i) => view.setFloat32(4 * i, w, true));
  return urlBase64(new Uint8Array(view.buffer));
}

/** @param {string} text @returns {Float32Array | null} null where it is none */
export function fromText(text) {
  try {
    const bytes = bytesOf(text), view = new DataView(bytes.buffer);
    const weights = Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
    return bytes.length % 4 === 0 && weights.every(Number.isFinite) ? weights : null;
  } catch {
    return null;
  }
}

/**
 * The network that a link has just made is given the weights that stand in it; one that has gone on keeps its own.
 * @param {import("../session.js").Session} session
 * @param {string} text
 */
export async function takeWeights(session, text) {
  const weights = fromText(text), { network, frame } = session.store.state;
  if (!network || (frame?.step ?? 0) > 0) return;
  if (weights?.length !== network.parameters) return session.say("bad", "linkWeights");
  await session.try(() => api.weights(network.id, nested(network.layout, weights)));
}
