/** Why this answer: what the network gives at a point or for a sample, its share of the loss, and which training samples pull at it. */
import { api, Problem } from "../api.js";
import { grouped, percent, short } from "../canvas.js";
import { h, rebuild } from "../dom.js";
import { sampleAt } from "../looking.js";
import { rowsOnly } from "../model/data.js";
import { allPoints, nearestPoint } from "../model/points.js";
import { realTarget } from "../model/units.js";
import { className } from "../names.js";
import { mountQuestions } from "../panels/questions.js";
import { thumbnail } from "../panels/thumbnail.js";
import { eachFrame } from "../store.js";
import { placeText } from "../places.js";
import { layerName, t, told } from "../words.js";

const EVERY_MS = 400, PULLS = 12, WORST = 10, NEAR = 0.025;

/**
 * @typedef {import("../session.js").State} State
 * @typedef {{inputs: any[], scaled: true} | {part: "train" | "test", samples: number[]}} Asked
 */

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} panel
 * @param {() => boolean} isShown
 */
export function mountAsk(session, panel, isShown) {
  const { store } = session;
  const head = h("header", { class: "ask-head" }), asked = h("div", { class: "ask-part asked", hidden: true }), answer = h("div", { class: "ask-part" }), pulls = h("div", { class: "ask-part" }), worst = h("div", { class: "ask-part" });
  panel.append(h("section", { id: "ask", class: "why" }, head, asked, answer, pulls, worst));
  /** @type {import("../wire.js").InfluenceOut | null} */
  let found = null;
  /** @type {import("../wire.js").WorstSamplesOut | null} */
  let poor = null;
  /** The class it is compared with, where one was chosen. @type {number | null} */
  let target = null;
  /** @type {unknown} */
  let problem = null;
  let of = "", poorOf = "", asking = false, again = false, last = 0, timer = 0;

  const questions = mountQuestions(session, asked, askedOf);
  const draw = eachFrame(() => {
    if (!isShown()) return;
    questions();
    drawAll();
  });

  /** Ask when something is another, while it plays not more often than one can read. */
  function refresh() {
    const s = store.state, asked = askedOf(s), tested = Boolean(s.dataset?.test_inputs.length);
    if (!s.network || !s.dataset || !isShown() || s.network.spec.dataset.kind !== s.dataset.kind) return;
    if (!asked) found = null;
    const at = JSON.stringify([session.id, s.frame?.step, s.frame?.revision, s.frame?.run]), now = JSON.stringify([at, asked, target]);
    if (now === of) return draw();
    const wait = s.frame?.state === "playing" ? last + EVERY_MS - performance.now() : 0;
    clearTimeout(timer);
    if (asking || wait > 0) {
      again = asking;
      if (!asking) timer = window.setTimeout(refresh, wait);
      return;
    }
    of = now;
    last = performance.now();
    asking = true;
    // The worst samples are the same ones whatever is asked about.
    const same = poor && poorOf === at;
    void Promise.all([asked && api.influence(session.id, { ...asked, target, most: PULLS }), same ? poor : api.worst(session.id, tested ? "test" : "train", WORST)]).then(([one, other]) => {
      found = one;
      poor = other;
      poorOf = at;
      problem = null;
      light(null);
    }, (error) => {
      if (!(error instanceof Problem)) throw error;
      problem = error;
      found = null;
    }).finally(() => {
      asking = false;
      draw();
      if (again) {
        again = false;
        refresh();
      }
    });
  }

  /** Where they are on the plane; the one pointed at alone. @param {number | null} sample */
  function light(sample) {
    const shown = found?.pulls ?? [];
    store.set({ pulls: isShown() && found ? (sample === null ? shown : shown.filter((pull) => pull.sample === sample)) : null });
  }

  function drawAll() {
    const s = store.state, { dataset, network } = s;
    if (!dataset || !network) return;
    if (head.contains(document.activeElement) && head.dataset.of === `${dataset.kind} ${s.language} ${Boolean(s.drawing)}`) head.querySelector("p")?.replaceChildren(placeOf(s));
    else {
      head.dataset.of = `${dataset.kind} ${s.language} ${Boolean(s.drawing)}`;
      const select = h("select", { "data-name": "target", "aria-label": t("ask.compared"), onchange: () => { target = select.value === "" ? null : Number(select.value); refresh(); } },
        h("option", { value: "" }, t(s.drawing ? "q.given" : "ask.own")), ...dataset.class_names.map((_, k) => h("option", { value: String(k), selected: k === target }, className(dataset, k))));
      rebuild(head, h("p", {}, placeOf(s)), ...(dataset.classes && dataset.view !== "text" ? [h("label", { class: "row" }, t("ask.compared"), select)] : []));
    }
    if (problem) {
      rebuild(answer, h("p", { class: "problem", role: "alert" }, told(problem)));
      rebuild(pulls);
    } else if (!found) {
      rebuild(answer, h("p", { class: "hint" }, t(dataset.view === "plane" || dataset.view === "curve" || dataset.plane ? "ask.point" : "ask.waiting")));
      rebuild(pulls);
    } else {
      rebuild(answer, ...answered(s, found));
      rebuild(pulls, ...pulling(s, found));
    }
    rebuild(worst, ...(poor ? worstOf(s, poor) : []));
    panel.dataset.drawn = `${found?.step ?? ""} ${found?.pulls.length ?? 0} ${poor?.worst.length ?? 0}`;
  }

  /** What it gives, what that costs, and where its gradient goes. @param {State} s @param {import("../wire.js").InfluenceOut} it */
  function answered(s, it) {
    const network = /** @type {import("../types.js").Network} */ (s.network), lengths = Object.entries(it.gradient), most = Math.max(1e-12, ...lengths.map(([, value]) => value ?? 0));
    const cost = it.of === "output" ? t("ask.ofOutput", { value: short(realTarget(/** @type {any} */ (s.dataset), it.outputs.flat()[0])) })
      : it.target === null || !s.dataset?.classes ? t("ask.loss", { loss: short(it.loss) }) : t("ask.lossFor", { loss: short(it.loss), name: className(s.dataset, it.target) });
    return [h("h3", {}, t("ask.answer")), h("p", {}, cost, ...(it.share === null ? [] : [` ${t("ask.share", { share: percent(it.share) })}`])),
      h("h4", { "data-tip": "ask.gradientTip" }, t(it.of === "output" ? "ask.gradientOutput" : "ask.gradient")),
      h("dl", { class: "ask-bars" }, ...lengths.flatMap(([name, value]) => [h("dt", {}, layerName(network, network.layers.findIndex((layer) => layer.name === name))), h("dd", {}, bar((value ?? 0) / most, ""), h("span", { class: "number" }, short(value)))]))];
  }

  /** @param {State} s @param {import("../wire.js").InfluenceOut} it */
  function pulling(s, it) {
    const most = Math.max(1e-12, ...it.pulls.map(({ effect }) => Math.abs(effect)));
    return [h("h3", {}, t("ask.pulls")), h("p", { class: "hint" }, t(it.of === "output" ? "ask.pullsOutput" : "ask.pullsLoss", { n: grouped(it.samples) })),
      h("ul", { class: "ask-samples" }, ...it.pulls.map(({ sample, effect }) => h("li", {}, h("button", { type: "button", "data-sample": String(sample), onpointerenter: () => light(sample), onpointerleave: () => light(null), onfocus: () => light(sample), onblur: () => light(null), onclick: () => void goTo("train", sample) },
        picture("train", sample), h("span", {}, labelOf(s, "train", sample)), bar(effect / most, effect < 0 ? "for" : "against"), h("span", { class: "number" }, `${effect < 0 ? "−" : "+"}${short(Math.abs(effect))}`)))))];
  }

  /** @param {State} s @param {import("../wire.js").WorstSamplesOut} it */
  function worstOf(s, it) {
    const part = it.part;
    return [h("h3", {}, t(part === "test" ? "ask.worstTest" : "ask.worstTrain")),
      h("ul", { class: "ask-samples" }, ...it.worst.map(({ sample, loss, share, answer: given }) => h("li", {}, h("button", { type: "button", "data-worst": String(sample), onclick: () => void goTo(part, sample) },
        picture(part, sample), h("span", {}, labelOf(s, part, sample), ...(typeof given === "number" && s.dataset?.classes ? [` → ${className(s.dataset, given)}`] : [])), h("span", { class: "number" }, short(loss)), h("small", { class: "number" }, share === null ? "" : percent(share))))))];
  }

  /** Ask about a sample, where it is. @param {"train" | "test"} part @param {number} sample */
  function goTo(part, sample) {
    const s = store.state, { dataset } = s;
    if (!dataset) return;
    target = null;
    head.dataset.of = "";
    if (!rowsOnly(dataset)) return store.set({ sample: part === "test" ? sample : dataset.test_inputs.length + sample });
    const point = allPoints(s).find((one) => one.sample === sample && one.test === (part === "test"));
    if (point) store.set({ probePinned: { u: point.u, v: point.v } });
  }

  /** @param {"train" | "test"} part @param {number} sample */
  const picture = (part, sample) => thumbnail(session, part, sample);

  const leave = new MutationObserver(() => { if (!isShown()) store.set({ pulls: null }); });
  leave.observe(panel, { attributes: true, attributeFilter: ["hidden"] });
  store.on(["dataset"], () => {
    target = null;
    found = null;
    head.dataset.of = "";
    store.set({ pulls: null });
  });
  store.on(["frame", "network", "dataset", "probePinned", "sample", "drawing", "pinned"], refresh);
  store.on(["arrived", "language", "theme"], draw);
  return () => {
    refresh();
    draw();
  };
}

/** What is asked about: the sample that lies there, the point itself, or the sample in view. @param {State} s @returns {Asked | null} */
function askedOf(s) {
  const { dataset, probePinned: p } = s;
  if (!dataset) return null;
  if (s.drawing) return { inputs: [s.drawing], scaled: true };
  if (!rowsOnly(dataset)) {
    const { test, place } = sampleAt(dataset, s.sample);
    return { part: test ? "test" : "train", samples: [place] };
  }
  if (!p) return null;
  const near = nearestPoint(s, p, NEAR);
  if (near) return { part: near.test ? "test" : "train", samples: [Number(near.sample)] };
  if (!dataset.plane) return { inputs: [[p.u]], scaled: true };
  if (dataset.view === "plane") return { inputs: [[p.u, p.v]], scaled: true };
  const { origin, axes } = dataset.plane;
  return { inputs: [origin.map((/** @type {number} */ o, /** @type {number} */ c) => o + p.u * axes[0][c] + p.v * axes[1][c])], scaled: true };
}

/** @param {State} s */
function placeOf(s) {
  const asked = askedOf(s), p = s.probePinned;
  if (!asked) return t("ask.nowhere");
  if (s.drawing) return t("ask.aboutDrawing");
  if ("part" in asked) return t(asked.part === "test" ? "ask.aboutTest" : "ask.aboutTrain", { name: labelOf(s, asked.part, asked.samples[0]) });
  return p && s.dataset ? t("ask.aboutPoint", { place: placeText(s.dataset, p, (name, value) => `${name} = ${value}`).join(", ") }) : "";
}

/** A sample's number as the page counts, and its class. @param {State} s @param {"train" | "test"} part @param {number} sample */
function labelOf(s, part, sample) {
  const { dataset } = s, kind = (part === "test" ? dataset?.test_targets : dataset?.targets)?.[sample];
  return dataset?.classes && typeof kind === "number" ? `${grouped(sample + 1)} · ${className(dataset, kind)}` : grouped(sample + 1);
}

/** A bar from the middle where it has a sign. @param {number} share @param {"for" | "against" | ""} side */
function bar(share, side) {
  const fill = h("i", { class: side });
  fill.style.width = `${Math.abs(share) * (side ? 50 : 100)}%`;
  if (side) fill.style.left = share < 0 ? `${50 - Math.abs(share) * 50}%` : "50%";
  return h("span", { class: `ask-bar ${side ? "signed" : ""}`, "aria-hidden": "true" }, fill);
}
