/** Controls made from the JSON Schema of a record's settings: a new setting needs no code here. */
import { explain, h, selectField, sliderField } from "./dom.js";
import { named, pick, tipOf } from "./words.js";

/** What a kind's settings are when nobody says otherwise. @param {any} entry of the catalog */
export function defaultsOf(entry) {
  return Object.fromEntries(Object.entries(entry.schema.properties).map(([name, property]) => [name, /** @type {any} */ (property).default]));
}

/** @param {any} property @returns {{low: number, high: number, hardMin: number, hardMax: number}} */
function limits(property) {
  const low = property.minimum ?? property.exclusiveMinimum ?? 0, high = property.maximum ?? property.exclusiveMaximum ?? 1;
  return {
    low, high,
    hardMin: property.exclusiveMinimum === undefined ? low : low + 1e-12,
    hardMax: property.exclusiveMaximum === undefined ? high : high - 1e-6,
  };
}

// Where the schema allows far more than anyone wants to slide to.
const USUAL = /** @type {Record<string, [number, number]>} */ ({ samples: [10, 1000], seed: [0, 100] });

/**
 * A labelled slider, select or check box with room for it.
 * @param {string} scope where its words are looked for first: data, layer, schedule, ..
 * @param {string} name
 * @param {any} property
 * @param {any} value
 * @param {(value: any) => void} changed
 * @returns {HTMLElement}
 */
export function schemaField(scope, name, property, value, changed) {
  const label = named(name, scope);
  const explained = (/** @type {HTMLElement} */ element) => explain(element, () => ({ text: tipOf(name, scope) }));
  if (property.type === "boolean") {
    const box = h("input", { type: "checkbox", checked: value, onchange: () => changed(box.checked), "data-name": label });
    return explained(h("label", { class: "check" }, box, label));
  }
  if (property.enum) {
    const options = property.enum.map((/** @type {any} */ v) => ({ value: String(v), text: typeof v === "string" ? named(v, scope) : String(v) }));
    return explained(selectField(label, options, String(value), (v) => changed(typeof property.enum[0] === "string" ? v : Number(v))).field);
  }
  return explained(sliderField(label, { ...sliderRange(name, property, value), ...(property.zero ? { zero: pick(property.zero) } : {}) }, changed).field);
}

/** @param {string} name @param {any} property @param {number} value */
function sliderRange(name, property, value) {
  const { low, high, hardMin, hardMax } = limits(property);
  const usual = property.default;
  if (property.type === "integer") {
    if (low >= 1 && high > 1000) return { min: low, max: Math.min(high, Math.max(10, usual * 50)), step: 1, value, log: true, hardMin, hardMax };
    const [from, to] = USUAL[name] ?? [low, Math.min(high, Math.max(100, usual * 4))];
    return { min: from, max: to, step: 1, value, hardMin, hardMax };
  }
  // What is tiny by nature, or has room for many orders of magnitude, moves by factors.
  if (usual > 0 && (usual < 1e-3 || high > 100)) return { min: usual / 1e4, max: Math.min(high, usual * 1e4), step: 0, value, log: true, hardMin, hardMax };
  if (high > 100) return { min: low, max: 10, step: 0.1, value, hardMin, hardMax };
  const fine = property.exclusiveMaximum === undefined ? 0.01 : 0.001;
  return { min: low, max: property.exclusiveMaximum === undefined ? high : high - fine, step: fine, value, hardMin, hardMax };
}

/**
 * The control alone, small enough for a layer's card. Whatever is typed is sent: the server knows
 * what fits and says so.
 * @param {{name: string, label: string, key: string, property: any, value: any, changed: (value: any) => void, wrong?: boolean}} field
 *   `key` keeps the focus in its place when the card is drawn anew
 */
export function smallControl({ name, label, key, property, value, changed, wrong }) {
  const common = { "aria-label": label, "data-name": key, ...(wrong ? { "aria-invalid": "true" } : {}) };
  if (property.type === "boolean") {
    const box = h("input", { type: "checkbox", checked: value, ...common, onchange: () => changed(box.checked) });
    return box;
  }
  if (property.enum) {
    const select = h("select", common, ...property.enum.map((/** @type {any} */ v) => h("option", { value: String(v), selected: v === value }, typeof v === "string" ? named(v, "layer") : String(v))));
    select.addEventListener("change", () => changed(typeof property.enum[0] === "string" ? select.value : Number(select.value)));
    return select;
  }
  const { low, high } = limits(property);
  const zero = property.zero ? pick(property.zero) : "";
  const input = h("input", { type: "number", step: property.type === "integer" ? "1" : "any", value: zero && value === 0 ? "" : String(value), placeholder: zero, title: `${name}: ${zero ? low + 1 : low} – ${high}`, ...common });
  input.addEventListener("change", () => {
    if (input.value === "" && zero) changed(0);
    else if (input.value === "") input.value = String(value);
    else changed(Number(input.value));
  });
  return input;
}
