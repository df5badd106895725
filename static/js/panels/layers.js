/**
 * The builder's cards: a layer's kind, its settings made from its schema, and what can be done to it.
 * The same card stands over a column of the diagram and in a block of the chain.
 */
import { grouped } from "../canvas.js";
import { byId, entryText, explain, h, math, rebuild } from "../dom.js";
import { late } from "../assets.js";
import { defaultsOf, schemaField, smallControl } from "../fields.js";
import { learnWindows, windows } from "../fitting.js";
import { named, pick, t, tipOf, told } from "../words.js";

/** Settings that a card shows at once, whatever the kind; the others are one click away. */
const MAIN = ["units", "filters", "output_dim", "kernel_size", "pool_size", "strides", "padding", "rate", "span", "activation", "return_sequences", "bidirectional"];
/** Settings of a window, which its own card has together. */
const WINDOW = ["kernel_size", "pool_size", "strides", "padding"];
const MOST_LAYERS = 12;

/** @typedef {import("../session.js").Session} Session */
/** @typedef {import("../session.js").State} State */

/** The layers as they stand on the page: those that were refused last, or the network's. @param {State} s @returns {any[]} */
export const layersOn = (s) => s.refused?.layers ?? s.network?.spec.layers ?? [];

/** @param {number[]} shape */
export const spelled = (shape) => shape.join(" × ");

/**
 * The shape that reaches a layer; null where only the server could say, the layers before being refused.
 * @param {State} s
 * @param {number} l
 * @returns {number[] | null}
 */
export function shapeInto(s, l) {
  const { network, dataset, refused } = s;
  if (!network || !dataset) return null;
  if (refused && JSON.stringify(refused.layers.slice(0, l)) !== JSON.stringify(network.spec.layers.slice(0, l))) return walked(refused.layers.slice(0, l), dataset.shape);
  if (l > 0) return network.layers[l - 1]?.shape ?? null;
  return ["plane", "curve"].includes(dataset.view) ? [network.inputs.length] : dataset.shape;
}

/**
 * The shape behind layers that no network has yet, where one can see it without the server.
 * @param {any[]} layers
 * @param {number[]} shape
 * @returns {number[] | null}
 */
function walked(layers, shape) {
  const known = windows();
  return layers.reduce((/** @type {number[] | null} */ now, layer) => (known && now && !known.refusalOf(layer, now) ? known.shapeAfter(layer, now) : null), shape);
}

/**
 * What such a shape is to a layer, in the catalog's words.
 * @param {State} s
 * @param {number} l
 */
function reaches(s, l) {
  const shape = shapeInto(s, l);
  if (!shape) return null;
  if (l === 0 && s.dataset?.view === "text") return "tokens";
  return ["row", "sequence", "image"][shape.length - 1];
}

/**
 * The kinds as options; what cannot take what reaches the place is there too, with the reason.
 * @param {State} s
 * @param {number} l
 * @param {string} [chosen]
 * @returns {{entry: any, fits: boolean, option: HTMLOptionElement}[]}
 */
function kindOptions(s, l, chosen) {
  const what = reaches(s, l);
  return s.catalog.layers.map((/** @type {any} */ entry) => {
    const fits = !what || entry.takes.includes(what);
    const text = fits ? named(entry.name, "layer")
      : t("doesNotFit", { name: named(entry.name, "layer"), takes: entry.takes.map((/** @type {string} */ k) => t(`takes.${k}`)).join("/"), what: t(`takes.${what}`) });
    return { entry, fits, option: h("option", { value: entry.name, selected: entry.name === chosen, disabled: !fits && entry.name !== chosen }, text) };
  });
}

/**
 * A new layer of a kind: its defaults, and of the neighbours what both have.
 * @param {State} s
 * @param {string} kind
 * @param {number} l where it will stand
 * @param {any[]} layers
 * @param {any} [old] the layer it takes the place of
 */
function fresh(s, kind, l, layers, old) {
  const entry = s.catalog.layers.find((/** @type {any} */ e) => e.name === kind);
  const made = defaultsOf(entry);
  const like = old ?? layers.slice(0, l).reverse().find((layer) => layer.kind === kind);
  for (const [name, property] of Object.entries(entry.schema.properties)) {
    const allowed = /** @type {any} */ (property).enum;
    const carried = old || name === "activation";
    if (name !== "kind" && carried && like && name in like && (!allowed || allowed.includes(like[name]))) made[name] = like[name];
  }
  if ("return_sequences" in made && !(old && "return_sequences" in old)) {
    const next = s.catalog.layers.find((/** @type {any} */ e) => e.name === layers[old ? l + 1 : l]?.kind);
    made.return_sequences = s.dataset?.view === "text" || Boolean(next && !next.takes.includes("row"));
  }
  return made;
}

/**
 * @param {Session} session
 * @param {number} l
 * @param {string} name
 * @param {any} value
 */
const set = (session, l, name, value) => void session.changeLayers((layers) => {
  if (layers[l]) layers[l][name] = typeof value === "function" ? value(layers[l][name]) : value;
  return layers;
});

/**
 * @param {Session} session
 * @param {number} l
 * @param {boolean} wide with room for labels
 */
export function layerCard(session, l, wide) {
  const s = session.store.state, n = l + 1;
  const layer = layersOn(s)[l];
  const entry = s.catalog.layers.find((/** @type {any} */ e) => e.name === layer.kind);
  const wrong = s.refused?.index === l ? s.refused : null;
  const card = h("div", { class: `layer-card${wide ? " wide" : ""}${wrong ? " wrong" : ""}`, role: "group", "aria-label": t("layerN", { n }) });
  const kind = h("select", { class: "kind", "aria-label": t("kindOf", { n }), "data-name": `kind ${n}` }, ...kindOptions(s, l, layer.kind).map((k) => k.option));
  kind.addEventListener("change", () => void session.changeLayers((layers) => {
    layers[l] = fresh(session.store.state, kind.value, l, layers, layers[l]);
    return layers;
  }));
  explain(kind, () => entryText(s.catalog.layers.find((/** @type {any} */ e) => e.name === kind.value)));
  if (wide) card.append(head(session, l), kind);
  else card.append(h("div", { class: "head" }, kind, dots(session, l)));
  // No stepper leads beyond what the image has room for.
  const into = shapeInto(s, l);
  const properties = Object.entries(entry.schema.properties).map(([key, p]) => {
    const most = windows()?.mostOf(layer, into, key) ?? null;
    return [key, most === null ? p : { ...p, maximum: Math.min(p.maximum ?? Infinity, most) }];
  });
  const shown = MAIN.map((name) => properties.find(([key]) => key === name)).filter(Boolean);
  for (const found of shown) {
    const [name, p] = /** @type {[string, any]} */ (found);
    const bad = wrong?.field === name; // the server names the setting's place
    const label = name === "activation" ? t("activationOf", { n }) : t("settingOf", { name: named(name, "setting"), n });
    const key = `${name} ${n}`;
    const control = smallControl({ name: named(name, "setting"), label, key, property: p, value: layer[name], wrong: bad, changed: (v) => set(session, l, name, v) });
    explain(control, () => (name === "activation" ? entryText(s.catalog.activations.find((/** @type {any} */ a) => a.name === layer.activation)) : { text: tipOf(name, "layer") }));
    if (wide) card.append(h("label", { class: p.type === "boolean" ? "line check" : "line" }, h("span", {}, named(name, "setting")), control));
    else if (p.type === "integer") card.append(stepper(session, l, name, p, control));
    else if (p.type === "boolean") card.append(h("label", { class: "check" }, control, named(name, "setting")));
    else card.append(control);
  }
  if (wrong) card.append(refusal(session, wrong));
  return card;
}

/** @param {Session} session @param {number} l */
const nameOf = (session, l) => (l === layersOn(session.store.state).length ? t("output") : t("layerN", { n: l + 1 }));

/** @param {Session} session @param {number} l */
const head = (session, l) => h("div", { class: "head" }, h("span", {}, nameOf(session, l)), dots(session, l));

/**
 * The way to all of a layer's settings.
 * @param {Session} session
 * @param {number} l
 */
function dots(session, l) {
  const button = h("button", { class: "quiet dots", type: "button", "aria-label": t("layerDetails", { name: nameOf(session, l) }), "aria-haspopup": "dialog", "data-name": `details ${l + 1}` }, "⋯");
  button.addEventListener("click", () => openDetails(session, l, button));
  return explain(button, () => ({ text: t("tip.layerDetails") }));
}

/**
 * @param {Session} session
 * @param {number} l
 * @param {string} name
 * @param {any} p
 * @param {HTMLElement} control
 */
function stepper(session, l, name, p, control) {
  const n = l + 1, value = layersOn(session.store.state)[l][name], units = name === "units";
  const step = (/** @type {number} */ by) => set(session, l, name, (/** @type {number} */ v) => Math.max(p.minimum, Math.min(p.maximum, v + by)));
  const words = { name: named(name, "setting"), n };
  return h("div", { class: "stepper" },
    h("button", { type: "button", "aria-label": units ? t("fewerUnits", { n }) : t("lessOf", words), "data-name": `fewer ${n}`, disabled: value <= p.minimum, onclick: () => step(-1) }, "−"),
    control,
    h("button", { type: "button", "aria-label": units ? t("moreUnits", { n }) : t("moreOf", words), "data-name": `more ${n}`, disabled: value >= p.maximum, onclick: () => step(1) }, "+"));
}

/**
 * Why the server would not build it; the network goes on as it was.
 * @param {Session} session
 * @param {import("../types.js").Refusal} refused
 */
export const refusal = (session, refused) => h("div", { class: "refusal", role: "alert" },
  h("p", {}, told(refused.problem)),
  h("button", { type: "button", "data-name": "take back", onclick: () => void session.undo() }, t("takeBack")));

/**
 * The output's card: its activation; its units are the data's.
 * @param {Session} session
 * @param {boolean} wide
 */
export function outputCard(session, wide) {
  const s = session.store.state, network = /** @type {import("../types.js").Network} */ (s.network);
  const layer = network.layers[network.layers.length - 1], n = layersOn(s).length + 1;
  const loss = s.catalog.losses.find((/** @type {any} */ e) => e.name === network.spec.loss);
  const names = s.catalog.activations.filter((/** @type {any} */ a) => (!loss.requires || a.name === loss.requires) && (!a.output_only || layer.units > 1));
  // A phone's column has room for the name alone: there the one that comes by itself stands once.
  const chosen = network.spec.output.activation ?? "", phone = !wide && chosen === "" && innerWidth < 600;
  const select = h("select", { "aria-label": t("activationOf", { n: t("output") }), "data-name": `activation ${n}` },
    h("option", { value: "", selected: chosen === "" }, phone ? named(layer.activation) : t("auto", { name: named(layer.activation) })),
    ...names.filter((/** @type {any} */ a) => !phone || a.name !== layer.activation).map((/** @type {any} */ a) => h("option", { value: a.name, selected: a.name === chosen }, named(a.name))));
  select.addEventListener("change", () => void session.patch({ output: { activation: select.value || null } }, "output"));
  explain(select, () => entryText(s.catalog.activations.find((/** @type {any} */ a) => a.name === (select.value || layer.activation))));
  const wrong = s.refused && s.refused.index >= s.refused.layers.length ? s.refused : null;
  const card = h("div", { class: `layer-card${wide ? " wide" : ""}${wrong ? " wrong" : ""}`, role: "group", "aria-label": t("output") }, head(session, n - 1));
  if (wide) card.append(h("div", { class: "fixed" }, t("outputUnits", { n: layer.units })));
  card.append(select);
  if (wrong) card.append(refusal(session, wrong));
  return card;
}

/** @param {Session} session */
export function mountLayers(session) {
  const { store } = session;
  const popover = byId("layer-card");
  const add = byId("add-layer"), kinds = /** @type {HTMLSelectElement} */ (byId("add-kind"));
  const end = () => layersOn(store.state).length;
  add.addEventListener("click", () => void session.changeLayers((layers) => {
    const s = store.state;
    const first = kindOptions(s, layers.length).find((k) => k.fits)?.entry.name ?? "dense";
    const made = fresh(s, first, layers.length, layers);
    return [...layers, made];
  }));
  kinds.addEventListener("change", () => {
    const kind = kinds.value;
    kinds.value = "";
    if (kind) insert(session, kind, end());
  });
  byId("remove-layer").addEventListener("click", () => void session.changeLayers((layers) => layers.slice(0, -1)));
  store.on(["network", "refused", "language"], (s) => {
    if (!s.network) return;
    const count = end();
    byId("remove-layer").toggleAttribute("disabled", !count);
    for (const element of [add, kinds]) element.toggleAttribute("disabled", count >= MOST_LAYERS);
    kinds.replaceChildren(h("option", { value: "" }, "▾"), ...kindOptions(s, count).map((k) => k.option));
    byId("size").textContent = t("parameters", { n: grouped(s.network.parameters) });
  });
  // What is open follows what it shows.
  const refresh = () => {
    if (!popover.matches(":popover-open")) return;
    const l = Number(popover.dataset.layer);
    if (l > layersOn(store.state).length) popover.hidePopover();
    else fillDetails(session, l);
  };
  store.on(["network", "refused", "language"], refresh);
  store.on(["dataset"], ({ dataset }) => {
    if (dataset?.shape.length === 3) void session.try(() => learnWindows().then(refresh));
  });
}

/**
 * @param {Session} session
 * @param {string} kind
 * @param {number} l
 */
export const insert = (session, kind, l) => void session.changeLayers((layers) => {
  layers.splice(l, 0, fresh(session.store.state, kind, l, layers));
  return layers;
});

/**
 * A select that is a menu: choosing a kind puts such a layer at the place.
 * @param {Session} session
 * @param {number} l
 * @param {string} text
 * @param {string} label
 * @param {string} key
 */
export function insertMenu(session, l, text, label, key) {
  const s = session.store.state;
  const menu = h("select", { class: "menu", "aria-label": label, "data-name": key, disabled: layersOn(s).length >= MOST_LAYERS },
    h("option", { value: "" }, text), ...kindOptions(s, l).map((k) => k.option));
  menu.addEventListener("change", () => {
    if (!menu.value) return;
    byId("layer-card").hidePopover();
    insert(session, menu.value, l);
  });
  return menu;
}

/**
 * @param {Session} session
 * @param {number} l
 * @param {HTMLElement} anchor
 */
function openDetails(session, l, anchor) {
  const popover = byId("layer-card");
  popover.dataset.layer = String(l);
  fillDetails(session, l);
  popover.showPopover();
  const box = anchor.getBoundingClientRect();
  popover.style.left = `${Math.max(8, Math.min(box.left, innerWidth - popover.offsetWidth - 8))}px`;
  popover.style.top = `${Math.max(8, Math.min(box.bottom + 6, innerHeight - popover.offsetHeight - 8))}px`;
  /** @type {HTMLElement | null} */ (popover.querySelector("input, select, button"))?.focus();
}

/**
 * The rest of a layer: what it does, its shapes, the settings seldom needed, and its place.
 * @param {Session} session
 * @param {number} l
 */
function fillDetails(session, l) {
  const s = session.store.state, network = s.network;
  if (!network) return;
  const layers = layersOn(s), output = l >= layers.length, n = l + 1;
  const values = output ? network.spec.output : layers[l];
  const entry = s.catalog.layers.find((/** @type {any} */ e) => e.name === (output ? "dense" : values.kind));
  const schema = output ? s.catalog.spec_schema.$defs.OutputSpec : entry.schema;
  // What the card has no room for is here.
  const narrow = byId("chain").hidden ? byId("columns").classList.contains("tight") : byId("chain").classList.contains("narrow");
  const into = shapeInto(s, l), sized = !output && into?.length === 3 && windows()?.windowOf(values);
  const fields = Object.entries(schema.properties).filter(([name]) => name !== "kind" && (narrow && !output || !MAIN.includes(name) || (sized && WINDOW.includes(name)))).map(([name, p]) => {
    const field = schemaField("layer", name, p, values[name], (v) => {
      if (output) void session.patch({ output: { [name]: v } }, name);
      else set(session, l, name, v);
    });
    field.dataset.setting = name;
    return field;
  });
  const built = s.refused ? null : network.layers[l];
  const move = (/** @type {number} */ by) => void session.changeLayers((now) => {
    byId("layer-card").hidePopover();
    [now[l], now[l + by]] = [now[l + by], now[l]];
    return now;
  });
  const name = output ? t("output") : `${t("layerN", { n })} · ${named(values.kind, "layer")}`;
  // What it makes of the image, as one changes it; loaded when it is first wanted.
  const size = h("div", { class: "window-size" });
  if (sized) void late("js/panels/window-size.js").then((module) => module.showSize(size, fields, layers.slice(l), into, l));
  rebuild(byId("layer-card"),
    h("h3", {}, name),
    h("p", { class: "hint" }, output ? t("outputText") : pick(entry.summary)),
    ...(entry.formula ? [h("p", { class: "formula" }, /** @type {Node} */ (math(entry.formula)))] : []),
    ...(built ? [h("p", { class: "shapes" }, sized ? "" : `${into ? spelled(into) : "?"} → ${spelled(built.shape)}`, h("span", { class: "hint" }, t("parameters", { n: grouped(built.parameters) })))] : sized ? [h("p", { class: "shapes" }, h("span", { class: "hint" }, t("parameters", { n: "–" })))] : []),
    ...(sized ? [size] : []),
    ...fields,
    h("div", { class: "row" },
      insertMenu(session, l, t("insertBefore"), t("insertBeforeOf", { name }), "insert before"),
      ...(output ? [] : [insertMenu(session, l + 1, t("insertAfter"), t("insertAfterOf", { name }), "insert after")])),
    ...(output ? [] : [h("div", { class: "row" },
      h("button", { type: "button", disabled: l === 0, "data-name": "move left", "aria-label": t("moveEarlier"), onclick: () => move(-1) }, "←"),
      h("button", { type: "button", disabled: l === layers.length - 1, "data-name": "move right", "aria-label": t("moveLater"), onclick: () => move(1) }, "→"),
      h("button", { type: "button", "data-name": "remove layer", onclick: () => {
        byId("layer-card").hidePopover();
        void session.changeLayers((now) => now.filter((_, i) => i !== l));
      } }, t("removeThis")))]));
}
