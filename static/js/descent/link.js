/**
 * What of the page of descent stands in the address: only what differs from the beginning. Pure.
 *
 * @typedef {{kind: string, learning_rate: number} & Record<string, any>} Racer an optimizer with its settings
 * @typedef {{name: string} | {formula: string, low: number[], high: number[]}} Ground
 * @typedef {{ground: Ground, start: number[] | null, racers: Racer[], steps: number, noise: number, seed: number, at: number, chosen: number}} Shown
 *   `start` is the surface's own where null, `noise` a share of the surface's steepness, `at` the step that is looked at
 */

export const MOST = { racers: 8, steps: 2000, noise: 2, seed: 999, coordinate: 1e6 };

/** @type {Shown} */
export const BEGINNING = {
  ground: { name: "ravine" }, start: null, steps: 100, noise: 0, seed: 0, at: 0, chosen: 1,
  racers: [{ kind: "sgd", learning_rate: 0.5 }, { kind: "sgd", learning_rate: 0.5, momentum: 0.7 }, { kind: "adam", learning_rate: 0.5 }],
};

const brief = (/** @type {number} */ value) => String(Number(value.toPrecision(8)));
const pair = (/** @type {number[]} */ values) => values.map(brief).join(",");

/** adam:learning_rate=0.1:beta_1=0.8 @param {Racer} racer */
const racerText = ({ kind, ...settings }) => [kind, ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)].join(":");

/** @param {Shown} s @returns {Record<string, string>} */
function written({ ground, start, racers, steps, noise, seed, at, chosen }) {
  const own = "formula" in ground;
  return {
    on: own ? "" : ground.name, f: own ? ground.formula : "", low: own ? pair(ground.low) : "", high: own ? pair(ground.high) : "",
    from: start ? pair(start) : "", with: racers.map(racerText).join(";"), steps: String(steps), noise: brief(noise), seed: String(seed), at: String(at), of: String(chosen),
  };
}

/** @param {Shown} s */
export function toFragment(s) {
  const beginning = written(BEGINNING), now = Object.entries(written(s)).filter(([key, value]) => value !== beginning[key]);
  return new URLSearchParams(now).toString();
}

/**
 * What a fragment says; what it doesn't say, or says wrongly, is as in the beginning. Settings are checked by the server.
 * @param {string} fragment
 * @param {any[]} optimizers the catalog's
 * @param {{name: string}[]} surfaces
 * @returns {Shown}
 */
export function fromFragment(fragment, optimizers, surfaces) {
  const parameters = new URLSearchParams(fragment);
  const whole = (/** @type {string} */ key, /** @type {number} */ least, /** @type {number} */ most, /** @type {number} */ otherwise) => {
    const text = parameters.get(key) ?? "", found = /^\d+$/.test(text) ? Number(text) : NaN;
    return found >= least && found <= most ? found : otherwise;
  };
  const numbers = (/** @type {string} */ key) => {
    const found = (parameters.get(key) ?? "").split(",").map((text) => (text.trim() ? Number(text) : NaN));
    return found.length === 2 && found.every((value) => Math.abs(value) <= MOST.coordinate) ? found : null;
  };
  const named = parameters.get("on"), formula = (parameters.get("f") ?? "").slice(0, 300), low = numbers("low"), high = numbers("high");
  /** @type {Ground} */
  const ground = formula ? { formula, low: low ?? [-3, -3], high: high ?? [3, 3] } : surfaces.some(({ name }) => name === named) ? { name: String(named) } : BEGINNING.ground;
  const racers = (parameters.get("with") ?? "").split(";").flatMap((text) => racerOf(text, optimizers)).slice(0, MOST.racers);
  const steps = whole("steps", 1, MOST.steps, BEGINNING.steps), noise = Number(parameters.get("noise") ?? NaN);
  const shown = racers.length ? racers : BEGINNING.racers;
  return {
    ground, start: numbers("from"), racers: shown, steps, noise: noise >= 0 && noise <= MOST.noise ? noise : BEGINNING.noise, seed: whole("seed", 0, MOST.seed, BEGINNING.seed),
    at: whole("at", 0, steps, BEGINNING.at), chosen: whole("of", 0, shown.length - 1, Math.min(BEGINNING.chosen, shown.length - 1)),
  };
}

/** @param {string} text @param {any[]} optimizers @returns {Racer[]} none where it is no optimizer */
function racerOf(text, optimizers) {
  const [kind, ...parts] = text.split(":"), known = optimizers.find(({ name }) => name === kind)?.schema.properties;
  if (!known) return [];
  /** @type {Record<string, any>} */
  const settings = {};
  for (const part of parts) {
    const [name, value] = part.split("="), property = known[name];
    if (!property || name === "kind" || value === undefined) continue;
    if (property.type === "boolean") settings[name] = value === "true";
    else if (value.trim() && Number.isFinite(Number(value))) settings[name] = Number(value);
  }
  return [/** @type {Racer} */ ({ kind, learning_rate: known.learning_rate.default, ...settings })];
}
