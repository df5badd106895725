/** What is descended on, from where, and by whom: surfaces, one's own formula, and the optimizers that race. */
import { classColours, shapeIcon } from "../canvas.js";
import { entryText, explain, h, math, rebuild, selectField } from "../dom.js";
import { schemaField } from "../fields.js";
import { followed } from "../functions/controls.js";
import { named, pick, t, told } from "../words.js";
import { BEGINNING, MOST } from "./link.js";

/** @import {Racer} from "./link.js" */
/** @import {SurfaceOut} from "../wire.js" */
/** @import {PageStore, State} from "./state.js" */

/** What of an optimizer stands in its row, besides the rate: the rest is behind its button. */
const IN_SIGHT = ["momentum", "nesterov"];

/** @param {State} s @param {number} k */
export function racerName(s, k) {
  const racer = s.racers[k], more = [...(racer.momentum ? [`μ ${racer.momentum}`] : []), ...(racer.nesterov ? ["Nesterov"] : [])].join(" ");
  return `${named(racer.kind)}${more ? ` (${more})` : ""}`;
}

/** The same where there is little room: by its kind, and a number where there are several. @param {State} s @param {number} k */
export function racerBrief(s, k) {
  const alike = s.racers.map(({ kind }, i) => (kind === s.racers[k].kind ? i : -1)).filter((i) => i >= 0);
  return `${named(s.racers[k].kind)}${alike.length > 1 ? ` ${alike.indexOf(k) + 1}` : ""}`;
}

/** @param {PageStore} store @param {HTMLElement} surfaces @param {HTMLElement} racers @param {HTMLElement} settings */
export function mountControls(store, surfaces, racers, settings) {
  mountSurfaces(store, surfaces);
  mountRacers(store, racers);
  mountSettings(store, settings);
}

/** @param {PageStore} store @param {HTMLElement} box */
function mountSurfaces(store, box) {
  const about = h("p", { id: "surface-about", class: "hint" }), formula = h("p", { id: "surface-formula", class: "formula" }), problem = h("p", { id: "problem", class: "refusal", role: "alert", hidden: true });
  const own = h("div", { class: "own" }), choices = h("div", { class: "chips" });
  box.append(choices, own, problem, formula, about);
  const build = () => {
    const s = store.state, { ground } = s, typed = "formula" in ground;
    choices.setAttribute("role", "group");
    choices.setAttribute("aria-label", t("descent.surface"));
    rebuild(choices, ...[...s.surfaces.map(({ name }) => name), "own"].map((name) => h("button", {
      type: "button", class: "chip", "data-name": `surface ${name}`, "data-of": name, "aria-pressed": String(typed ? name === "own" : name === ground.name),
      onclick: () => store.set({ ...(name === "own" ? { ground: ownOf(store.state) } : { ground: { name }, racers: suited(store.state, name) }), start: null, at: 0, playing: false }),
    }, t(`descent.surface.${name}`))));
    own.hidden = !typed;
    if (!typed) return own.replaceChildren();
    const input = h("input", { type: "text", value: ground.formula, maxLength: 300, spellcheck: false, "data-name": "formula", "aria-label": t("descent.formula"), "aria-describedby": "problem" });
    input.addEventListener("change", () => store.set({ ground: { ...ground, formula: input.value }, at: 0, playing: false }));
    const bound = (/** @type {"low" | "high"} */ end, /** @type {0 | 1} */ axis) => {
      const label = t(`descent.${end}`, { axis: "xy"[axis] }), number = h("input", { type: "number", step: "any", min: -MOST.coordinate, max: MOST.coordinate, value: String(ground[end][axis]), "aria-label": label, "data-name": label });
      number.addEventListener("change", () => {
        if (number.value === "" || !number.checkValidity()) return void number.reportValidity();
        store.set({ ground: { ...ground, [end]: ground[end].map((value, k) => (k === axis ? Number(number.value) : value)) }, start: null, at: 0 });
      });
      return number;
    };
    const line = (/** @type {0 | 1} */ axis) => h("div", { class: "bounds" }, bound("low", axis), h("span", {}, `≤ ${"xy"[axis]} ≤`), bound("high", axis));
    rebuild(own, h("label", { class: "field" }, "f(x, y) =", input), line(0), line(1), h("p", { class: "hint" }, t("descent.formulaHint")));
    return undefined;
  };
  store.on(["ground", "surfaces", "language"], build);
  store.on(["values", "ground", "language"], ({ values, ground }) => {
    formula.replaceChildren(...[math(values?.formula)].filter((one) => one !== null));
    about.textContent = "formula" in ground ? "" : pick(/** @type {any} */ (values?.summary ?? {}));
  });
  store.on(["refused", "language"], ({ refused }) => {
    problem.hidden = !refused;
    problem.textContent = refused ? told(refused) : "";
    box.querySelector("input[type=text]")?.setAttribute("aria-invalid", String(Boolean(refused)));
  });
}

/** Those who race, at rates that another surface bears. @param {State} s @param {string} name of the surface */
const suited = (s, name) => s.racers.map((racer) => ({ ...racer, learning_rate: usual(s.catalog.optimizers, racer.kind, s.surfaces.find((one) => one.name === name)) }));

/** One's own begins with the formula of what is shown, to be changed. @param {State} s */
const ownOf = ({ ground, values }) => ("formula" in ground || !values ? { formula: "x^2 + 3 sin(y)^2", low: [-3, -3], high: [3, 3] } : { formula: values.text, low: values.low, high: values.high });

/** @param {PageStore} store @param {HTMLElement} box */
function mountRacers(store, box) {
  const list = h("div", { class: "racers", role: "group" }), add = h("button", { type: "button", id: "add-racer" });
  box.append(list, add);
  let setting = false;
  const change = (/** @type {number} */ k, /** @type {Partial<Racer>} */ changes) => {
    setting = true;
    store.set({ racers: store.state.racers.map((one, i) => (i === k ? /** @type {Racer} */ ({ ...one, ...changes }) : one)) });
    setting = false;
  };
  const row = (/** @type {State} */ s, /** @type {number} */ k) => {
    const racer = s.racers[k], { optimizers } = s.catalog, entry = optimizers.find((/** @type {any} */ one) => one.name === racer.kind), { properties } = entry.schema;
    const kind = selectField(t("descent.optimizer", { n: k + 1 }), optimizers.map((/** @type {any} */ one) => ({ value: one.name, text: named(one.name) })), racer.kind,
      // Another kind has another scale: its own usual rate, and nothing of what the other was set to.
      (value) => store.set({ racers: store.state.racers.map((one, i) => (i === k ? { kind: value, learning_rate: usual(optimizers, value, store.state.values) } : one)) }));
    explain(kind.field, () => entryText(entry));
    const rate = followed(t("learningRate"), { min: 1e-4, max: 10, step: 0, log: true, value: racer.learning_rate, hardMin: 0, hardMax: 1e6 }, (value) => change(k, { learning_rate: value }));
    rate.set(racer.learning_rate);
    const field = (/** @type {string} */ name) => schemaField("optimizer", name, properties[name], racer[name] ?? properties[name].default, (value) => change(k, { [name]: value }));
    const more = Object.keys(properties).filter((name) => name !== "kind" && name !== "learning_rate" && !IN_SIGHT.includes(name));
    const choose = h("button", { type: "button", class: "quiet choose", "data-name": `choose ${k}`, "aria-pressed": String(k === s.chosen), "data-tip": "descent.chooseTip", onclick: () => store.set({ chosen: k }) }, shapeIcon(k), h("span", { class: "visually-hidden" }, t("descent.choose", { name: racerName(s, k) })));
    return h("div", { class: `racer${k === s.chosen ? " chosen" : ""}` },
      h("div", { class: "row" }, choose, kind.select, h("button", { type: "button", class: "quiet", "data-name": `remove ${k}`, disabled: s.racers.length < 2, "aria-label": t("descent.remove", { name: racerName(s, k) }), onclick: () => drop(k) }, "×")),
      rate.field, ...IN_SIGHT.filter((name) => properties[name]).map(field),
      more.length ? h("details", {}, h("summary", {}, t("descent.more")), ...more.map(field)) : null);
  };
  const drop = (/** @type {number} */ k) => {
    const { racers, chosen } = store.state, left = racers.filter((_, i) => i !== k);
    store.set({ racers: left, chosen: Math.min(left.length - 1, chosen > k ? chosen - 1 : chosen) });
  };
  add.addEventListener("click", () => {
    const { racers, catalog } = store.state, taken = new Set(racers.map(({ kind }) => kind)), next = ["sgd", "adam", "rmsprop", "adagrad", "nadam", "adamax", "rprop", "adadelta"].find((kind) => !taken.has(kind)) ?? "sgd";
    store.set({ racers: [...racers, { kind: next, learning_rate: usual(catalog.optimizers, next, store.state.values) }], chosen: racers.length });
  });
  // What is set in a row stays in its place; what comes from elsewhere, another surface or what was undone, is written anew.
  let built = "";
  store.on(["racers", "chosen", "language", "catalog"], (s) => {
    const now = JSON.stringify([s.language, s.chosen, s.racers.map(({ kind }) => kind)]);
    if (now === built && setting) return;
    built = now;
    list.setAttribute("aria-label", t("descent.racers"));
    add.textContent = t("descent.add");
    add.disabled = s.racers.length >= MOST.racers;
    const open = [...list.querySelectorAll("details")].map((one) => one.open);
    rebuild(list, ...s.racers.map((_, k) => row(s, k)));
    [...list.querySelectorAll("details")].forEach((one, k) => { one.open = open[k] ?? false; });
  });
}

/**
 * The rate that a kind begins with on a surface: where steps go by the slope, at least in the beginning, what the surface bears; where they are as long as the rate
 * says, a fortieth of the way across.
 * @param {any[]} optimizers @param {string} kind @param {SurfaceOut | null | undefined} surface
 */
function usual(optimizers, kind, surface) {
  const known = optimizers.find((one) => one.name === kind).schema.properties.learning_rate.default;
  if (!surface || ["adadelta", "lbfgs"].includes(kind)) return known;
  return ["sgd", "radam"].includes(kind) ? surface.rate : Number(((surface.high[0] - surface.low[0]) / 40).toPrecision(1));
}

/** @param {PageStore} store @param {HTMLElement} box */
function mountSettings(store, box) {
  /** @type {Record<"steps" | "noise" | "seed", ReturnType<typeof followed>>} */
  let sliders;
  store.on(["language"], (s) => {
    sliders = {
      steps: followed(t("descent.steps"), { min: 10, max: MOST.steps, step: 0, log: true, value: s.steps, hardMin: 1 }, (value) => store.set({ steps: Math.max(1, Math.round(value)) })),
      noise: followed(t("descent.noise"), { min: 0, max: MOST.noise, step: 0.05, value: s.noise }, (noise) => store.set({ noise })),
      seed: followed(t("seed"), { min: 0, max: MOST.seed, step: 1, value: s.seed }, (value) => store.set({ seed: Math.round(value) })),
    };
    explain(sliders.noise.field, () => ({ text: t("descent.noiseTip") }));
    rebuild(box, ...Object.values(sliders).map(({ field }) => field), h("button", { type: "button", class: "quiet", id: "as-before", onclick: () => store.set({ ...BEGINNING, playing: false }) }, t("descent.asBefore")));
  });
  store.on(["steps", "noise", "seed", "language"], (s) => {
    sliders.steps.set(s.steps);
    sliders.noise.set(s.noise);
    sliders.seed.set(s.seed);
  });
}

/** The colour of a racer, as the page's own. @param {number} k */
export const colourOf = (k) => classColours()[k % 8];
