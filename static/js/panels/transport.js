/** Play, step, reset, speed; and the settings of training, all changeable while it trains. */
import { byId, entryText, explain, h, rebuild, selectField, sliderField } from "../dom.js";
import { SPEEDS } from "../session.js";
import { named, t } from "../words.js";

/** @param {import("../session.js").Session} session */
export function mountTransport(session) {
  const { store } = session;
  const play = byId("play"), step = byId("step"), stepKind = /** @type {HTMLSelectElement} */ (byId("step-kind"));
  const speed = /** @type {HTMLInputElement} */ (byId("speed"));
  play.addEventListener("click", () => void session.toggle());
  byId("reset").addEventListener("click", () => void session.reset());
  step.addEventListener("click", () => void session.step(amount()));
  byId("undo").addEventListener("click", () => void session.undo());
  byId("redo").addEventListener("click", () => void session.redo());
  speed.max = String(SPEEDS.length - 1);
  speed.addEventListener("input", () => void session.setSpeed(Number(speed.value)));

  store.on(["frame", "dataset", "connection", "waiting", "speed", "canUndo", "canRedo", "language"], (s) => {
    const playing = s.frame?.state === "playing", live = s.connection === "live";
    play.textContent = playing ? `❚❚ ${t("pause")}` : `▶ ${t("play")}`;
    const stuck = s.frame?.state === "diverged" || s.dataset?.inputs.length === 0;
    play.toggleAttribute("disabled", !live || stuck);
    step.toggleAttribute("disabled", !live || s.waiting || stuck);
    byId("reset").toggleAttribute("disabled", !live);
    byId("undo").toggleAttribute("disabled", !live || !s.canUndo);
    byId("redo").toggleAttribute("disabled", !live || !s.canRedo);
    speed.value = String(s.speed);
    const rate = SPEEDS[s.speed];
    const text = rate === null ? t("fullSpeed") : t("stepsPerSecond", { n: rate.toLocaleString("en") });
    byId("speed-value").textContent = text;
    speed.setAttribute("aria-valuetext", text);
    byId("count-step").textContent = grouped(s.frame?.step ?? 0);
    byId("count-epoch").textContent = grouped(s.frame?.epoch ?? 0);
  });

  function amount() {
    const [kind, count] = stepKind.value.split(" ");
    return kind === "epoch" ? { epochs: Number(count) } : { steps: Number(count) };
  }
}

/** @param {number} n */
const grouped = (n) => (n >= 1e8 ? `${(n / 1e6).toFixed(0)}M` : n.toLocaleString("en").replaceAll(",", "\u2009"));

/** @param {import("../session.js").Session} session */
export function mountSettings(session) {
  const box = byId("settings");
  const build = (/** @type {import("../session.js").State} */ s) => {
    if (!s.network || box.dataset.of === key(s)) return;
    box.dataset.of = key(s);
    const { spec } = s.network, { catalog } = s;
    const entries = (/** @type {any[]} */ list) => list.map((e) => ({ value: e.name, text: named(e.name) }));
    const find = (/** @type {any[]} */ list, /** @type {string} */ name) => list.find((e) => e.name === name);

    const optimizer = selectField(t("optimizer"), entries(catalog.optimizers), spec.optimizer.kind, (kind) =>
      void session.patch({ optimizer: { ...withDefaults(find(catalog.optimizers, kind)), kind } }, "optimizer"));
    explain(optimizer.field, () => entryText(find(catalog.optimizers, session.spec.optimizer.kind)));
    const regression = s.dataset?.task === "regression";
    const losses = catalog.losses.filter((/** @type {any} */ l) => !regression || l.task === "any");
    const loss = selectField(t("loss"), entries(losses), spec.loss, (name) =>
      void session.patch({ loss: name, output: { activation: null } }, "loss"));
    explain(loss.field, () => entryText(find(catalog.losses, session.spec.loss)));
    const initializer = selectField(t("initializer"), entries(catalog.initializers), spec.initializer, (name) =>
      void session.patch({ initializer: name }, "initializer"));
    explain(initializer.field, () => {
      const { text, formula } = entryText(find(catalog.initializers, session.spec.initializer));
      return { text: `${text} ${t("tip.initializer")}`, formula };
    });

    const sliders = [];
    const rate = sliderField(t("learningRate"), { min: 1e-5, max: 10, step: 0, value: spec.optimizer.learning_rate, log: true, hardMin: 0, hardMax: 1e6 },
      (v) => void session.patch((now) => ({ optimizer: { ...now.optimizer, learning_rate: v } }), "learningRate"));
    sliders.push(explain(rate.field, () => ({ text: t("tip.learningRate"), formula: find(catalog.optimizers, session.spec.optimizer.kind)?.formula })));
    for (const [name, property] of Object.entries(find(catalog.optimizers, spec.optimizer.kind).schema.properties)) {
      if (name === "kind" || name === "learning_rate") continue;
      sliders.push(optimizerField(session, name, /** @type {any} */ (property), spec.optimizer[name]));
    }
    const samples = Math.max(1, s.network.samples);
    const batch = sliderField(t("batchSize"), { min: 1, max: Math.max(2, samples), step: 1, value: spec.batch_size, log: true, hardMax: 20000 },
      (v) => void session.patch({ batch_size: Math.max(1, Math.round(v)) }, "batchSize"));
    sliders.push(explain(batch.field, () => ({ text: t("tip.batchSize") })));
    for (const name of ["l1", "l2"]) {
      const penalty = sliderField(name.toUpperCase(), { min: 0, max: 0.1, step: 0.0005, value: spec.regularization[name], hardMax: 100 },
        (v) => void session.patch((now) => ({ regularization: { ...now.regularization, [name]: v } }), name));
      sliders.push(explain(penalty.field, () => ({ text: t(`tip.${name}`) })));
    }
    const seed = h("input", { type: "number", min: "0", max: "4294967295", step: "1", value: String(spec.seed), "data-name": "seed" });
    seed.addEventListener("change", () => seed.checkValidity() && seed.value !== "" ? void session.reset(Number(seed.value)) : seed.reportValidity());
    const seedField = explain(h("label", { class: "field" }, t("seed"), seed), () => ({ text: t("tip.seed") }));

    rebuild(box, optimizer.field, ...sliders.slice(0, 1), loss.field, ...sliders.slice(1), initializer.field, seedField);
  };
  session.store.on(["network", "language"], build);
}

/** What the fields are made from. @param {import("../session.js").State} s */
const key = (s) => JSON.stringify([s.network?.spec, s.network?.samples, s.language]);

/** @param {any} entry */
function withDefaults(entry) {
  /** @type {any} */
  const values = {};
  for (const [name, property] of Object.entries(entry.schema.properties)) values[name] = /** @type {any} */ (property).default;
  return values;
}

/**
 * A control made from the schema of an optimizer's setting.
 * @param {import("../session.js").Session} session
 * @param {string} name
 * @param {any} property
 * @param {any} value
 */
function optimizerField(session, name, property, value) {
  const change = (/** @type {any} */ v) => void session.patch((now) => ({ optimizer: { ...now.optimizer, [name]: v } }), name);
  if (property.type === "boolean") {
    const box = h("input", { type: "checkbox", checked: value, onchange: () => change(box.checked), "data-name": name });
    return explain(h("label", { class: "check" }, box, named(name)), () => ({ text: t(`tip.${name}`) }));
  }
  const low = property.minimum ?? property.exclusiveMinimum ?? 0, high = property.exclusiveMaximum ?? property.maximum ?? 1;
  const hardMin = property.exclusiveMinimum === undefined ? low : low + 1e-12;
  const hardMax = property.exclusiveMaximum === undefined ? high : high - 1e-6;
  const usual = property.default;
  // What is tiny by nature, or has room for many orders of magnitude, moves by factors.
  const range = usual > 0 && (usual < 1e-3 || high > 100)
    ? { min: usual / 1e4, max: Math.min(high, usual * 1e4), step: 0, value, log: true, hardMin, hardMax }
    : { min: low, max: property.exclusiveMaximum === undefined ? high : high - 0.001, step: 0.001, value, hardMin, hardMax };
  const field = sliderField(named(name), range, change);
  return explain(field.field, () => ({ text: t(`tip.${name}`) }));
}
