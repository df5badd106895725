/** The experiment in the address: #e=… holds what differs from the defaults; a link reproduces it. */

/** @param {string} text */
const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** @param {string} text */
const decode = (text) => new TextDecoder().decode(Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0)));

/**
 * @param {any} spec
 * @param {any} defaults
 * @param {Record<string, string>} kept other parts of the fragment
 */
export function toFragment(spec, defaults, kept) {
  /** @type {any} */
  const parts = {};
  for (const key of Object.keys(defaults)) if (JSON.stringify(spec[key]) !== JSON.stringify(defaults[key])) parts[key] = spec[key];
  const parameters = new URLSearchParams(kept);
  if (Object.keys(parts).length) parameters.set("e", encode(JSON.stringify(parts)));
  return parameters.toString();
}

/** What a link may ask to be guessed first. */
const GUESSES = /** @type {const} */ (["loss", "boundary", "weight"]);

/**
 * The parts of the fragment that are no part of the experiment.
 * @param {Iterable<string>} hide
 * @param {string | null} predict
 * @param {string | null} clinic the case that is open
 * @returns {Record<string, string>}
 */
export function keptOf(hide, predict, clinic) {
  const hidden = [...hide].join(",");
  return { ...(hidden ? { hide: hidden } : {}), ...(predict ? { predict } : {}), ...(clinic ? { clinic } : {}) };
}

/**
 * @param {string} fragment
 * @returns {{spec: any, id: string | null, hide: string[], predict: typeof GUESSES[number] | null, clinic: string | null, broken: boolean}}
 */
export function fromFragment(fragment) {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ""));
  let spec = null, broken = false;
  try {
    const text = parameters.get("e");
    if (text) spec = JSON.parse(decode(text));
  } catch {
    broken = true;
  }
  const predict = GUESSES.find((name) => name === parameters.get("predict")) ?? null;
  return { spec, id: parameters.get("network"), predict, clinic: parameters.get("clinic"), hide: (parameters.get("hide") ?? "").split(",").filter(Boolean), broken };
}

/**
 * Whether a running network is the experiment that a link describes.
 * @param {any} spec
 * @param {any} wanted parts of a spec
 */
export function sameSpec(spec, wanted) {
  return Object.keys(wanted).every((key) => sorted(spec[key]) === sorted(wanted[key]));
}

/** The same text for the same content, in whatever order its keys came. @param {any} value @returns {string} */
function sorted(value) {
  return JSON.stringify(value, (_, v) => (v && typeof v === "object" && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort()) : v)) ?? "";
}
