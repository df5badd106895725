/** All activation functions of one z, to the last digits. */
import { SHARP } from "../model/exact.js";
import { ACTIVATIONS } from "../model/forward.js";

/** @type {Record<string, import("../model/exact.js").Function1>} */
export const EXACT = { ...ACTIVATIONS, ...SHARP };
