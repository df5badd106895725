/** What is wrong, in words, while it trains: the server's diagnosis, asked for every few seconds; and a hint for who is new here. */
import { api } from "../api.js";
import { byId, explain, h } from "../dom.js";
import { remember, remembered } from "../remembered.js";
import { layerName, pick, t } from "../words.js";

const EVERY_MS = 4000, LEAST_STEPS = 50;

/** @param {import("../session.js").Session} session */
export function mountAdvice(session) {
  const { store } = session, chip = byId("finding");
  let last = 0, asked = "";
  const ask = async () => {
    const { frame, network } = store.state;
    if (!frame || !network || frame.step < LEAST_STEPS || document.hidden) return;
    const of = `${network.id} ${frame.generation} ${frame.revision} ${frame.step}`;
    if (of === asked) return;
    asked = of;
    last = performance.now();
    const found = await api.diagnosis(network.id).catch(() => null);
    // Divergence has a message of its own.
    const findings = found?.findings.filter((/** @type {any} */ one) => one.name !== "diverged") ?? [];
    if (found && network.id === session.id) store.set({ finding: findings[0] ?? null });
  };
  store.on(["frame"], ({ frame }) => {
    if (!frame) return;
    if (frame.step < LEAST_STEPS) store.set({ finding: null });
    else if (frame.state !== "playing" || performance.now() - last > EVERY_MS) void ask();
  });
  store.on(["finding", "language"], (s) => {
    chip.hidden = !s.finding;
    if (s.finding) chip.textContent = `⚠ ${t(`finding.${s.finding.name}`)}`;
  });
  explain(chip, () => ({ text: said(store.state) }));
  chip.addEventListener("click", () => {
    byId("of-gradients").click(); // what helps stands there, as buttons
    session.say("note", "found", said(store.state), store.state.finding?.name === "too_fast" ? ["startSlower"] : []);
  });

  // Once, for who has never been here.
  if (remembered("been") === null) {
    const hint = byId("welcome"), away = () => {
      hint.hidden = true;
      remember("been", "yes");
    };
    const say = h("span", { "data-t": "trying" }, t("trying")), close = h("button", { type: "button", "data-t": "gotIt", onclick: away }, t("gotIt"));
    hint.replaceChildren(say, close);
    hint.hidden = false;
    // Over the lines between units, where it covers nothing to press; what is under it can be pointed at through it.
    const room = byId("diagram-box").getBoundingClientRect();
    if (innerWidth > 1099) hint.style.cssText = `left: ${Math.round(room.left + 12)}px; top: ${Math.round(room.bottom - 76)}px`;
    // Who plays, or opens another tab, has found the way; over what that shows it would only lie.
    store.on(["frame", "tab"], ({ frame, tab }) => { if (!hint.hidden && (frame?.state === "playing" || (tab && tab.id !== "activations"))) away(); });
  }
}

/**
 * The finding in the page's language, with what would help.
 * @param {import("../session.js").State} s
 */
export function said({ finding, network }) {
  if (!finding || !network) return "";
  const l = network.layers.findIndex((layer) => layer.name === finding.layer);
  const text = pick(finding.text);
  return `${l < 0 ? text : text.replaceAll(finding.layer, layerName(network, l))} ${pick(finding.advice)}`;
}
