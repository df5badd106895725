/** Hear the chosen sample: a sound of one's own as it was recorded, a wave over and over. */
import { api } from "../api.js";
import { byId, explain, h } from "../dom.js";
import { sampleAt } from "../looking.js";
import { isHeard } from "../model/data.js";
import { decoded, play, RATE } from "../model/sound.js";
import { t } from "../words.js";

const SECONDS = 0.8, FADE = 0.02, MOST_S = 11;

/** @param {import("../session.js").Session} session */
export function mountHearing(session) {
  const { store } = session;
  const button = h("button", { id: "hear", type: "button", onclick: () => void session.try(hear) });
  explain(button, () => ({ text: t(store.state.dataset?.sources ? "tip.hear" : "tip.hearWave") }));
  byId("sample-readout").after(button);

  async function hear() {
    const { dataset, sample, network } = store.state;
    if (!dataset) return;
    const { input, test, place } = sampleAt(dataset, sample);
    if (dataset.sources) {
      const number = (test ? dataset.test_sources : dataset.sources)?.[place] ?? 0;
      return play(await decoded(await api.sound(String(network?.spec.dataset.id), number), MOST_S));
    }
    if (!input) return;
    const wave = Float32Array.from({ length: Math.round(SECONDS * RATE) }, (_, i) => {
      // A step lasts so long that one turn of the wave is a tone of about middle height.
      const at = (i / RATE) * 110 * input.length / 2.5, edge = Math.min(1, i / (FADE * RATE), (SECONDS * RATE - i) / (FADE * RATE));
      return 0.25 * edge * input[Math.floor(at) % input.length][0];
    });
    return play(wave);
  }

  store.on(["dataset", "language"], ({ dataset }) => {
    button.hidden = !isHeard(dataset);
    button.textContent = t("hear");
  });
}
