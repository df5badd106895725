/** The data to choose from: a family at a time, its data sets, what one may bring oneself, and experiments to start from. */
import { lazily } from "../assets.js";
import { drawThumbnail } from "../charts/plane.js";
import { drawSmall } from "../charts/samples.js";
import { byId, entryText, explain, h, roving, rovingTabs } from "../dom.js";
import { rowsOnly } from "../model/data.js";
import { named, pick, t } from "../words.js";
import { families } from "./families.js";
import { familyOf, inUse, isDrawn, mountOwnSets, ownCards } from "./own-sets.js";
import { entryOf, suiting } from "./recipes.js";

/** @typedef {import("../session.js").Session} Session */

/** What they are about is seen in that tab. */
const LESSONS_IN_NUMBERS = ["article_bp", "worked_example"];
const FAMILIES = ["plane", "curve", "table", "image", "sequence", "text"];

/** @param {Session} session */
export function mountGallery(session) {
  const { store } = session, families = byId("families"), box = byId("thumbs"), ways = ownWays(session);
  // The family shown, and the one that the data in use were last known to be of: one may look about in the others meanwhile.
  let family = "", its = "";
  const show = (/** @type {string} */ wanted) => {
    family = wanted;
    for (const tab of families.children) {
      const on = /** @type {HTMLElement} */ (tab).dataset.family === family;
      tab.setAttribute("aria-selected", String(on));
      /** @type {HTMLElement} */ (tab).tabIndex = on ? 0 : -1;
    }
    fill();
  };
  const fill = () => {
    const { catalog } = store.state;
    const kinds = catalog.datasets.filter((/** @type {any} */ d) => d.view === family && (d.preview || isDrawn(d.name)));
    box.replaceChildren(...kinds.map((/** @type {any} */ entry) => thumbnail(session, entry)),
      ...(ways[family] ?? []).map((way) => way()),
      ...ownCards(session, family, (own, dataset) => choose(session, { ...own, dataset, label: own.name })),
      ...catalog.presets.filter((/** @type {any} */ preset) => pick(preset.title).toLowerCase() !== named(preset.spec.dataset.kind).toLowerCase() && entryOf(catalog, preset.spec.dataset.kind)?.view === family).map((/** @type {any} */ preset) => lesson(session, preset)));
    mark();
  };
  const mark = () => {
    const kind = store.state.network?.spec.dataset.kind, own = inUse(store.state);
    const choices = /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("[role=radio]"));
    for (const button of choices) {
      const chosen = own ? button.dataset.own === own.id : button.dataset.kind === kind;
      button.setAttribute("aria-checked", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    }
    if (choices.length && ![...choices].some((one) => one.tabIndex === 0)) choices[0].tabIndex = 0;
  };
  store.on(["language"], () => {
    families.replaceChildren(...FAMILIES.map((name) => explain(h("button", { type: "button", role: "tab", "data-family": name, "aria-controls": "thumbs", onclick: () => show(name) }, t(`family.${name}`)), () => ({ text: t(`view.${name}`) }))));
    show(family || "plane");
  });
  store.on(["theme", "owned", "ownedProblem"], fill);
  let kind = "";
  store.on(["dataset"], ({ dataset, network, brush }) => {
    if (!dataset) return;
    // A brush is for the data that it was taken up for.
    if (kind && kind !== network?.spec.dataset.kind && brush !== null && !isDrawn(network?.spec.dataset.kind)) store.set({ brush: null });
    kind = network?.spec.dataset.kind ?? "";
    const was = its;
    its = familyOf(dataset, dataset.kind === "own");
    if (its === was || its === family) mark();
    else show(its);
  });
  // What is chosen here is of the family shown: when its data arrive, one may be looking at another family already.
  box.addEventListener("click", () => void (its = family), true);
  mountOwnSets(session);
  roving(box);
  rovingTabs(families);
}

/** @param {Session} session @param {any} entry */
function thumbnail(session, entry) {
  const canvas = isDrawn(entry.name) ? h("span", { class: "glyph" }, "✎") : h("canvas", {});
  const button = h("button", { class: "thumb", type: "button", role: "radio", "data-kind": entry.name, onclick: () => void choose(session, entry) }, canvas, h("span", {}, named(entry.name)));
  explain(button, () => entryText(entry));
  if (canvas instanceof HTMLCanvasElement) requestAnimationFrame(() => (rowsOnly(entry) ? drawThumbnail : drawSmall)(canvas, entry.preview));
  return button;
}

/** What of one's own each family takes: it is made in a dialog, which is loaded when it is first opened. @param {Session} session */
function ownWays(session) {
  const dialogs = lazily("js/panels/own-data.js", (module) => module.mountOwnData(session));
  const tables = lazily("js/panels/own-table.js", (module) => module.mountOwnTable(session), "css/tables.css");
  const pictures = lazily("js/panels/own-pictures.js", (module) => module.mountOwnPictures(session), "css/pictures.css");
  const sounds = lazily("js/panels/own-sounds.js", (module) => module.mountOwnSounds(session), "css/pictures.css");
  const timed = lazily("js/panels/own-series.js", (module) => module.mountOwnSeries(session), "css/forecast.css");
  const text = () => entryText(entryOf(session.store.state.catalog, "own_text")), series = () => entryText(entryOf(session.store.state.catalog, "own_series")), tip = (/** @type {string} */ key) => () => ({ text: t(key) });
  // A table may be dropped anywhere.
  addEventListener("dragover", (event) => { if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); });
  addEventListener("drop", (event) => {
    const file = event.dataTransfer?.files[0];
    if (!file || event.defaultPrevented) return;
    event.preventDefault();
    if (/\.(csv|tsv|txt|xlsx|json|parquet)$/i.test(file.name)) void session.try(async () => (await tables())(file));
  });
  /** @type {Record<string, (() => HTMLElement)[]>} */
  const ways = {
    table: [() => way({ id: "upload", kind: "own", glyph: "▦+", name: t("upload"), tip: tip("tip.upload"), open: async () => (await tables())() })],
    text: [() => way({ id: "own-text", kind: "own_text", glyph: "Aa+", name: named("own_text"), tip: text, open: async () => (await dialogs()).openText() })],
    image: [() => way({ id: "pictures", kind: "own_images", glyph: "✎+", name: t("ownPicturesNew"), tip: tip("tip.pictures"), open: async () => (await pictures())() })],
    sequence: [
      () => way({ id: "own-series", kind: "own_series", glyph: "∿+", name: t("ownSeriesNew"), tip: series, open: async () => (await timed())() }),
      () => way({ id: "sounds", kind: "own_sounds", glyph: "♪+", name: t("soundsThumb"), tip: tip("tip.sounds"), open: async () => (await sounds())() }),
    ],
  };
  const way = (/** @type {{id: string, kind: string, glyph: string, name: string, tip: () => {text: string}, open: () => Promise<void>}} */ { id, kind, glyph, name, tip: about, open }) =>
    explain(h("button", { id, class: "thumb", type: "button", role: "radio", "data-kind": kind, "aria-haspopup": "dialog", onclick: () => void session.try(open) }, h("span", { class: "glyph" }, glyph), h("span", {}, name)), about);
  return ways;
}

/** An experiment worth opening. @param {Session} session @param {any} preset */
function lesson(session, preset) {
  return explain(h("button", { class: "thumb lesson", type: "button", "data-preset": preset.name, onclick: async () => {
    if (!await session.patch(preset.spec, "preset", true)) return;
    const { pace } = entryOf(session.store.state.catalog, preset.spec.dataset.kind);
    if (pace) session.setPace(pace);
    byId("try").textContent = pick(preset.summary);
    if (LESSONS_IN_NUMBERS.includes(preset.name)) byId("of-backprop").click();
    session.say("note", "presetOpened", pick(preset.title), ["undo"]);
  } }, h("span", { class: "glyph" }, "▸"), h("span", {}, pick(preset.title))), () => ({ text: pick(preset.summary) }));
}

/** What a run is remembered of. @param {any} dataset of a spec */
const keyOf = (dataset) => (["own", "own_series"].includes(dataset.kind) ? `own ${dataset.id}` : dataset.kind);

/**
 * Another data set, and a new run with it; what was before is one undo away.
 * @param {Session} session
 * @param {any} entry
 */
async function choose(session, entry) {
  const now = session.spec.dataset, name = entry.label ?? named(entry.name);
  if (entry.dataset ? inUse(session.store.state)?.id === entry.id : keyOf(now) === entry.name && !(isDrawn(now.kind) && inUse(session.store.state))) return;
  if (isDrawn(entry.name)) session.store.set({ brush: 0 });
  const { dataset, frame } = session.store.state;
  const before = dataset && { run: session.network.run, kind: keyOf(now) };
  if (dataset && before && (frame?.step ?? 0) > 0) families.leave(session.id, dataset.view, before);
  // A family remembers the run one last had for it.
  const known = entry.view === dataset?.view ? null : families.of(session.id, entry.view);
  if (known && known.kind === (entry.dataset ? keyOf(entry.dataset) : entry.name) && !isDrawn(entry.dataset?.kind) && entry.dataset?.kind !== "own_text" && await session.toRun(known.run)) {
    session.say("note", "dataBack", name, ["undo"]);
    return;
  }
  let kept = false;
  const done = await session.patch((now) => {
    const found = suiting(session, now, entry);
    kept = found.kept;
    // A change of the same kind is merged into what is there: a new drawing is to be empty.
    return { dataset: entry.dataset ?? { kind: entry.name, ...(isDrawn(entry.name) ? { points: [] } : {}), ...(entry.name === "drawn" ? { erased: [] } : {}) }, ...found.change };
  }, "dataset", true);
  if (!done) return;
  if (entry.pace) session.setPace(entry.pace);
  session.say("note", kept ? "dataKept" : "dataSuited", name, ["undo"]);
}
