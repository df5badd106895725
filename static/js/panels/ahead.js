/** Behind "more": the learning rate over the steps to come, where a schedule moves it. */
import { chartSize, colours, fit, grouped, short } from "../canvas.js";
import { drawAxes, figures, ticks } from "../charts/axes.js";
import { byId, h, write } from "../dom.js";
import { factorAt, lengthOf } from "../model/schedules.js";
import { eachFrame } from "../store.js";
import { t } from "../words.js";

const TALL = "112px";

/** @param {import("../session.js").Session} session */
export function mountAhead(session) {
  const { store } = session, card = byId("more-settings");
  const canvas = h("canvas", { id: "ahead-chart", role: "img" }), said = h("p", { class: "hint", id: "ahead-said" }), box = h("div", { id: "ahead", hidden: true }, canvas, said);
  canvas.style.cssText = `display: block; width: 100%; height: ${TALL}`;
  byId("more-fields").after(box);

  const draw = eachFrame(() => {
    const { network, frame } = store.state, schedule = network?.spec.schedule;
    box.hidden = !schedule || schedule.kind === "constant";
    if (!network || !schedule || box.hidden || !card.matches(":popover-open")) return;
    const rate = network.spec.optimizer.learning_rate, now = frame?.step ?? 0, known = factorAt(schedule, now) !== null;
    canvas.hidden = !known;
    canvas.style.display = known ? "block" : "none";
    if (!known) return write(said, t("ahead.unknown"));
    // What is over is seen in front of what comes.
    const end = Math.max(lengthOf(schedule), Math.ceil(now * 1.25)), at = (/** @type {number} */ u) => rate * Number(factorAt(schedule, u));
    const { context, width, height } = fit(canvas), frameBox = { left: chartSize() * 4.4, right: width - 8, top: 6, bottom: height - chartSize() * 2.7 };
    const values = Array.from({ length: 401 }, (_, k) => Math.round((k / 400) * end)).map((u) => ({ u, rate: at(u) })), most = Math.max(...values.map((one) => one.rate)) || 1;
    const across = ticks(0, end, Math.max(2, (frameBox.right - frameBox.left) / 80), true), up = ticks(0, most, 2);
    const px = (/** @type {number} */ u) => frameBox.left + (u / end) * (frameBox.right - frameBox.left), py = (/** @type {number} */ v) => frameBox.bottom - (v / most) * (frameBox.bottom - frameBox.top);
    drawAxes(context, frameBox, { at: px, marks: across, text: figures(across), name: t("step") }, { at: py, marks: up, text: figures(up) });
    const theme = colours();
    for (const [colour, part] of /** @type {[string, typeof values][]} */ ([[theme["line-2"], values.filter(({ u }) => u <= now)], [theme.accent, [{ u: now, rate: at(now) }, ...values.filter(({ u }) => u > now)]]])) {
      context.strokeStyle = colour;
      context.lineWidth = 2;
      context.lineJoin = "round";
      context.beginPath();
      part.forEach((one, i) => (i ? context.lineTo(px(one.u), py(one.rate)) : context.moveTo(px(one.u), py(one.rate))));
      context.stroke();
    }
    context.fillStyle = theme.accent;
    context.beginPath();
    context.arc(px(now), py(at(now)), 4, 0, 2 * Math.PI);
    context.fill();
    const text = t("ahead.said", { now: grouped(now), rate: short(at(now), 4), end: grouped(end), last: short(at(end), 4) });
    canvas.dataset.drawn = String(now);
    canvas.setAttribute("aria-label", `${t("ahead.alt")} ${text}`);
    write(said, text);
    return undefined;
  });
  store.on(["network", "frame", "language", "theme"], draw);
  card.addEventListener("toggle", draw);
}
