/** What only the page of descent asks for: no other page carries it along. */
import { ask } from "../api.js";

export const descent = {
  /** @returns {Promise<import("../wire.js").SurfaceOut[]>} */
  surfaces: () => ask("GET", "/api/surfaces"),
  /** @returns {Promise<import("../wire.js").SurfaceValuesOut>} */
  values: (/** @type {unknown} */ asked) => ask("POST", "/api/surfaces/values", asked),
  /** @returns {Promise<import("../wire.js").DescentOut>} */
  race: (/** @type {unknown} */ asked) => ask("POST", "/api/descent", asked),
  /** @returns {Promise<import("../wire.js").DescentStepOut>} */
  step: (/** @type {unknown} */ asked) => ask("POST", "/api/descent/step", asked),
};
