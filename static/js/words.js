/** The page's words, one file a language; elements marked with data-t are filled in. */
import { api } from "./api.js";
import { hasAsset } from "./assets.js";
import { grouped } from "./canvas.js";
import { bringsWords } from "./whole.js";

/** @type {Record<string, string>} */
let words = {};
/** @type {string} */
let language = "en";

/** Where fingers point, "click" and "point at" are other words: a key with `.touch` behind it stands for such devices. */
const touch = typeof matchMedia === "function" ? matchMedia("(hover: none)") : null;

/** Whether those are wanted too that come late. */
let all = false;

/** @param {string} wanted @param {boolean} [late] those that come late as well, and from now on */
export async function load(wanted, late = all) {
  all = late;
  const next = wanted === "zh" ? "zh" : "en";
  const [first, rest] = await Promise.all([api.words(next), all ? more(next) : {}]);
  words = { ...first, ...rest };
  language = next;
  document.title = t(document.body.dataset.title ?? "title");
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
}

/** Those that come late. @param {string} of @returns {Promise<Record<string, string>>} */
const more = async (of) => (hasAsset(`i18n/${of}-more.json`) ? api.words(`${of}-more`) : {});

/** @type {Promise<void> | null} */
let arriving = null;

bringsWords(() => (arriving ??= (async () => {
  const of = language;
  all = true;
  try {
    const found = await more(of);
    // Where another language has come meanwhile, it has all of its own.
    if (of === language) words = { ...words, ...found };
    translate(document);
  } catch {
    all = false; // there are the others, and the next one asks again
    arriving = null;
  }
})()));

/** Whether there are words yet. */
export const loaded = () => Object.keys(words).length > 0;

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values] for {name} in the sentence; counts are grouped: 1,347
 */
export function t(key, values = {}) {
  return (words[touch?.matches ? `${key}.touch` : key] ?? words[key] ?? key).replace(/( ?)\{(\w+)\}( ?)/g, (whole, before, name, after, /** @type {number} */ at, /** @type {string} */ sentence) => {
    const value = values[name];
    if (value === undefined || value === null) return whole;
    const text = typeof value === "number" && Number.isInteger(value) ? grouped(value) : String(value);
    if (language !== "zh") return before + text + after;
    // A space stands between Chinese and other letters, not between Chinese and Chinese.
    const left = CHINESE.test(sentence.charAt(at - 1)) && CHINESE.test(text.charAt(0)), right = CHINESE.test(sentence.charAt(at + whole.length)) && CHINESE.test(text.slice(-1));
    return `${left ? "" : before}${text}${right ? "" : after}`;
  });
}

const CHINESE = /[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]/;

/** Names one after the other, as the language sets them apart. @param {string[]} parts */
export const listed = (parts) => parts.join(t("listGap"));

/** @param {{[language: string]: string}} both */
export const pick = (both) => both[language] ?? both.en;

/** Fill in every marked element below one. @param {ParentNode} root */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(/** @type {HTMLElement} */ (element).dataset.t ?? "");
  for (const element of root.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(/** @type {HTMLElement} */ (element).dataset.tLabel ?? ""));
}

/**
 * A name of the registry as people write it.
 * @param {string | null | undefined} name
 * @param {string} [scope] where another meaning of it may stand
 */
export const named = (name, scope) => words[`${scope}.${name}`] ?? words[`name.${name}`] ?? subscripted((name ?? "").replaceAll("_", " "));

/** A letter with a number behind it as people write it: x3 is x₃. @param {string} name */
export const subscripted = (name) => (/^[a-z]\d+$/.test(name) ? name.replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]) : name);

/**
 * What was changed, and from what to what where that is short.
 * @param {import("./wire.js").MarkOut} mark
 * @param {number} i which of its changes
 */
export function changeText({ what, before, after }, i) {
  const path = what[i], [part] = path.split("."), was = before[i], now = after[i];
  if (part === "surgery") return operatedText(path.split("."), was, now);
  const points = path.startsWith("dataset.points") || path.startsWith("dataset.erased");
  const name = path === "optimizer.learning_rate" ? t("rate") : points ? t("pointsChanged") : named(path.split(".").at(-1), part === "dataset" ? "data" : part);
  const value = (/** @type {any} */ v) => (typeof v === "string" ? named(v) : v);
  return ["number", "string"].includes(typeof now) ? `${name} ${value(was)} → ${value(now)}` : name;
}

/**
 * Units that went off, or were frozen, or are none of them any more; as people count them.
 * @param {string[]} path
 * @param {number[] | undefined} was
 * @param {number[] | undefined} now
 */
function operatedText([, part, layer], was, now) {
  const units = (/** @type {number[]} */ of) => of.map((n) => n + 1).join(", ") || t("mark.none");
  return t(`mark.${part}`, { layer: spoken("layer", layer), units: was && now ? `${units(was)} → ${units(now)}` : "…" });
}

/** Values of a reason that are names of the registry. */
const NAMES = new Set(["kind", "loss", "dataset", "activation", "required", "fitting", "known", "part", "parameter"]);
const SHAPES = new Set(["shape", "earlier"]);

/**
 * What went wrong, as a sentence of the page's language. Where there are no words for it, in the words it came with.
 * @param {unknown} problem a Problem, a reason of an event, any error; null is nothing to say
 * @returns {string}
 */
export function told(problem) {
  if (!problem) return "";
  const { message = String(problem), code, values, errors } = /** @type {import("./api.js").Reason} */ (problem);
  const place = (errors?.[0]?.field ?? "").split(".");
  const key = `problem.${code}`;
  if (!words[key]) {
    const what = [errors?.[0] ? fieldName(place) : "", message].filter(Boolean).join(language === "zh" ? "：" : ": ");
    return language === "en" ? message : t("problem.untold", { what });
  }
  /** @type {Record<string, string | number>} */
  const said = { field: fieldName(place) };
  for (const [name, value] of Object.entries(values ?? {})) said[name] = spoken(name, value);
  // A reason of its own inside of another: why a network cannot be brought back.
  if (values?.because) said.why = told({ message: String(values.why), code: String(values.because), values: { ...values, because: "" } });
  const text = t(key, said);
  if (place[0] === "output") return t("problem.inOutput", { text });
  return place[0] === "layers" && place.length > 1 ? t("problem.inLayer", { n: Number(place[1]) + 1, text }) : text;
}

/** A value of a reason as the page writes it. @param {string} name @param {string | number} value */
function spoken(name, value) {
  if (typeof value === "number") return value;
  if (SHAPES.has(name)) return value.replaceAll(" x ", " × ");
  if (name === "layer") return value.replace(/^(.*?)(?:_(\d+))?$/, (_, kind, n) => `${named(kind, "layer")}${n ? ` ${n}` : ""}`);
  return NAMES.has(name) ? value.split(", ").map((one) => named(one, name)).join(language === "zh" ? "、" : ", ") : value;
}

/** The last part of a field's path that has a name, as the page calls it. @param {string[]} place */
function fieldName(place) {
  const name = place.findLast((part) => part && !/^\d+$/.test(part)) ?? "";
  const own = place[0] === "dataset" ? words[`data.${name}`] : place[0] === "layers" ? words[`setting.${name}`] ?? words[`name.${name}`] : undefined;
  return own ?? named(name, "field");
}

/** What a setting does, or nothing. @param {string} name @param {string} scope */
export const tipOf = (name, scope) => words[`tip.${scope}.${name}`] ?? words[`tip.${name}`] ?? "";

/**
 * What a layer is called on the page; the API's names are dense_1, dense_2, .., output.
 * @param {import("./types.js").Network} network
 * @param {number} l
 */
export const layerName = (network, l) => (l === network.layers.length - 1 ? t("output") : t("layerN", { n: l + 1 }));
