/** Predict first: before it happens a learner says what will; then both are seen over one another, with a score. */
import { byId, h, rebuild } from "../dom.js";
import { t } from "../words.js";
import { boundaryKind, lossKind, weightKind } from "./predict-kinds.js";

const KINDS = /** @type {const} */ (["loss", "boundary", "weight"]);
const STEPS = [10, 50, 100, 500, 1000];
const SLICES = 20;
/** Where the guess is drawn. */
const HOMES = { loss: "loss", boundary: "output", weight: "network" };

/** @typedef {typeof KINDS[number]} KindName */

/**
 * @param {import("../session.js").Session} session
 * @param {{boundary: (resolution: number) => Promise<any>}} pictures
 */
export function mountPredict(session, pictures) {
  const { store } = session, card = byId("predict-card"), choice = /** @type {HTMLSelectElement} */ (byId("predict-kind"));
  /** @type {"off" | "asking" | "running" | "shown"} */
  let phase = "off";
  let steps = 100, hint = false, asked = "", start = 0;
  /** @type {import("./predict-kinds.js").Outcome | null} */
  let outcome = null;
  const changed = () => draw();
  /** @type {Record<KindName, import("./predict-kinds.js").Kind>} */
  const kinds = { loss: lossKind(session, changed), boundary: boundaryKind(session, changed, pictures.boundary), weight: weightKind(session, changed) };
  /** What a question is about. From the past another run goes on, which answers it. */
  const keyOf = () => [store.state.predict, store.state.network?.id, store.state.frame?.run, store.state.dataset?.kind].join();
  /** What is asked for, or what can be asked of such data. @returns {KindName | null} */
  const current = () => {
    const { predict } = store.state;
    if (!predict) return null;
    return kinds[predict].fits() ? predict : KINDS.find((name) => kinds[name].fits()) ?? null;
  };
  /** @type {KindName | null} */
  let kind = null;

  const ask = () => {
    for (const name of KINDS) kinds[name].clear();
    start = store.state.frame?.step ?? 0;
    kind = current();
    phase = kind ? "asking" : "off";
    outcome = null;
    hint = false;
    if (kind) kinds[kind].begin(steps);
    draw();
    if (!kind) return;
    byId("live").textContent = t(`predict.${kind}.ask`, { n: steps, ...kinds[kind].facts?.() });
    if (innerWidth < 1100) byId(HOMES[kind]).scrollIntoView();
  };
  const leave = () => {
    for (const name of KINDS) kinds[name].clear();
    phase = "off";
    draw();
  };

  const reveal = async () => {
    if (!kind || phase !== "asking" || !kinds[kind].ready()) return;
    phase = "running";
    kinds[kind].lock();
    draw();
    await train(kinds[kind].one ? 1 : steps);
    const found = await kinds[kind].outcome();
    if (phase !== "running") return; // skipped meanwhile
    outcome = found;
    phase = "shown";
    asked = keyOf();
    draw();
    /** @type {HTMLElement | null} */ (card.querySelector("[data-name=again]"))?.focus({ preventScroll: true });
  };
  /** In slices, so that the curve is measured on its way. @param {number} count */
  const train = async (count) => {
    const start = store.state.frame?.step ?? 0;
    for (let made = 0; made < count && phase === "running";) {
      const now = Math.min(count - made, Math.max(1, Math.ceil(count / SLICES)));
      await session.step({ steps: now });
      const there = await reached(start + made + now);
      if (there <= start + made) return; // it diverged, or the server is gone
      made = there - start;
    }
  };
  /** @param {number} step @returns {Promise<number>} the step that is there, sooner or later */
  const reached = async (step) => {
    for (let tries = 0; tries < 100 && (store.state.frame?.step ?? 0) < step && store.state.frame?.state !== "diverged"; tries++) await new Promise((resolve) => setTimeout(resolve, 20));
    return store.state.frame?.step ?? 0;
  };

  // Whoever presses play or step with a guess sees what becomes of it; without one, is asked for it once more.
  session.held = () => {
    if (phase === "shown") leave();
    if (phase !== "asking" || !kind) return false;
    if (kinds[kind].ready()) void reveal();
    else {
      hint = true;
      draw();
    }
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || phase === "off" || document.querySelector("dialog[open], [popover]:popover-open:not(.tip)")) return;
    leave();
  });

  const title = () => h("div", { class: "row title" }, h("h3", {}, t("predictTitle")),
    h("button", { type: "button", class: "quiet", "data-name": "skip", onclick: leave }, t(phase === "shown" ? "close" : "predict.skip"), " ", h("kbd", {}, "Esc")));
  const tabs = () => h("div", { class: "row kinds", role: "group", "aria-label": t("predict.what") }, ...KINDS.filter((name) => kinds[name].fits()).map((name) =>
    h("button", { type: "button", "aria-pressed": String(name === kind), "data-name": `predict ${name}`, onclick: () => store.set({ predict: name }) }, t(`predict.${name}`))));
  const count = () => {
    const select = h("select", { "data-name": "predict steps", onchange: () => {
      steps = Number(select.value);
      ask();
    } }, ...STEPS.map((n) => h("option", { value: String(n), selected: n === steps }, String(n))));
    return h("label", { class: "field" }, t("predict.steps"), select);
  };
  const asking = (/** @type {KindName} */ name) => {
    const { one, facts, fields, ready } = kinds[name], busy = phase === "running";
    return [
      tabs(),
      h("p", { class: "ask" }, t(`predict.${name}.ask`, { n: steps, ...facts?.() })),
      h("div", { class: "fields" }, ...(one ? [] : [count()]), ...fields()),
      h("div", { class: "row" },
        h("button", { type: "button", class: "primary", "data-name": "reveal", disabled: busy || !ready(), onclick: () => void reveal() }, busy ? t("predict.running") : one ? t("predict.one") : t("predict.run", { n: steps })),
        h("span", { class: "hint", role: "status" }, hint && !ready() ? t("predict.first") : "")),
    ];
  };
  const shown = (/** @type {KindName} */ name, /** @type {import("./predict-kinds.js").Outcome} */ { score, facts, nodes }) => [
    h("div", { role: "status" },
      h("p", { class: "score" }, h("b", {}, score === null ? "–" : String(score)), ` ${t("predict.of")}`),
      h("p", {}, t(`predict.${name}.facts`, facts)),
      ...(nodes ?? []),
      h("p", { class: "hint" }, t(`predict.${name}.measure`))),
    h("div", { class: "row" }, h("button", { type: "button", "data-name": "again", onclick: ask }, t("predict.again"))),
  ];
  const draw = () => {
    card.hidden = phase === "off" || !kind;
    card.dataset.phase = phase;
    if (phase === "asking" && kind) document.body.dataset.predicting = kind;
    else delete document.body.dataset.predicting;
    if (card.hidden || !kind) return;
    rebuild(card, title(), ...(phase === "shown" && outcome ? shown(kind, outcome) : asking(kind)));
  };

  choice.addEventListener("change", () => {
    store.set({ predict: /** @type {KindName | null} */ (choice.value || null) });
    // What plays is paused: there would be no saying where the guess begins.
    if (store.state.predict && store.state.frame?.state === "playing") void session.toggle();
  });
  store.on(["predict", "language"], (s) => {
    choice.replaceChildren(...["", ...KINDS].map((name) => h("option", { value: name, selected: (s.predict ?? "") === name }, t(name ? `predict.${name}` : "predict.off"))));
  });
  store.on(["language", "theme"], draw);
  // Another question, other data and another run are asked about anew; what is under way is not disturbed.
  store.on(["predict", "dataset", "network", "frame"], ({ predict, frame, network, dataset, weights }) => {
    if (!frame || !network || !dataset || !weights || frame.state === "playing" || phase === "running") return;
    const key = keyOf();
    // A guess is about what follows a certain step: where the network went on by itself, it is asked for once more.
    if (key === asked && !(phase === "asking" && frame.step !== start)) return;
    asked = key;
    if (predict) ask();
    else if (phase !== "off") leave();
  });
}
