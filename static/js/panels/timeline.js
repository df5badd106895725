/** Where a run stands in its own past: a slider under the chart of its losses, along the same axis. */
import { grouped, short } from "../canvas.js";
import { anchored, byId, h } from "../dom.js";
import { Rewinding } from "../rewinding.js";
import { stepKind } from "./transport.js";
import { t } from "../words.js";

/** @param {import("../session.js").Session} session */
export function mountTimeline(session) {
  const { store } = session, rewinding = new Rewinding(session);
  const slider = /** @type {HTMLInputElement} */ (byId("timeline")), back = byId("back"), menu = byId("past-menu");
  let held = false;
  slider.addEventListener("pointerdown", () => { held = true; });
  for (const end of ["pointerup", "pointercancel"]) slider.addEventListener(end, () => { held = false; show(); });
  slider.addEventListener("input", () => {
    speak();
    void rewinding.seek(Number(slider.value));
  });
  back.addEventListener("click", () => void rewinding.back(stepKind()));
  const items = /** @type {[string, () => unknown][]} */ ([
    ["branchHere", () => rewinding.branch()], ["toStart", () => rewinding.seek(0)], ["toEnd", () => rewinding.toEnd()],
  ]);
  const buttons = items.map(([id, action]) => h("button", { id, type: "button", class: "quiet", onclick: () => { menu.hidePopover(); void action(); } }));
  menu.append(...buttons);
  anchored(byId("past"), menu);

  const speak = () => {
    const { frame, sought } = store.state, step = Number(slider.value);
    const loss = sought === null && frame?.step === step ? short(frame.loss) : "…";
    slider.setAttribute("aria-valuetext", t("timelineText", { step: grouped(step), last: grouped(Number(slider.max)), loss }));
  };
  const show = () => {
    const { frame, sought, connection } = store.state, step = frame?.step ?? 0, last = Math.max(step, frame?.last_step ?? 0);
    const live = connection === "live", none = last === 0;
    slider.max = String(Math.max(1, last));
    if (!held) slider.value = String(sought ?? step);
    slider.style.setProperty("--at", `${(100 * Number(slider.value)) / Math.max(1, last)}%`);
    slider.disabled = !live || none;
    byId("timeline-box").dataset.tip = none ? "tip.timelineNone" : "tip.timeline";
    slider.setAttribute("aria-description", none ? t("tip.timelineNone") : "");
    const first = (sought ?? step) === 0;
    back.toggleAttribute("disabled", !live || first);
    byId("back-box").dataset.tip = first ? "tip.backNone" : "tip.back";
    back.setAttribute("aria-description", first ? t("tip.backNone") : "");
    byId("past").toggleAttribute("disabled", !live);
    const [branch, start, end] = buttons;
    branch.textContent = t("branchHere", { step: grouped(step) });
    start.textContent = t("toStart");
    end.textContent = t("toEnd", { step: grouped(last) });
    start.disabled = first;
    end.disabled = step === last;
    speak();
  };
  store.on(["frame", "connection", "sought", "language"], show);

  // Changes on the way, and what cannot be reached any more.
  let drawn = "";
  store.on(["historyVersion", "network", "frame"], ({ history, network, frame }) => {
    const last = Math.max(1, frame?.last_step ?? 0), spans = gaps(network?.reachable ?? []);
    const key = JSON.stringify([last, history.marks.map((mark) => mark.step), spans]);
    if (key === drawn) return;
    drawn = key;
    const at = (/** @type {number} */ step) => `${(100 * step) / last}%`;
    byId("timeline-marks").replaceChildren(
      ...spans.map(([from, to]) => placed(h("i", { class: "gap" }), { left: at(from), width: at(to - from) })),
      ...history.marks.map((mark) => placed(h("i", {}), { left: at(mark.step) })));
  });
  return rewinding;
}

/** @param {HTMLElement} element @param {Record<string, string>} style */
function placed(element, style) {
  Object.assign(element.style, style);
  return element;
}

/** What lies between spans of steps. @param {number[][]} spans */
const gaps = (spans) => spans.slice(1).map(([from], i) => [spans[i][1], from]);
