/** The settings of training, all changeable while it trains, made from the catalog. */
import { anchored, byId, entryText, explain, h, rebuild, selectField, sliderField } from "../dom.js";
import { defaultsOf, schemaField } from "../fields.js";
import { wishedSpec } from "../wishing.js";
import { named, t } from "../words.js";

/** @typedef {NonNullable<import("../wire.js").PatchIn["loss"]>} Loss */
/** @typedef {NonNullable<import("../wire.js").PatchIn["initializer"]>} Initializer */

/** @typedef {import("../session.js").State} State */

/** @param {import("../session.js").Session} session */
export function mountSettings(session) {
  const box = byId("settings"), more = byId("more-fields");
  const { store } = session;
  // Where settings ask what would be, a slider does so while it moves; what is under the hand stays.
  let moving = false;
  for (const part of [box, more]) {
    part.addEventListener("input", ({ target }) => {
      if (!store.state.wished || !(target instanceof HTMLInputElement) || target.type !== "range") return;
      moving = true;
      target.dispatchEvent(new Event("change"));
      moving = false;
    });
  }
  const build = (/** @type {State} */ s) => {
    box.classList.toggle("asking", s.wished !== null);
    if (!s.network || moving || box.dataset.of === key(s)) return;
    box.dataset.of = key(s);
    const fields = allFields(session, s);
    rebuild(byId("main-fields"), ...MAIN.map((name) => fields[name]));
    rebuild(more, ...Object.keys(fields).filter((name) => !MAIN.includes(name)).map((name) => fields[name]));
  };
  store.on(["network", "dataset", "language", "wished"], build);
  session.store.on(["rate", "network", "language"], (s) => {
    if (s.network) byId("more-now").textContent = unusual(s).join(" · ");
  });
  anchored(byId("more"), byId("more-settings"));
  // Where the strip is scrolled, it begins again at its beginning once something has been chosen.
  const begin = () => box.scrollTo({ left: 0 });
  box.addEventListener("change", (event) => event.target instanceof HTMLSelectElement && begin());
  byId("more-settings").addEventListener("toggle", (event) => /** @type {ToggleEvent} */ (event).newState === "closed" && begin());
}

/** What one turns all the time; all else is behind one button. */
const MAIN = ["optimizer", "learning_rate", "batch_size", "loss", "l2"];

/**
 * What of the settings out of sight is not as it is by itself.
 * @param {State} s
 */
function unusual(s) {
  const { spec, learning_rate } = /** @type {import("../types.js").Network} */ (s.network), { defaults, optimizers } = s.catalog;
  const { schedule, clipping, average, optimizer, regularization } = spec;
  const own = Object.entries(find(optimizers, optimizer.kind).schema.properties).filter(([name, p]) =>
    !["kind", "learning_rate"].includes(name) && JSON.stringify(optimizer[name]) !== JSON.stringify(/** @type {any} */ (p).default));
  return [
    ...own.map(([name]) => `${named(name, "optimizer")}${typeof optimizer[name] === "boolean" ? "" : ` ${optimizer[name]}`}`),
    ...(regularization.l1 ? [`L1 ${regularization.l1}`] : []),
    ...(spec.initializer === defaults.initializer ? [] : [named(spec.initializer)]),
    ...(spec.seed === defaults.seed ? [] : [`${t("seed")} ${spec.seed}`]),
    ...(schedule.kind === "constant" ? [] : [`${named(schedule.kind, "schedule")}: ${t("rateNow", { rate: tiny(s.rate ?? learning_rate) })}`]),
    ...(clipping.value || clipping.norm ? [named("clipping")] : []), ...(average ? [named("average")] : []), ...(spec.class_weight === "none" ? [] : [named("class_weight")]),
  ];
}

/** @param {number} rate */
const tiny = (rate) => (rate >= 1e-3 ? rate.toFixed(5) : rate.toExponential(2));

/** What the fields are made from. @param {State} s */
const key = (s) => JSON.stringify([wishedSpec(s), s.network?.samples, s.dataset?.task, s.language]);

const entries = (/** @type {any[]} */ list, /** @type {string} */ scope = "") => list.map((e) => ({ value: e.name, text: named(e.name, scope) }));
const find = (/** @type {any[]} */ list, /** @type {string} */ name) => list.find((e) => e.name === name);

/**
 * The losses that can compare what this data asks for.
 * @param {State} s
 */
function fittingLosses(s) {
  const { dataset, network, catalog } = s;
  const now = network?.spec.loss;
  const counts = dataset && !dataset.classes && [dataset.targets, dataset.test_targets].every((list) => list.every((v) => v >= 0));
  return catalog.losses.filter((/** @type {any} */ loss) => {
    if (loss.name === now) return true;
    if (dataset?.view === "text") return loss.asks === "steps";
    if (loss.asks === "counts") return counts;
    return loss.asks === "any" || (loss.asks === "classes" && dataset?.task === "classification");
  });
}

/**
 * Every setting by its name, in the order it is shown.
 * @param {import("../session.js").Session} session
 * @param {State} s
 * @returns {Record<string, HTMLElement>}
 */
function allFields(session, s) {
  const network = /** @type {import("../types.js").Network} */ (s.network);
  const spec = wishedSpec(s), { catalog } = s, now = () => wishedSpec(session.store.state);
  const optimizer = selectField(t("optimizer"), entries(catalog.optimizers), spec.optimizer.kind, (kind) =>
    void session.patch({ optimizer: { ...defaultsOf(find(catalog.optimizers, kind)), kind } }, "optimizer"));
  explain(optimizer.field, () => entryText(find(catalog.optimizers, now().optimizer.kind)));
  const loss = selectField(t("loss"), entries(fittingLosses(s)), spec.loss, (name) =>
    void session.patch({ loss: /** @type {Loss} */ (name), output: { activation: null } }, "loss"));
  explain(loss.field, () => entryText(find(catalog.losses, now().loss)));
  const initializer = selectField(t("initializer"), entries(catalog.initializers), spec.initializer, (name) =>
    void session.patch({ initializer: /** @type {Initializer} */ (name) }, "initializer"));
  explain(initializer.field, () => {
    const { text, formula } = entryText(find(catalog.initializers, now().initializer));
    return { text: `${text} ${t("tip.initializer")}`, formula };
  });
  const rate = sliderField(t("learningRate"), { min: 1e-5, max: 10, step: 0, value: spec.optimizer.learning_rate, log: true, hardMin: 0, hardMax: 1e6 },
    (v) => void session.patch((now) => ({ optimizer: { ...now.optimizer, learning_rate: v } }), "learningRate"));
  explain(rate.field, () => ({ text: t("tip.learningRate"), formula: find(catalog.optimizers, now().optimizer.kind)?.formula }));
  /** @type {Record<string, HTMLElement>} */
  const sliders = {};
  for (const [name, property] of Object.entries(find(catalog.optimizers, spec.optimizer.kind).schema.properties)) {
    if (name === "kind" || name === "learning_rate") continue;
    sliders[name] = schemaField("optimizer", name, property, spec.optimizer[name], (v) => void session.patch((now) => ({ optimizer: { ...now.optimizer, [name]: v } }), name));
  }
  const batch = sliderField(t("batchSize"), { min: 1, max: Math.max(2, network.samples), step: 1, value: spec.batch_size, log: true, hardMax: 20000 },
    (v) => void session.patch({ batch_size: Math.max(1, Math.round(v)) }, "batchSize"));
  explain(batch.field, () => ({ text: t("tip.batchSize") }));
  for (const name of ["l1", "l2"]) {
    const penalty = sliderField(name.toUpperCase(), { min: 0, max: 0.1, step: 0.0005, value: spec.regularization[name], hardMax: 100 },
      (v) => void session.patch((now) => ({ regularization: { ...now.regularization, [name]: v } }), name));
    sliders[name] = explain(penalty.field, () => ({ text: t(`tip.${name}`) }));
  }
  const seed = h("input", { type: "number", min: "0", max: "4294967295", step: "1", value: String(spec.seed), "data-name": "seed" });
  seed.addEventListener("change", () => {
    const value = Number(seed.value);
    if (!seed.checkValidity() || seed.value === "") return seed.reportValidity();
    return void (session.store.state.wished ? session.patch({ seed: value }, "seed") : session.reset(value));
  });
  const seedField = explain(h("label", { class: "field" }, t("seed"), seed), () => ({ text: t("tip.seed") }));
  return { optimizer: optimizer.field, learning_rate: rate.field, batch_size: batch.field, loss: loss.field, ...sliders, initializer: initializer.field, seed: seedField, ...rareFields(session, s) };
}

/**
 * What is wanted less often: how the rate moves, what keeps updates small, the mean of the weights.
 * @param {import("../session.js").Session} session
 * @param {State} s
 */
function rareFields(session, s) {
  const spec = wishedSpec(s), { catalog } = s, now = () => wishedSpec(session.store.state), entry = find(catalog.schedules, spec.schedule.kind);
  const schedule = selectField(named("schedule"), entries(catalog.schedules, "schedule"), spec.schedule.kind, (kind) =>
    void session.patch({ schedule: defaultsOf(find(catalog.schedules, kind)) }, "schedule"));
  explain(schedule.field, () => entryText(find(catalog.schedules, now().schedule.kind)));
  const properties = Object.entries(entry.schema.properties).filter(([name]) => name !== "kind");
  const fields = properties.map(([name, property]) => [`schedule.${name}`, schemaField("schedule", name, property, spec.schedule[name],
    (v) => void session.patch((now) => ({ schedule: { ...now.schedule, [name]: v } }), name))]);
  const clips = Object.entries(catalog.spec_schema.$defs.Clipping.properties).map(([name, property]) => [`clipping.${name}`, schemaField("clipping", name, property, spec.clipping[name],
    (v) => void session.patch((now) => ({ clipping: { ...now.clipping, [name]: v } }), name))]);
  const average = schemaField("spec", "average", catalog.spec_schema.properties.average, spec.average, (v) => void session.patch({ average: v }, "average"));
  // The same optimizer where its every step can be seen.
  const race = h("a", { href: `/descent#with=${encodeURIComponent([spec.optimizer.kind, ...Object.entries(spec.optimizer).filter(([name]) => name !== "kind").map(([name, value]) => `${name}=${value}`)].join(":"))}` }, t("toDescent"));
  return { schedule: schedule.field, ...Object.fromEntries(fields), ...Object.fromEntries(clips), average, race };
}
