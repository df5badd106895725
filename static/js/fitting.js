/** What the server would refuse of layers with windows, said before it is asked. */
import { Problem } from "./api.js";
import { late } from "./assets.js";
import { allWords } from "./whole.js";

/** Loaded with the first image: other data have no windows. @type {typeof import("./model/windows.js") | null} */
let known = null;

/** What is known of windows, once an image has come. */
export const windows = () => known;

export async function learnWindows() {
  known ??= await late("js/model/windows.js", null, true);
}

/**
 * Raises: Problem, where one of the layers cannot take the image that comes to it; what else does not fit the server says
 * @param {any} change parts of a spec
 * @param {import("./types.js").Dataset | null} dataset
 */
export async function mustFit({ layers, dataset: other }, dataset) {
  const found = layers && !other && dataset?.shape.length === 3 ? known?.firstRefusal(layers, dataset.shape) : null;
  if (!found) return;
  await allWords(); // what is wrong is among those that come late
  const { code, values } = found, field = `layers.${found.index}.${found.field}`;
  throw new Problem({ status: 422, detail: code, code, values, errors: [{ field, message: code, code, values }] });
}
