/**
 * Every fetch. Errors of the server are thrown as Problem.
 *
 * @typedef {{message: string, code?: string | null, values?: Record<string, string | number> | null, errors?: {field: string}[]}} Reason
 *   why something cannot be: in English, and what words of the page's language are found by (words.js: `told`)
 */
import { asset } from "./assets.js";
import { allWords } from "./whole.js";
import { datasetOf, fillIn, missing, rowsOnly } from "./model/data.js";

export class Problem extends Error {
  /** @param {any} body */
  constructor(body) {
    super(body.detail ?? "unknown problem");
    this.status = body.status ?? 0;
    /** @type {string | null} */
    this.code = body.code ?? null;
    /** @type {Record<string, string | number>} */
    this.values = body.values ?? {};
    /** @type {{field: string, message: string, code?: string, values?: Record<string, string | number>}[]} */
    this.errors = body.errors ?? [];
  }
}

/**
 * The reason that an event or an answer gives under a name, with its code and values beside it.
 * @param {any} carrier
 * @param {string} name
 * @returns {Reason | null}
 */
export const reasonIn = (carrier, name) =>
  (carrier[name] ? { message: carrier[name], code: carrier[`${name}_code`], values: carrier[`${name}_values`] } : null);

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {string} [type]
 * @param {AbortSignal} [signal]
 */
export async function answerTo(method, path, body, type = "application/json", signal) {
  /** @type {RequestInit} */
  // What a page that goes had made for itself goes with it.
  const options = { method, keepalive: method === "DELETE", headers: body === undefined ? {} : { "Content-Type": type } };
  if (body !== undefined) options.body = type === "application/json" ? JSON.stringify(body) : /** @type {BodyInit} */ (body);
  if (signal) options.signal = signal;
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Problem({ status: 0, code: "no_answer", detail: "the server does not answer" });
  }
  if (!response.ok) {
    const [problem] = await Promise.all([response.json().catch(() => ({})), allWords()]);
    throw new Problem({ status: response.status, detail: response.statusText, ...problem });
  }
  return response;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
export async function ask(method, path, body) {
  const response = await answerTo(method, path, body);
  return response.status === 204 ? null : response.json();
}

const PARTS = /** @type {const} */ (["test", "train"]);

/**
 * What a page draws of a network's data: where samples are rows of numbers, all of them; of others the first.
 * @param {string} id
 * @returns {Promise<import("./types.js").Dataset>}
 */
async function dataset(id) {
  const found = datasetOf(await samples(id));
  if (!rowsOnly(found)) return found;
  for (const part of PARTS) {
    // A large table comes in several answers; where it is another one by now, it begins anew.
    for (let gap; (gap = missing(found, part)); ) if (!fillIn(found, await samples(id, { part, ...gap }))) return dataset(id);
  }
  return found;
}

/**
 * @param {string} id
 * @param {{part?: string, first?: number, count?: number}} [wanted]
 */
async function samples(id, wanted = {}) {
  const query = new URLSearchParams({ format: "safetensors", ...Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, String(value)])) });
  return (await answerTo("GET", `${of(id)}/dataset?${query}`)).arrayBuffer();
}

const of = (/** @type {string} */ id) => `/api/networks/${encodeURIComponent(id)}`;

export const api = {
  catalog: () => ask("GET", "/api/catalog?short=true"),
  words: (/** @type {string} */ language) => ask("GET", asset(`i18n/${language}.json`)),
  create: (/** @type {unknown} */ spec) => ask("POST", "/api/networks", spec),
  network: (/** @type {string} */ id) => ask("GET", of(id)),
  remove: (/** @type {string} */ id) => ask("DELETE", of(id)),
  dataset,
  samples,
  history: (/** @type {string} */ id) => ask("GET", `${of(id)}/history`),
  patch: (/** @type {string} */ id, /** @type {unknown} */ change, reset = false) => ask("PATCH", `${of(id)}${reset ? "?reset=true" : ""}`, change),
  /** Every parameter by name, as it is on the server at this moment. @returns {Promise<Record<string, any>>} */
  weightsNow: (/** @type {string} */ id) => ask("GET", `${of(id)}/weights`),
  weights: (/** @type {string} */ id, /** @type {unknown} */ values) => ask("PUT", `${of(id)}/weights`, values),
  train: (/** @type {string} */ id, /** @type {unknown} */ amount) => ask("POST", `${of(id)}/train`, amount),
  play: (/** @type {string} */ id, /** @type {number | null} */ rate, /** @type {Record<string, number> | null} */ until = null) => ask("POST", `${of(id)}/play`, { steps_per_second: rate, keep: false, until }),
  pause: (/** @type {string} */ id) => ask("POST", `${of(id)}/pause`),
  reset: (/** @type {string} */ id, /** @type {number | null} */ seed) => ask("POST", `${of(id)}/reset`, { seed }),
  worked: (/** @type {string} */ id, /** @type {unknown} */ asked) => ask("POST", `${of(id)}/worked`, asked),
  /** @returns {Promise<import("./wire.js").UnrolledOut>} */
  unrolled: (/** @type {string} */ id, /** @type {unknown} */ asked) => ask("POST", `${of(id)}/unrolled`, asked),
  trace: (/** @type {string} */ id, /** @type {unknown} */ asked) => ask("POST", `${of(id)}/trace`, asked),
  operate: (/** @type {string} */ id, /** @type {unknown} */ asked) => ask("POST", `${of(id)}/surgery`, asked),
  /** @returns {Promise<import("./wire.js").AblationOut>} */
  ablation: (/** @type {string} */ id) => ask("GET", `${of(id)}/ablation`),
  apply: (/** @type {string} */ id, /** @type {unknown} */ asked) => ask("POST", `${of(id)}/apply`, asked),
  checkGradient: (/** @type {string} */ id, /** @type {unknown} */ asked) => ask("POST", `${of(id)}/check-gradient`, asked),
  exercise: (/** @type {string} */ id, /** @type {unknown} */ asked) => ask("POST", `${of(id)}/exercise`, asked),
  checkExercise: (/** @type {string} */ id, /** @type {unknown} */ asked) => ask("POST", `${of(id)}/exercise/check`, asked),
  diagnosis: (/** @type {string} */ id) => ask("GET", `${of(id)}/diagnosis`),
  /** @returns {Promise<import("./wire.js").FlowOut>} */
  flow: (/** @type {string} */ id, /** @type {number} */ after, /** @type {number} */ bins) => ask("GET", `${of(id)}/flow?after=${after}&bins=${bins}`),
  /** @returns {Promise<import("./wire.js").InfluenceOut>} */
  influence: (/** @type {string} */ id, /** @type {unknown} */ asked) => ask("POST", `${of(id)}/influence`, asked),
  /** @returns {Promise<import("./wire.js").WorstSamplesOut>} */
  worst: (/** @type {string} */ id, /** @type {string} */ part, /** @type {number} */ most) => ask("GET", `${of(id)}/worst?part=${part}&most=${most}`),
  /** @returns {Promise<import("./wire.js").ExcitesOut>} */
  excites: (/** @type {string} */ id, /** @type {string} */ layer, /** @type {number} */ unit, /** @type {number} */ most) => ask("GET", `${of(id)}/excites?layer=${encodeURIComponent(layer)}&unit=${unit}&most=${most}`),
  /** @returns {Promise<import("./wire.js").SaliencyOut>} */
  saliency: (/** @type {string} */ id, /** @type {unknown} */ asked) => ask("POST", `${of(id)}/saliency`, asked),
  /** @returns {Promise<import("./wire.js").OcclusionOut>} */
  occlusion: (/** @type {string} */ id, /** @type {unknown} */ asked) => ask("POST", `${of(id)}/occlusion`, asked),
  excite: (/** @type {string} */ id, /** @type {unknown} */ asked) => ask("POST", `${of(id)}/excite?wait=0`, asked),
  /** @returns {Promise<import("./wire.js").JobOut>} */
  landscape: (/** @type {string} */ id, /** @type {import("./wire.js").LandscapeIn} */ asked) => ask("POST", `${of(id)}/landscape?wait=0`, asked),
  predict: (/** @type {string} */ id, /** @type {unknown} */ asked) => ask("POST", `${of(id)}/predict`, asked),
  clinic: () => ask("GET", "/api/clinic"),
  checkCase: (/** @type {string} */ name, /** @type {string} */ network) => ask("POST", `/api/clinic/${encodeURIComponent(name)}/check?wait=60`, { network }),
  seek: (/** @type {string} */ id, /** @type {number} */ step) => ask("POST", `${of(id)}/seek`, { step }),
  branch: (/** @type {string} */ id, /** @type {number} */ step) => ask("POST", `${of(id)}/branch`, { step }),
  best: (/** @type {string} */ id) => ask("POST", `${of(id)}/best`),
  restoreRun: (/** @type {string} */ id, /** @type {number} */ run) => ask("POST", `${of(id)}/runs/${run}/restore`),
  /** @returns {Promise<import("./wire.js").ForecastOut>} */
  forecast: (/** @type {string} */ id, /** @type {number} */ from, /** @type {number} */ ahead) => ask("GET", `${of(id)}/forecast?from=${from}&ahead=${ahead}`),
  /** @returns {Promise<import("./wire.js").NextCharactersOut>} */
  next: (/** @type {string} */ id, /** @type {unknown} */ asked) => ask("POST", `${of(id)}/next`, asked),
  generate: (/** @type {string} */ id, /** @type {unknown} */ asked) => ask("POST", `${of(id)}/generate?wait=0`, asked),
  cancel: (/** @type {string} */ job) => ask("DELETE", `/api/jobs/${encodeURIComponent(job)}`),
  /** @returns {Promise<import("./wire.js").OwnOut[]>} */
  owned: () => ask("GET", "/api/datasets"),
  keep: (/** @type {string} */ name, /** @type {unknown} */ dataset) => ask("POST", "/api/datasets", { name, dataset }),
  keepPictures: (/** @type {string} */ name, /** @type {unknown} */ images, /** @type {string[]} */ labels) => ask("POST", "/api/datasets", { name, images, labels }),
  keepSounds: (/** @type {string} */ name, /** @type {string[]} */ sounds, /** @type {string[]} */ labels) => ask("POST", "/api/datasets", { name, sounds, labels }),
  sound: async (/** @type {string} */ id, /** @type {number} */ sound) => (await answerTo("GET", `/api/datasets/own/${encodeURIComponent(id)}/sounds/${sound}`)).arrayBuffer(),
  uploadSeries: (/** @type {string} */ csv, /** @type {string} */ name, /** @type {string | null} */ target) => ask("POST", "/api/datasets", { csv, name, target, series: true }),
  /** @returns {Promise<any>} with `dry_run` UnderstoodOut, else OwnOut */
  table: async (/** @type {Blob | string} */ body, /** @type {URLSearchParams} */ asked, /** @type {AbortSignal} */ signal) => (await answerTo("POST", `/api/datasets?${asked}`, body, typeof body === "string" ? "text/csv" : "application/octet-stream", signal)).json(),
};

/** Again, a few times, while a training process is being replaced. @template T @param {() => Promise<T>} ask @returns {Promise<T>} */
export async function patiently(ask) {
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 503 || tries >= 8) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
