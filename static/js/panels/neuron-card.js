/**
 * The card of the unit that was clicked: its inputs times weights as bars that add up to z, then f(z); and after a
 * step what came back to it, and what each weight was moved by.
 */
import { api } from "../api.js";
import { late } from "../assets.js";
import { short } from "../canvas.js";
import { byId, h } from "../dom.js";
import { rowsOnly } from "../model/data.js";
import { has } from "../model/surgery.js";
import { inputName, outputName, unitName } from "../names.js";
import { eachFrame } from "../store.js";
import { named, t } from "../words.js";
import { factor, operated, where } from "./hover.js";
import { arranged } from "./network.js";

const MOST = 7; // bars, the rest is one
const MOST_SAMPLES = 64;

/** @typedef {import("../session.js").State} State */

/** @param {import("../session.js").Session} session */
export function mountNeuronCard(session) {
  const { store } = session;
  const card = h("div", { id: "neuron-card", class: "neuron-card", role: "region", "aria-label": t("neuron"), hidden: true });
  const body = h("div", {});
  card.append(body);
  byId("network").append(card);
  /** What can be done to it, and what it is worth: half of a visit does without. @type {import("./surgery.js").Surgery | null} */
  let surgery = null;
  let asked = false;
  const operate = async () => {
    if (asked) return;
    asked = true;
    await session.try(async () => {
      try {
        surgery = /** @type {import("./surgery.js").Surgery} */ ((await late("js/panels/surgery.js")).mountSurgery(session));
        draw();
      } finally {
        asked = surgery !== null;
      }
    });
  };
  store.on(["pinned", "worthShown"], (s) => { if (s.worthShown || s.pinned) void operate(); });
  /** The weights before a step, and the update that it will make. @type {{key: string, step: number, weights: Float32Array, delta: number | null} | null} */
  let ahead = null;
  /** What the last step did. @type {{key: string, step: number, moved: Float32Array, delta: number | null} | null} */
  let done = null;

  const keyOf = (/** @type {State} */ s) => JSON.stringify([s.network?.id, s.network?.run, s.network?.layout.length, s.pinned]);
  const still = (/** @type {State} */ s) => s.frame?.state === "paused" && s.network !== null;

  /** While it stands still: what its next step will do to the unit. @param {State} s */
  async function look(s) {
    const key = keyOf(s), { pinned, network, frame, weights } = s;
    if (!pinned || !network || !frame || !weights || !still(s) || !rowsOnly(s.dataset)) return;
    if (ahead && ahead.key === key && frame.step === ahead.step + 1 && weights.length === ahead.weights.length) {
      const before = ahead.weights;
      done = { key, step: frame.step, moved: weights.map((w, i) => w - before[i]), delta: ahead.delta };
    }
    if (ahead?.key === key && ahead.step === frame.step) return;
    const mine = { key, step: frame.step, weights: weights.slice(), delta: /** @type {number | null} */ (null) };
    ahead = mine;
    draw();
    try {
      const { name } = network.layers[pinned.layer], { next_samples: samples } = await api.worked(session.id, {});
      if (!samples.length || samples.length > MOST_SAMPLES) return;
      const found = await api.worked(session.id, { samples, units: { [name]: [pinned.unit] } });
      if (found.step === mine.step) mine.delta = found.chains[`${name}.bias`]?.gradient ?? null;
    } catch {
      // Without it the card says what it knows.
    }
  }

  const draw = eachFrame(() => {
    const s = store.state, { pinned, network } = s;
    const layer = pinned && network?.layers[pinned.layer];
    const shown = Boolean(pinned && layer && pinned.from === undefined && rowsOnly(s.dataset) && (["dense", "output"].includes(layer.kind) || layer.operable) && s.picture?.probe);
    card.hidden = !shown;
    if (!shown || !pinned) return;
    card.setAttribute("aria-label", t("neuron"));
    body.replaceChildren(...describe(s, pinned, done?.key === keyOf(s) && done.step === s.frame?.step ? done : null, () => store.set({ pinned: null })));
    if (surgery) {
      card.append(surgery.box);
      surgery.show(pinned);
    }
    put(pinned);
  });

  /** Beside the unit, where there is room. @param {import("../types.js").Place} place */
  function put({ layer, unit }) {
    const box = byId("diagram-box"), home = byId("network").getBoundingClientRect(), stage = byId("diagram").getBoundingClientRect();
    const node = arranged(session, box, {}).nodes[layer + 1]?.find((one) => one.unit === unit);
    const x = stage.left - home.left + (node?.x ?? 0), y = stage.top - home.top + (node?.y ?? 0), size = (node?.size ?? 0) / 2 + 14;
    const right = x + size + card.offsetWidth < home.width - 4;
    card.style.left = `${Math.max(4, right ? x + size : x - size - card.offsetWidth)}px`;
    card.style.top = `${Math.max(44, Math.min(y - card.offsetHeight / 2, home.height - card.offsetHeight - 8))}px`;
  }

  store.on(["pinned", "frame", "weights"], (s) => {
    if (!s.pinned) ahead = done = null;
    else void look(s);
  });
  store.on(["pinned", "picture", "weights", "frame", "language", "network", "worth"], draw);
}

/**
 * @param {State} s
 * @param {import("../types.js").Place} place
 * @param {{moved: Float32Array, delta: number | null} | null} done
 * @param {() => void} close
 * @returns {HTMLElement[]}
 */
function describe(s, { layer: l, unit }, done, close) {
  const network = /** @type {import("../types.js").Network} */ (s.network), { weights, picture } = s, layer = network.layers[l];
  const at = (/** @type {string} */ part) => network.layout.find((p) => p.name === `${layer.name}.${part}`)?.offset ?? -1;
  const title = l === network.layers.length - 1 ? outputName(s.dataset, network, unit).text : unitName(network, l, unit), off = has(network, "off", l, unit);
  const head = [h("h3", {}, title, h("button", { type: "button", class: "quiet", "aria-label": t("close"), onclick: close }, "×")), h("p", { class: "hint" }, [...operated(s, { layer: l, unit }), where(s)].join(" · "))];
  if (!["dense", "output"].includes(layer.kind)) return [...head, h("p", { class: "number" }, `${named(layer.kind, "layer")} = `, h("b", {}, short(picture.probe.a[l]?.[unit], 4)))];
  const into = l ? picture.probe.a[l - 1] : picture.probe.x, weight = at("weight"), bias = at("bias");
  if (!weights || !into || weight < 0 || bias < 0) return [];
  const all = Array.from(into, (x, k) => ({ name: l ? t("unitN", { n: k + 1 }) : inputName(s.dataset, network, k), x: Number(x), w: weights[weight + k * layer.units + unit], moved: done?.moved[weight + k * layer.units + unit] }))
    .map((term) => ({ ...term, value: term.w * term.x }));
  const largest = all.length > MOST ? [...all].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, MOST - 1) : all;
  const shown = all.filter((term) => largest.includes(term)), rest = all.filter((term) => !largest.includes(term));
  const z = picture.probe.z[l][unit], a = picture.probe.a[l][unit], f = layer.activation ?? "linear";
  /** @type {{name: string, how: string, value: number, moved?: number}[]} */
  const bars = shown.map(({ name, w, x, value, moved }) => ({ name, how: `${short(w, 2)} · ${factor(x)}`, value, moved }));
  if (rest.length) bars.push({ name: t("neuron.more", { n: rest.length }), how: "", value: rest.reduce((sum, term) => sum + term.value, 0) });
  bars.push({ name: t("bias"), how: "", value: weights[bias + unit], moved: done?.moved[bias + unit] });
  // Every bar begins where the one before it ended: the last ends at z.
  let low = Math.min(0, z), high = Math.max(0, z), sum = 0;
  for (const bar of bars) {
    sum += bar.value;
    low = Math.min(low, sum);
    high = Math.max(high, sum);
  }
  const share = (/** @type {number} */ v) => ((v - low) / (high - low || 1)) * 100;
  let from = 0;
  const rows = bars.map(({ name, how, value, moved }) => {
    const row = barRow(name, how, share(Math.min(from, from + value)), share(Math.max(from, from + value)), share(0), value, done ? (moved === undefined ? "" : signed(moved)) : null);
    from += value;
    return row;
  });
  const back = done ? (done.delta === null ? "" : t("neuron.back", { delta: short(done.delta, 4) })) : t("neuron.step");
  return [...head,
    h("table", {}, ...rows, barRow(t("neuron.sum"), "", share(Math.min(0, z)), share(Math.max(0, z)), share(0), z, done ? "" : null, "total")),
    h("p", { class: "number" }, off ? "a = " : `${named(f, "activation")}(${f === "softmax" ? "z" : short(z, 3)}) = `, h("b", {}, short(a, 4))),
    h("p", { class: "hint back" }, back)];
}

const signed = (/** @type {number} */ v) => `${v > 0 ? "+" : ""}${short(v, 3)}`;

/**
 * @param {string} name
 * @param {string} how
 * @param {number} low where the bar begins, in per cent
 * @param {number} high
 * @param {number} zero
 * @param {number} value
 * @param {string | null} moved
 * @param {string} [kind]
 */
function barRow(name, how, low, high, zero, value, moved, kind = "") {
  const bar = h("span", { class: `bar ${value < 0 ? "minus" : "plus"}` }), line = h("span", { class: "zero" });
  bar.style.left = `${low}%`;
  bar.style.width = `${Math.max(0.5, high - low)}%`;
  line.style.left = `${zero}%`;
  return h("tr", { class: kind }, h("th", { scope: "row" }, name), h("td", { class: "number" }, how), h("td", { class: "track" }, h("span", {}, line, bar)), h("td", { class: "number" }, short(value, 3)),
    ...(moved === null ? [] : [h("td", { class: "number moved" }, moved)]));
}
