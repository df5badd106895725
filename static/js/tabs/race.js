/** Races of variants, the rate finder, and what if: three ways of asking what another setting would have done. */
import { h, write } from "../dom.js";
import { mountRaceControls } from "../race/controls.js";
import { mountFinder } from "../race/finder.js";
import { Racing } from "../race/racing.js";
import { mountResults } from "../race/results.js";
import { mountWhatIf } from "../race/whatif.js";
import { eachFrame } from "../store.js";
import { t } from "../words.js";

const WAYS = /** @type {const} */ (["race", "rate", "whatif"]);

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} panel
 * @param {() => boolean} isShown
 */
export function mountRace(session, panel, isShown) {
  const { store } = session;
  /** @type {typeof WAYS[number]} */
  let way = "race";
  const buttons = WAYS.map((name) => h("button", { type: "button", "data-name": `way ${name}`, onclick: () => {
    way = name;
    draw();
  } }));
  const parts = WAYS.map((name) => h("div", { class: `race-part race-${name}`, id: `race-${name}` })), switcher = h("div", { class: "race-ways", role: "group" }, ...buttons);
  panel.append(h("section", { id: "race", class: "race" }, switcher, ...parts));
  const controls = h("div", { class: "race-side" }), results = h("div", { class: "race-results" });
  parts[0].append(controls, results);
  const draw = eachFrame(() => { if (isShown()) drawAll(); });
  const racing = new Racing(session, draw), drawControls = mountRaceControls(session, controls, racing), drawResults = mountResults(session, results, racing);
  const drawFinder = mountFinder(session, parts[1]), drawWhatIf = mountWhatIf(session, parts[2], () => isShown() && way === "whatif");

  function drawAll() {
    WAYS.forEach((name, i) => {
      write(buttons[i], t(`race.way.${name}`));
      buttons[i].setAttribute("aria-pressed", String(name === way));
      parts[i].hidden = name !== way;
    });
    switcher.setAttribute("aria-label", t("race.ways"));
    if (way === "race") {
      drawControls();
      drawResults();
    } else if (way === "rate") drawFinder();
    drawWhatIf(); // the settings ask only while it is to be seen
  }

  store.on(["language", "theme", "network", "dataset"], draw);
  return draw;
}
