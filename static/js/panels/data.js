/** What the network learns from: the gallery, the chosen data set's own settings, its features. */
import { lazily } from "../assets.js";
import { byId, explain, h, rebuild } from "../dom.js";
import { schemaField } from "../fields.js";
import { dataName } from "../names.js";
import { named, pick, t } from "../words.js";
import { mountGallery } from "./gallery.js";
import { entryOf } from "./recipes.js";

/** @param {import("../session.js").Session} session */
export function mountData(session) {
  const { store } = session;
  mountGallery(session);
  const curve = lazily("js/panels/curve-brush.js", (module) => module.mountCurveBrush(session));
  const rule = lazily("js/panels/own-rule.js", (module) => module.mountRule(session));
  store.on(["network", "dataset", "language"], (s) => {
    if (!s.network || !s.dataset) return;
    drawHead(session);
    drawFields(session, rule);
    if (s.dataset.kind === "drawn_curve") void session.try(curve);
    drawFeatures(session);
  });
}

/** Its name, its size, and what to try with it. @param {import("../session.js").Session} session */
function drawHead(session) {
  const { catalog, network, dataset } = session.store.state;
  const entry = entryOf(catalog, network?.spec.dataset.kind);
  byId("data-name").textContent = dataset ? dataName(dataset) : named(entry.name);
  byId("data-count").textContent = t(dataset?.test_samples ? "samplesOf" : "samplesOf.untested", { n: dataset?.samples ?? 0, test: dataset?.test_samples ?? 0 });
  byId("try").textContent = entry.try ? pick(entry.try) : pick(entry.summary);
}

/** @param {import("../session.js").Session} session @param {() => Promise<HTMLElement>} rule */
function drawFields(session, rule) {
  const { catalog, network } = session.store.state;
  const box = byId("data-fields");
  const spec = network?.spec.dataset;
  const touched = Boolean(spec.points?.length || spec.erased?.length);
  const key = JSON.stringify([{ ...spec, points: 0, erased: 0, rule: 0 }, touched, document.documentElement.lang]);
  if (box.dataset.of === key) return;
  box.dataset.of = key;
  const entry = entryOf(catalog, spec.kind);
  const fields = [];
  for (const [name, property] of Object.entries(entry.schema.properties)) {
    if (["kind", "points", "erased", "id", "rule", "text"].includes(name) || spec.kind === "drawn" || /** @type {any} */ (property).hidden) continue;
    fields.push(schemaField("data", name, property, spec[name], (v) => void session.patch((now) => ({ dataset: { ...now.dataset, [name]: v } }), name)));
  }
  if (touched) {
    fields.push(h("button", { type: "button", onclick: () => void session.patch((now) => ({ dataset: { ...now.dataset, points: [], ...(now.dataset.erased ? { erased: [] } : {}) } }), "points") }, t("clearPoints")));
  }
  rebuild(box, ...fields);
  if (spec.kind === "rule") void session.try(async () => { box.prepend(await rule()); });
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
