/** What the network learns from: kind, noise, count, own points and own tables, features. */
import { api } from "../api.js";
import { drawThumbnail } from "../charts/plane.js";
import { byId, entryText, explain, h, rebuild, roving, sliderField } from "../dom.js";
import { named, pick, t } from "../words.js";

/** @param {import("../session.js").Session} session */
export function mountData(session) {
  const { store } = session;
  store.on(["network", "language", "theme"], (s) => {
    if (!s.network) return;
    drawKinds(session);
    drawFields(session);
    drawFeatures(session);
    drawPresets(session);
  });
  byId("upload").addEventListener("click", () => /** @type {HTMLDialogElement} */ (byId("upload-dialog")).showModal());
  mountUpload(session);
  roving(byId("thumbs"));
}

/** @param {import("../session.js").Session} session */
function drawKinds(session) {
  const { catalog, network, theme } = session.store.state;
  const box = byId("thumbs");
  const kinds = catalog.datasets.filter((/** @type {any} */ d) => d.preview);
  if (box.dataset.theme !== theme + kinds.length + document.documentElement.lang) {
    box.dataset.theme = theme + kinds.length + document.documentElement.lang;
    box.replaceChildren(...kinds.map((/** @type {any} */ entry) => {
      const canvas = h("canvas", {});
      const button = h("button", { class: "thumb", type: "button", role: "radio", "data-kind": entry.name, onclick: () => void choose(session, entry) }, canvas, h("span", {}, named(entry.name)));
      explain(button, () => entryText(entry));
      requestAnimationFrame(() => drawThumbnail(canvas, entry.preview));
      return button;
    }));
  }
  for (const button of box.children) {
    const chosen = /** @type {HTMLElement} */ (button).dataset.kind === network?.spec.dataset.kind;
    button.setAttribute("aria-checked", String(chosen));
    /** @type {HTMLElement} */ (button).tabIndex = chosen ? 0 : -1;
  }
}

/**
 * Another dataset; the loss follows where the old one cannot be used.
 * @param {import("../session.js").Session} session
 * @param {any} entry
 */
async function choose(session, entry) {
  if (session.spec.dataset.kind === entry.name) return;
  /** @type {any} */
  const change = { dataset: { kind: entry.name } };
  Object.assign(change, suitingLoss(session, entry.task));
  await session.patch(change, "dataset");
}

/**
 * @param {import("../session.js").Session} session
 * @param {string} task
 */
function suitingLoss(session, task) {
  const classes = ["cross_entropy", "binary_cross_entropy", "hinge"].includes(session.spec.loss);
  if (task === "regression" && classes) return { loss: "mse", output: { activation: null } };
  if (task === "classification" && !classes) return { loss: "cross_entropy", output: { activation: null } };
  return {};
}

/** @param {import("../session.js").Session} session */
function drawFields(session) {
  const { catalog, network } = session.store.state;
  const box = byId("data-fields");
  const spec = network?.spec.dataset;
  const touched = Boolean(spec.points?.length || spec.erased?.length);
  const key = JSON.stringify([{ ...spec, points: 0, erased: 0 }, touched, document.documentElement.lang]);
  if (box.dataset.of === key) return;
  box.dataset.of = key;
  const entry = catalog.datasets.find((/** @type {any} */ d) => d.name === spec.kind);
  const fields = [];
  for (const [name, property] of Object.entries(entry.schema.properties)) {
    const p = /** @type {any} */ (property);
    const idle = spec.kind === "drawn" && name !== "kind";
    if (["kind", "points", "erased", "id"].includes(name) || idle) continue;
    const whole = p.type === "integer";
    const max = name === "samples" ? 1000 : name === "seed" ? 100 : (p.maximum ?? 1);
    const field = sliderField(t(`data.${name}`), { min: name === "samples" ? 10 : (p.minimum ?? 0), max, step: whole ? 1 : 0.01, value: spec[name], hardMin: p.minimum ?? 0, hardMax: p.maximum }, (v) =>
      void session.patch((now) => ({ dataset: { ...now.dataset, [name]: whole ? Math.round(v) : v } }), name));
    fields.push(explain(field.field, () => ({ text: t(`tip.data.${name}`) })));
  }
  if (touched) {
    fields.push(h("button", { type: "button", onclick: () => void session.patch((now) => ({ dataset: { ...now.dataset, points: [], erased: [] } }), "points") }, t("clearPoints")));
  }
  rebuild(box, ...fields);
}

/** @param {import("../session.js").Session} session */
function drawFeatures(session) {
  const { catalog, network, dataset } = session.store.state;
  const box = byId("features");
  const view = dataset?.view ?? "plane";
  box.parentElement?.toggleAttribute("hidden", view === "table");
  rebuild(box, ...catalog.features.filter((/** @type {any} */ f) => view === "plane" || f.columns === 1).map((/** @type {any} */ feature) => {
    const input = h("input", { type: "checkbox", checked: network?.inputs.includes(feature.name) ?? false, "data-name": feature.name });
    input.addEventListener("change", () => {
      const wanted = input.checked;
      if (!wanted && network?.inputs.length === 1) {
        input.checked = true;
        session.say("note", "oneFeature");
        return;
      }
      void session.patch((now) => ({
        features: catalog.features.map((/** @type {any} */ f) => f.name).filter((/** @type {string} */ name) =>
          name === feature.name ? wanted : now.features.includes(name)),
      }), "features");
    });
    return explain(h("label", { class: "check" }, input, named(feature.name)), () => ({ text: t("tip.feature"), formula: feature.formula }));
  }));
}

/** @param {import("../session.js").Session} session */
function drawPresets(session) {
  const { catalog } = session.store.state;
  const box = byId("presets");
  if (box.dataset.of === document.documentElement.lang) return;
  box.dataset.of = document.documentElement.lang;
  box.replaceChildren(...catalog.presets.map((/** @type {any} */ preset) =>
    explain(h("button", { type: "button", "data-preset": preset.name, onclick: async () => {
      if (await session.patch(preset.spec, "preset", true)) session.say("note", "presetOpened", pick(preset.title), ["undo"]);
    } }, pick(preset.title)), () => ({ text: pick(preset.summary) }))));
}

/** @param {import("../session.js").Session} session */
function mountUpload(session) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("upload-dialog"));
  const text = /** @type {HTMLTextAreaElement} */ (byId("upload-text"));
  const file = /** @type {HTMLInputElement} */ (byId("upload-file"));
  const problem = byId("upload-problem");
  file.addEventListener("change", async () => {
    const chosen = file.files?.[0];
    if (chosen) text.value = await chosen.text();
  });
  byId("upload").addEventListener("click", () => {
    problem.textContent = "";
    text.removeAttribute("aria-invalid");
  });
  byId("upload-cancel").addEventListener("click", () => dialog.close());
  byId("upload-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    text.removeAttribute("aria-invalid");
    if (!text.value.trim()) {
      problem.textContent = t("uploadEmpty");
      return;
    }
    try {
      const made = await api.upload(text.value, file.files?.[0]?.name.slice(0, 80) || "own");
      const task = made.class_names.length ? "classification" : "regression";
      const done = await session.patch({ dataset: made.dataset, ...suitingLoss(session, task) }, "dataset");
      if (!done) problem.textContent = session.store.state.message?.text ?? "";
      if (done) {
        dialog.close();
        text.value = "";
        file.value = "";
        session.say("note", "tableOpened", `${made.name}: ${made.rows} × ${made.columns.length} → ${made.target}`);
      }
    } catch (error) {
      problem.textContent = error instanceof Error ? error.message : String(error);
      text.setAttribute("aria-invalid", "true");
    }
  });
}
