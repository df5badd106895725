/** Play, step, reset, speed. */
import { grouped } from "../canvas.js";
import { byId } from "../dom.js";
import { SPEEDS } from "../state.js";
import { t } from "../words.js";

/** @param {import("../session.js").Session} session */
export function mountTransport(session) {
  const { store } = session;
  const play = byId("play"), step = byId("step");
  const speed = /** @type {HTMLInputElement} */ (byId("speed"));
  play.addEventListener("click", () => void session.toggle());
  byId("reset").addEventListener("click", () => void session.reset());
  step.addEventListener("click", () => void session.step(stepKind()));
  byId("undo").addEventListener("click", () => void session.undo());
  byId("redo").addEventListener("click", () => void session.redo());
  speed.max = String(SPEEDS.length - 1);
  speed.addEventListener("input", () => void session.setSpeed(Number(speed.value)));

  store.on(["frame", "dataset", "connection", "waiting", "speed", "canUndo", "canRedo", "refused", "language"], (s) => {
    const playing = s.frame?.state === "playing", live = s.connection === "live";
    play.textContent = playing ? `❚❚ ${t("pause")}` : `▶ ${t("play")}`;
    const stuck = s.frame?.state === "diverged" || s.dataset?.inputs.length === 0;
    play.toggleAttribute("disabled", !live || stuck);
    step.toggleAttribute("disabled", !live || s.waiting || stuck);
    byId("reset").toggleAttribute("disabled", !live);
    byId("undo").toggleAttribute("disabled", !live || !(s.canUndo || s.refused));
    byId("redo").toggleAttribute("disabled", !live || !s.canRedo);
    speed.value = String(s.speed);
    const rate = SPEEDS[s.speed];
    const text = rate === null ? t("fullSpeed") : t("stepsPerSecond", { n: rate });
    byId("speed-value").textContent = text;
    speed.setAttribute("aria-valuetext", text);
    byId("count-step").textContent = grouped(s.frame?.step ?? 0);
    byId("count-epoch").textContent = grouped(s.frame?.epoch ?? 0);
  });
}

/** What a step is, forth and back. */
export function stepKind() {
  const [kind, count] = /** @type {HTMLSelectElement} */ (byId("step-kind")).value.split(" ");
  return kind === "epoch" ? { epochs: Number(count) } : { steps: Number(count) };
}
