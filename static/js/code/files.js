/** Networks as files: what the server writes, and what it is given to read. */
import { answerTo, ask } from "../api.js";

/** @typedef {"numpy" | "pytorch" | "keras" | "json" | "safetensors" | "onnx" | "ipynb"} Format */

const of = (/** @type {string} */ id) => `/api/networks/${encodeURIComponent(id)}`;

/** @param {string} id @param {Format} format @param {string} language */
export const exportUrl = (id, format, language) => `${of(id)}/export?format=${format}&language=${language}`;

/** @param {string} id @param {"loss" | "output" | "network"} what @param {"svg" | "png"} format @param {string} language @param {boolean} log the scale of the loss */
export const pictureUrl = (id, what, format, language, log) => `${of(id)}/picture?what=${what}&format=${format}&language=${language}${log && what === "loss" ? "&scale=log" : ""}`;

/** A script as text. @param {string} id @param {Format} format @param {string} language */
export const exported = async (id, format, language) => (await answerTo("GET", exportUrl(id, format, language))).text();

/** @param {string} id @param {Format} format @param {string} language @returns {Promise<import("../wire.js").NoteOut[]>} */
export const notesOf = (id, format, language) => ask("GET", `${of(id)}/export/notes?format=${format}&language=${language}`);

/** The run as an animation. @param {string} id @returns {Promise<import("../wire.js").FilmOut>} */
export const filmed = (id) => ask("POST", `${of(id)}/film?wait=60`, {});

/**
 * A network of a file; what the file says nothing of is as in the network `like`.
 * @param {File} file @param {string} like @param {string} language
 * @returns {Promise<import("../wire.js").ImportedOut>}
 */
export async function imported(file, like, language) {
  const path = `/api/networks/import?like=${encodeURIComponent(like)}&language=${language}`;
  return (await answerTo("POST", path, file, "application/octet-stream")).json();
}
