/** Which sample, or which few, the update is of: by number, the next of the run, or one pointed at on the page. */
import { h } from "../dom.js";
import { sampleAt } from "../looking.js";
import { nearestPoint } from "../model/points.js";
import { rowsOnly } from "../model/data.js";
import { className } from "../names.js";
import { thumbnail } from "../panels/thumbnail.js";
import { t } from "../words.js";
import { MOST_SAMPLES } from "./walk.js";

const NEAR = 0.04; // of the plane's width

/**
 * @param {import("../session.js").Session} session
 * @param {import("./walk.js").Walk} walk
 */
export function drawChooser(session, walk) {
  const { dataset } = session.store.state, count = dataset?.samples ?? 0;
  const input = h("input", { type: "text", inputMode: "numeric", autocomplete: "off", "data-name": "samples", "aria-label": t("bp.samples"), "data-tip": "bp.tipSamples", value: walk.samples.map((n) => n + 1).join(", "), onchange: () => {
    const asked = input.value.split(/[^\d]+/).filter(Boolean).map((text) => Number(text) - 1);
    const wrong = !asked.length || asked.length > MOST_SAMPLES || new Set(asked).size < asked.length || asked.some((n) => n < 0 || n >= count);
    input.setCustomValidity(wrong ? t("bp.samplesWrong", { most: MOST_SAMPLES, n: count }) : "");
    if (input.reportValidity()) void walk.chooseSamples(asked);
  } });
  const by = (/** @type {number} */ step) => void walk.chooseSamples([((walk.samples[0] + step) % count + count) % count]);
  const one = walk.found?.sample ?? walk.samples[0], label = dataset?.classes && dataset.view !== "text" ? className(dataset, Number(dataset.targets[one] ?? 0)) : "";
  const which = walk.samples.length > 1 ? [h("select", { "data-name": "sample", "aria-label": t("bp.looked"), onchange: (/** @type {Event} */ event) => void walk.lookAt(Number(/** @type {HTMLSelectElement} */ (event.target).value)) },
    ...walk.samples.map((n) => h("option", { value: String(n), selected: n === one }, t("bp.lookAt", { n: n + 1 }))))] : [];
  const next = h("button", { type: "button", class: "quiet", "data-name": "next batch", "data-tip": "bp.tipNextBatch", onclick: () => {
    const ahead = walk.found?.next_samples;
    if (ahead?.length) void walk.chooseSamples(ahead);
  } }, t("bp.nextBatch"));
  return h("span", { class: "row chooser" }, h("button", { type: "button", "data-name": "before", "aria-label": t("bp.sampleBefore"), onclick: () => by(-1) }, "◂"),
    h("label", { class: "row" }, t("bp.sample"), input), h("button", { type: "button", "data-name": "after", "aria-label": t("bp.sampleAfter"), onclick: () => by(1) }, "▸"),
    h("small", {}, t("bp.ofN", { n: count }), label ? ` · ${label}` : ""), dataset?.view === "image" ? thumbnail(session, "train", one) : null, ...which, next);
}

/** That an update is not of what is shown as the chosen sample beside it. @param {import("../session.js").State} s @param {number} n its own sample */
export function notShown(s, n) {
  const { dataset } = s;
  if (!dataset || rowsOnly(dataset)) return "";
  if (s.drawing) return t("bp.notDrawing", { n: n + 1 });
  return s.sample < dataset.test_inputs.length ? t("bp.notTest", { n: n + 1 }) : "";
}

/**
 * The training sample that was pointed at on the page: the nearest to the point pinned on the plane, or the one shown.
 * @param {import("../session.js").State} s
 */
export function samplePointedAt(s) {
  const { dataset, probePinned: p } = s;
  if (!dataset) return null;
  if (!["plane", "curve", "table"].includes(dataset.view)) {
    if (s.sample >= dataset.test_inputs.length + dataset.inputs.length) return null;
    const found = sampleAt(dataset, s.sample);
    return found.test ? null : found.place;
  }
  return p && (nearestPoint(s, p, NEAR, ({ test }) => !test)?.sample ?? null);
}
