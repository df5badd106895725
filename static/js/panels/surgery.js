/**
 * What can be done to a unit, in its card: off and on, frozen, in another's place; and what the network is without it.
 * Loaded when a unit is first pinned, or when one first asks what each is worth.
 */
import { api } from "../api.js";
import { short } from "../canvas.js";
import { explain, h, rebuild } from "../dom.js";
import { has, toggled } from "../model/surgery.js";
import { className } from "../names.js";
import { layerName, t } from "../words.js";

const MOST_CLASSES = 4;
const PAUSE_MS = 1000; // between two looks at what each unit is worth

/** @typedef {import("../session.js").Session} Session */
/** @typedef {import("../types.js").Place} Place */
/** @typedef {{box: HTMLElement, show: (place: Place) => void}} Surgery `show` is called whenever the card is drawn */

/** One for all cards: it is where it was shown last. @type {Surgery | null} */
let mounted = null;

/** @param {Session} session @returns {Surgery} */
export const mountSurgery = (session) => (mounted ??= mount(session));

/** @param {Session} session @returns {Surgery} */
function mount(session) {
  const { store } = session;
  const off = h("button", { type: "button", id: "unit-off" }), freeze = h("button", { type: "button", id: "unit-freeze" });
  const swap = /** @type {HTMLSelectElement} */ (h("select", { id: "unit-swap", class: "menu" }));
  const table = h("div", { class: "without" }), box = h("div", { class: "operate" }, h("div", { class: "row" }, off, freeze, swap), table);
  /** The unit that the card is of. @type {Place | null} */
  let place = null;
  const change = (/** @type {"off" | "frozen"} */ part) => {
    const at = place, name = at && store.state.network?.layers[at.layer]?.name;
    if (at && name) void session.patch((now) => ({ surgery: toggled(now.surgery, part, name, at.unit) }), "surgery");
  };
  off.addEventListener("click", () => change("off"));
  freeze.addEventListener("click", () => change("frozen"));
  swap.addEventListener("change", () => {
    const other = Number(swap.value);
    swap.selectedIndex = 0;
    if (place) void exchange(session, place, other);
  });
  explain(off, () => ({ text: t("tip.unitOff") }));
  explain(freeze, () => ({ text: t("tip.unitFreeze") }));
  explain(swap, () => ({ text: t("tip.unitSwap") }));
  let told = "";
  follow(session);
  return {
    box,
    show(now) {
      place = now;
      const { network, worth, language, dataset } = store.state, layer = network?.layers[now.layer];
      box.hidden = !network || !layer?.operable;
      if (!network || !layer || box.hidden) return;
      const isOff = has(network, "off", now.layer, now.unit), frozen = has(network, "frozen", now.layer, now.unit);
      const learns = network.layout.some((p) => p.name.startsWith(`${layer.name}.`));
      const key = JSON.stringify([now, isOff, frozen, layer.operable, learns, language, dataset?.digest]);
      if (key !== told) {
        told = key;
        off.textContent = t(isOff ? "unit.on" : "unit.off");
        freeze.textContent = t(frozen ? "unit.unfreeze" : "unit.freeze");
        freeze.hidden = !learns;
        swap.hidden = layer.operable < 2;
        swap.setAttribute("aria-label", t("unit.swapOf", { name: layerName(network, now.layer) }));
        const others = Array.from({ length: layer.operable }, (_, unit) => unit).filter((unit) => unit !== now.unit);
        swap.replaceChildren(h("option", { value: "", hidden: true }, t("unit.swap")), ...others.map((unit) => h("option", { value: String(unit) }, t("unitN", { n: unit + 1 }))));
      }
      rebuild(table, ...(worth ? without(store.state, worth, layer.name, now.unit) : []));
    },
  };
}

/** @param {Session} session @param {Place} place @param {number} other */
function exchange(session, { layer: l, unit }, other) {
  const { name: layer } = session.network.layers[l];
  return session.try(() => session.edits.run("surgery", async () => {
    const { id } = session;
    const swap = async () => session.run.take(await api.operate(id, { layer, unit, what: "swap", with: other }));
    return { redo: swap, undo: swap }; // twice is as it was, to the bit
  }));
}

/**
 * Accuracy, or the loss where values are fitted, with the unit and without, in all and by class.
 * @param {import("../session.js").State} s
 * @param {import("../wire.js").AblationOut} found
 * @param {string} layer
 * @param {number} unit
 */
function without(s, found, layer, unit) {
  const alone = found.units.find((one) => one.layer === layer && one.unit === unit)?.train;
  if (!alone) return [];
  const { train } = found, classes = train.accuracy !== null;
  const share = (/** @type {number | null | undefined} */ v) => (v === null || v === undefined ? "–" : `${(v * 100).toFixed(1)} %`);
  const rows = [row(t(classes ? "accuracy" : "trainLoss"), classes ? [train.accuracy, alone.accuracy] : [train.loss, alone.loss], classes ? share : short, "total")];
  const changes = (train.by_class ?? []).map((v, k) => ({ k, v, without: alone.by_class?.[k] ?? null }));
  const size = (/** @type {typeof changes[number]} */ { v, without }) => Math.abs((v ?? 0) - (without ?? 0));
  // Of many classes those that it matters most to.
  const told = changes.length > MOST_CLASSES ? [...changes].sort((a, b) => size(b) - size(a)).slice(0, MOST_CLASSES).sort((a, b) => a.k - b.k) : changes;
  for (const { k, v, without: less } of told) rows.push(row(className(s.dataset, k), [v, less], share));
  const some = found.samples[0] < found.of[0] ? t("worth.some", { n: found.samples[0], of: found.of[0] }) : "";
  return [h("table", { "data-unit": `${layer}.${unit}` }, h("caption", {}, t("worth.title"), some && ` ${some}`),
    h("tr", {}, h("td", {}), h("th", { scope: "col" }, t("worth.with")), h("th", { scope: "col" }, t("worth.without"))), ...rows)];
}

/**
 * @param {string} name
 * @param {(number | null)[]} values with and without
 * @param {(v: number | null) => string} say
 * @param {string} [kind]
 */
const row = (name, values, say, kind = "") => h("tr", { class: kind }, h("th", { scope: "row" }, name), ...values.map((v) => h("td", { class: "number" }, say(v))));

/** What each unit is worth, while somebody looks: at most once a second, and once where nothing has changed. @param {Session} session */
function follow(session) {
  const { store } = session;
  let busy = false, waiting = 0, done = "", refused = "";
  const wanted = () => {
    const { worthShown, pinned, network } = store.state;
    return Boolean(network && (worthShown || (pinned && network.layers[pinned.layer]?.operable)));
  };
  const keyOf = (/** @type {import("../session.js").State} */ s) => JSON.stringify([s.network?.id, s.network?.run, s.network?.revision, s.frame?.step, s.weights?.length]);
  async function look() {
    const s = store.state, key = keyOf(s), { network } = s;
    if (busy || waiting || !network || key === done || !wanted() || document.hidden) return;
    busy = true;
    try {
      const worth = await api.ablation(network.id);
      if (store.state.network?.id === network.id) store.set({ worth });
      refused = "";
    } catch (error) {
      // Too large a network, say: it is said once, and tried again when it is another one.
      const about = JSON.stringify([network.id, network.layout]);
      if (refused !== about && s.worthShown) session.say("bad", "problem", error);
      refused = about;
      store.set({ worth: null });
    }
    done = key;
    busy = false;
    waiting = window.setTimeout(() => {
      waiting = 0;
      void look();
    }, PAUSE_MS);
  }
  store.on(["network", "frame", "weights", "pinned", "worthShown"], () => void look());
}
