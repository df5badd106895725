/** What the network learns from: kind, noise, count, own points and own tables, features. */
import { api } from "../api.js";
import { drawThumbnail } from "../charts/plane.js";
import { drawSmall } from "../charts/samples.js";
import { byId, entryText, explain, h, rebuild, roving } from "../dom.js";
import { schemaField } from "../fields.js";
import { named, pick, t, told } from "../words.js";

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
  mountOwnText(session);
  roving(byId("thumbs"));
}

const VIEWS = ["plane", "curve", "table", "image", "sequence", "text"];

/** @param {import("../session.js").Session} session */
function drawKinds(session) {
  const { catalog, network, theme } = session.store.state;
  const box = byId("thumbs");
  const kinds = catalog.datasets.filter((/** @type {any} */ d) => d.preview);
  if (box.dataset.theme !== theme + kinds.length + document.documentElement.lang) {
    box.dataset.theme = theme + kinds.length + document.documentElement.lang;
    box.replaceChildren(...VIEWS.flatMap((view) => [
      h("h3", { role: "presentation" }, t(`view.${view}`)),
      ...kinds.filter((/** @type {any} */ d) => d.view === view).map((/** @type {any} */ entry) => thumbnail(session, entry)),
      ...(view === "text" ? [ownText(session)] : []),
    ]));
  }
  let any = false;
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("[role=radio]"))) {
    const chosen = button.dataset.kind === network?.spec.dataset.kind;
    button.setAttribute("aria-checked", String(chosen));
    button.tabIndex = chosen ? 0 : -1;
    any ||= chosen;
  }
  if (!any) /** @type {HTMLElement} */ (box.querySelector("[role=radio]")).tabIndex = 0;
}

/**
 * @param {import("../session.js").Session} session
 * @param {any} entry
 */
function thumbnail(session, entry) {
  const canvas = h("canvas", {});
  const button = h("button", { class: "thumb", type: "button", role: "radio", "data-kind": entry.name, onclick: () => void choose(session, entry) }, canvas, h("span", {}, named(entry.name)));
  explain(button, () => entryText(entry));
  const rows = ["plane", "curve", "table"].includes(entry.view);
  requestAnimationFrame(() => (rows ? drawThumbnail : drawSmall)(canvas, entry.preview));
  return button;
}

/** Text of one's own opens a dialog first. @param {import("../session.js").Session} session */
function ownText(session) {
  const entry = session.store.state.catalog.datasets.find((/** @type {any} */ d) => d.name === "own_text");
  const button = h("button", { class: "thumb", type: "button", role: "radio", "data-kind": "own_text", "aria-haspopup": "dialog", onclick: () => {
    const { spec } = /** @type {import("../types.js").Network} */ (session.store.state.network);
    const text = /** @type {HTMLTextAreaElement} */ (byId("text-own"));
    if (spec.dataset.kind === "own_text" && !text.value) text.value = spec.dataset.text;
    byId("text-problem").textContent = "";
    /** @type {HTMLDialogElement} */ (byId("text-dialog")).showModal();
  } }, h("span", { class: "glyph" }, "Aa…"), h("span", {}, named("own_text")));
  return explain(button, () => entryText(entry));
}

/** Views whose samples are rows share one kind of network; any other view needs its own. @param {string} view */
const family = (view) => (["plane", "curve", "table"].includes(view) ? "rows" : view);

/**
 * Another dataset, with what suits it where the old network could not take it.
 * @param {import("../session.js").Session} session
 * @param {any} entry
 */
async function choose(session, entry) {
  if (session.spec.dataset.kind === entry.name) return;
  await session.patch((now) => ({ dataset: { kind: entry.name }, ...suited(session, now, entry) }), "dataset");
}

/**
 * @param {import("../session.js").Session} session
 * @param {any} now the spec
 * @param {any} entry
 */
function suited(session, now, entry) {
  const { catalog } = session.store.state;
  const before = catalog.datasets.find((/** @type {any} */ d) => d.name === now.dataset.kind);
  if (family(before.view) === family(entry.view)) return suitingLoss(session, now.loss, entry.task, entry.suits.loss);
  const { optimizer, batch_size, initializer, clipping } = catalog.defaults;
  return { optimizer, batch_size, initializer, clipping, ...entry.suits, output: { activation: null } };
}

/**
 * The loss follows where the old one cannot be used.
 * @param {import("../session.js").Session} session
 * @param {string} name of the loss now
 * @param {string} task
 * @param {string} suits
 */
function suitingLoss(session, name, task, suits) {
  const { asks } = session.store.state.catalog.losses.find((/** @type {any} */ l) => l.name === name);
  const fits = asks === "any" || name === suits || (asks === "classes" && task === "classification");
  return fits ? {} : { loss: suits, output: { activation: null } };
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
    if (["kind", "points", "erased", "id", "text"].includes(name) || spec.kind === "drawn") continue;
    fields.push(schemaField("data", name, property, spec[name], (v) => void session.patch((now) => ({ dataset: { ...now.dataset, [name]: v } }), name)));
  }
  if (touched) {
    fields.push(h("button", { type: "button", onclick: () => void session.patch((now) => ({ dataset: { ...now.dataset, points: [], erased: [] } }), "points") }, t("clearPoints")));
  }
  rebuild(box, ...fields);
}

/** @param {import("../session.js").Session} session */
function mountOwnText(session) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("text-dialog"));
  const text = /** @type {HTMLTextAreaElement} */ (byId("text-own"));
  const problem = byId("text-problem");
  text.addEventListener("input", () => { problem.textContent = ""; });
  byId("text-cancel").addEventListener("click", () => dialog.close());
  byId("text-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const entry = session.store.state.catalog.datasets.find((/** @type {any} */ d) => d.name === "own_text");
    const most = entry.schema.properties.text.maxLength, count = [...text.value].length;
    if (!text.value.trim()) problem.textContent = t("textEmpty");
    else if (count > most) problem.textContent = t("textTooLong", { n: count.toLocaleString("en"), most: most.toLocaleString("en") });
    else if (await session.patch((now) => ({ dataset: { ...(now.dataset.kind === "own_text" ? now.dataset : {}), kind: "own_text", text: text.value }, ...suited(session, now, entry) }), "dataset")) dialog.close();
    else {
      problem.textContent = told(session.store.state.message?.problem);
      session.store.set({ message: null });
    }
  });
}

/** @param {import("../session.js").Session} session */
function drawFeatures(session) {
  const { catalog, network, dataset } = session.store.state;
  const box = byId("features");
  const view = dataset?.view ?? "plane";
  box.parentElement?.toggleAttribute("hidden", !["plane", "curve"].includes(view));
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
          name === feature.name ? wanted : /** @type {string[]} */ (now.features).includes(name)),
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
      const done = await session.patch((now) => ({ dataset: made.dataset, ...suited(session, now, { view: "table", task, suits: made.suits }) }), "dataset");
      if (!done) problem.textContent = told(session.store.state.message?.problem);
      if (done) {
        dialog.close();
        text.value = "";
        file.value = "";
        session.say("note", "tableOpened", `${made.name}: ${made.rows} × ${made.columns.length} → ${made.target}`);
      }
    } catch (error) {
      problem.textContent = told(error);
      text.setAttribute("aria-invalid", "true");
    }
  });
}
