/** The experiment in the address: #e=… holds what is not so by itself; a link reproduces it. */
import { bytesOf, urlBase64 } from "./base64.js";

/** @param {string} text */
const encode = (text) => urlBase64(new TextEncoder().encode(text));

/** @param {string} text */
const decode = (text) => new TextDecoder().decode(bytesOf(text));

const equal = (/** @type {any} */ a, /** @type {any} */ b) => sorted(a) === sorted(b);

/** What a kind's settings are by themselves; null where the catalog does not know it. @param {any[] | undefined} entries @param {string} kind */
function bare(entries, kind) {
  const entry = entries?.find((one) => one.name === kind);
  return entry ? Object.fromEntries(Object.entries(entry.schema.properties).map(([name, property]) => [name, /** @type {any} */ (property).default])) : null;
}

/** A record without what it is by itself; its kind stays. @param {any} record @param {any} usual */
const stripped = (record, usual) => Object.fromEntries(Object.entries(record).filter(([name, value]) => name === "kind" || !usual || !equal(value, usual[name])));

/** What the parts of a spec are by themselves, so that they need not be said. @param {string} part @param {any} value @param {any} catalog */
function usualOf(part, value, catalog) {
  const lists = /** @type {Record<string, any[]>} */ ({ dataset: catalog.datasets, optimizer: catalog.optimizers, schedule: catalog.schedules });
  if (part in lists) return bare(lists[part], value.kind);
  return ["clipping", "output", "regularization"].includes(part) ? catalog.defaults[part] : undefined;
}

/**
 * What the server takes where a spec leaves something out: what suits the data, or the defaults (app/schemas/spec.py).
 * @param {any} parts of a spec
 * @param {any} catalog
 */
function filling({ dataset, layers }, catalog) {
  const known = dataset?.kind !== "own" && catalog.datasets?.find((/** @type {any} */ one) => one.name === dataset?.kind);
  if (!known) return catalog.defaults;
  return { ...catalog.defaults, ...(layers ? { loss: known.suits.loss } : known.suits) };
}

/**
 * @param {any} spec
 * @param {any} catalog
 * @param {Record<string, string>} kept other parts of the fragment
 */
export function toFragment(spec, catalog, kept) {
  const { defaults } = catalog, dataset = equal(spec.dataset, defaults.dataset) ? undefined : spec.dataset;
  const known = !dataset || dataset.kind === "own" || catalog.datasets?.some((/** @type {any} */ one) => one.name === dataset.kind);
  const layers = known && equal(spec.layers, filling({ dataset }, catalog).layers) ? undefined : spec.layers;
  // Of data that the catalog does not have here nobody knows what suits it: everything is said.
  const rest = known ? filling({ dataset, layers }, catalog) : {};
  /** @type {any} */
  const parts = {};
  for (const part of Object.keys(defaults)) {
    const value = spec[part], left = part === "dataset" ? !dataset : part === "layers" ? !layers : part in rest && equal(value, rest[part]);
    if (left) continue;
    const usual = usualOf(part, value, catalog);
    parts[part] = part === "layers" ? value.map((/** @type {any} */ layer) => stripped(layer, bare(catalog.layers, layer.kind))) : usual ? stripped(value, usual) : value;
  }
  const parameters = new URLSearchParams(kept);
  if (Object.keys(parts).length) parameters.set("e", encode(JSON.stringify(parts)));
  return parameters.toString();
}

/**
 * The whole spec that the parts in a link stand for, as the server makes it.
 * @param {any} parts
 * @param {any} catalog
 */
export function wholeSpec(parts, catalog) {
  const filled = { ...filling(parts, catalog), ...parts };
  for (const part of ["dataset", "optimizer", "schedule", "clipping", "output", "regularization"]) {
    const value = filled[part];
    if (value && typeof value === "object") filled[part] = { ...usualOf(part, value, catalog), ...value };
  }
  if (Array.isArray(filled.layers)) filled.layers = filled.layers.map((/** @type {any} */ layer) => ({ ...bare(catalog.layers, layer?.kind), ...layer }));
  return filled;
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
 * @returns {{spec: any, id: string | null, weights: string | null, hide: string[], predict: typeof GUESSES[number] | null, clinic: string | null, broken: boolean}}
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
  return { spec, id: parameters.get("network"), weights: parameters.get("w"), predict, clinic: parameters.get("clinic"), hide: (parameters.get("hide") ?? "").split(",").filter(Boolean), broken };
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
