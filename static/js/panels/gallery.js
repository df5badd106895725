/** The data to choose from: a family at a time, its data sets, what one may bring oneself, and experiments to start from. */
import { late } from "../assets.js";
import { drawThumbnail } from "../charts/plane.js";
import { drawSmall } from "../charts/samples.js";
import { byId, entryText, explain, h, roving, rovingTabs } from "../dom.js";
import { rowsOnly } from "../model/data.js";
import { named, pick, t } from "../words.js";
import { families } from "./families.js";
import { familyOf, inUse, mountOwnSets, ownCards } from "./own-sets.js";
import { entryOf, suiting } from "./recipes.js";

/** @typedef {import("../session.js").Session} Session */

/** What they are about is seen in that tab. */
const LESSONS_IN_NUMBERS = ["article_bp", "worked_example"];
const FAMILIES = ["plane", "curve", "table", "image", "sequence", "text"];

/** @param {Session} session */
export function mountGallery(session) {
  const { store } = session, families = byId("families"), box = byId("thumbs");
  let family = "";
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
    const kinds = catalog.datasets.filter((/** @type {any} */ d) => d.view === family && (d.preview || d.name === "drawn"));
    box.replaceChildren(...kinds.map((/** @type {any} */ entry) => thumbnail(session, entry)),
      ...(family === "table" ? [ownTable(session)] : family === "text" ? [ownText(session)] : family === "image" ? [ownPictures(session)] : family === "sequence" ? [ownSounds(session)] : []),
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
    if (kind && kind !== network?.spec.dataset.kind && brush !== null && network?.spec.dataset.kind !== "drawn") store.set({ brush: null });
    kind = network?.spec.dataset.kind ?? "";
    const its = familyOf(dataset, dataset.kind === "own");
    if (its === family) mark();
    else show(its);
  });
  mountOwnSets(session);
  roving(box);
  rovingTabs(families);
}

/** @param {Session} session @param {any} entry */
function thumbnail(session, entry) {
  const canvas = entry.name === "drawn" ? h("span", { class: "glyph" }, "✎") : h("canvas", {});
  const button = h("button", { class: "thumb", type: "button", role: "radio", "data-kind": entry.name, onclick: () => void choose(session, entry) }, canvas, h("span", {}, named(entry.name)));
  explain(button, () => entryText(entry));
  if (canvas instanceof HTMLCanvasElement) requestAnimationFrame(() => (rowsOnly(entry) ? drawThumbnail : drawSmall)(canvas, entry.preview));
  return button;
}

/** The dialogs are loaded when the first is opened. @type {Promise<any> | null} */
let dialogs = null;

/** @param {Session} session @param {"openTable" | "openText"} which */
const open = (session, which) => session.try(async () => {
  const opening = (dialogs ??= late("js/panels/own-data.js").then((module) => module.mountOwnData(session)));
  opening.catch(() => { dialogs = null; });
  (await opening)[which]();
});

/** A table of one's own opens a dialog first. @param {Session} session */
function ownTable(session) {
  const button = h("button", { id: "upload", class: "thumb", type: "button", role: "radio", "data-kind": "own", "aria-haspopup": "dialog", onclick: () => void open(session, "openTable") },
    h("span", { class: "glyph" }, "▦+"), h("span", {}, t("upload")));
  return explain(button, () => ({ text: t("tip.upload") }));
}

/** The dialog of pictures, once it was wanted. @type {(() => void) | null} */
let openPictures = null;

/** Pictures of one's own are drawn, or chosen, in a dialog that is loaded when it is first wanted. @param {Session} session */
function ownPictures(session) {
  const button = h("button", { id: "pictures", class: "thumb", type: "button", role: "radio", "data-kind": "own_images", "aria-haspopup": "dialog", onclick: () => void session.try(async () => {
    openPictures ??= /** @type {() => void} */ ((await late("js/panels/own-pictures.js", "css/pictures.css")).mountOwnPictures(session));
    openPictures();
  }) }, h("span", { class: "glyph" }, "✎+"), h("span", {}, t("ownPicturesNew")));
  return explain(button, () => ({ text: t("tip.pictures") }));
}

/** The dialog of sounds, once it was wanted. @type {(() => void) | null} */
let openSounds = null;

/** @param {Session} session */
function ownSounds(session) {
  const button = h("button", { id: "sounds", class: "thumb", type: "button", role: "radio", "data-kind": "own_sounds", "aria-haspopup": "dialog", onclick: () => void session.try(async () => {
    openSounds ??= /** @type {() => void} */ ((await late("js/panels/own-sounds.js", "css/pictures.css")).mountOwnSounds(session));
    openSounds();
  }) }, h("span", { class: "glyph" }, "♪+"), h("span", {}, t("soundsThumb")));
  return explain(button, () => ({ text: t("tip.sounds") }));
}

/** Text of one's own opens a dialog first. @param {Session} session */
function ownText(session) {
  const entry = entryOf(session.store.state.catalog, "own_text");
  const button = h("button", { class: "thumb", type: "button", role: "radio", "data-kind": "own_text", "aria-haspopup": "dialog", onclick: () => void open(session, "openText") }, h("span", { class: "glyph" }, "Aa+"), h("span", {}, named("own_text")));
  return explain(button, () => entryText(entry));
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
const keyOf = (dataset) => (dataset.kind === "own" ? `own ${dataset.id}` : dataset.kind);

/**
 * Another data set, and a new run with it; what was before is one undo away.
 * @param {Session} session
 * @param {any} entry
 */
async function choose(session, entry) {
  const now = session.spec.dataset, name = entry.label ?? named(entry.name);
  if (entry.dataset ? inUse(session.store.state)?.id === entry.id : keyOf(now) === entry.name && !(now.kind === "drawn" && inUse(session.store.state))) return;
  if (entry.name === "drawn") session.store.set({ brush: 0 });
  const { dataset, frame } = session.store.state;
  const before = dataset && { run: session.network.run, kind: keyOf(now) };
  if (dataset && before && (frame?.step ?? 0) > 0) families.leave(session.id, dataset.view, before);
  // A family remembers the run one last had for it.
  const known = entry.view === dataset?.view ? null : families.of(session.id, entry.view);
  if (known && known.kind === (entry.dataset ? keyOf(entry.dataset) : entry.name) && !["drawn", "own_text"].includes(entry.dataset?.kind) && await session.toRun(known.run)) {
    session.say("note", "dataBack", name, ["undo"]);
    return;
  }
  let kept = false;
  const done = await session.patch((now) => {
    const found = suiting(session, now, entry);
    kept = found.kept;
    // A change of the same kind is merged into what is there: a new drawing is to be empty.
    return { dataset: entry.dataset ?? { kind: entry.name, ...(entry.name === "drawn" ? { points: [], erased: [] } : {}) }, ...found.change };
  }, "dataset", true);
  if (!done) return;
  if (entry.pace) session.setPace(entry.pace);
  session.say("note", kept ? "dataKept" : "dataSuited", name, ["undo"]);
}
