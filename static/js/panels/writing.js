/**
 * Above the samples of a text network: have it write, character by character, and stop it; what it writes
 * now, anew while it learns; each character coloured by its surprise; and what it expects next, as bars.
 */
import { api, reasonIn } from "../api.js";
import { byId, h } from "../dom.js";
import { followJob } from "../following.js";
import { t, told } from "../words.js";
import { Expecting } from "./expecting.js";
import { bitsOf, drawLegend, paint, share, spelled } from "./surprise.js";
import { mountTextSample } from "./text-sample.js";

const AGAIN_MS = 1000, AFTER_TROUBLE_MS = 5000, LIVE_LENGTH = 200, ALTERNATIVES = 8, MOST_TOLD = 20_000;

/**
 * A character that was written: its probability, and the likeliest in its place.
 * @typedef {{character: string, probability: number, alternatives?: import("../wire.js").AlternativesOut}} Written
 */

/** @param {import("../session.js").Session} session */
export function mountWriting(session) {
  mountTextSample(session);
  const { store } = session;
  const box = byId("writing"), button = byId("write"), paper = byId("written"), problem = byId("write-problem");
  const prompt = /** @type {HTMLInputElement} */ (byId("write-prompt"));
  const temperature = /** @type {HTMLInputElement} */ (byId("write-temperature"));
  const topK = /** @type {HTMLInputElement} */ (byId("write-top-k"));
  const length = /** @type {HTMLInputElement} */ (byId("write-length"));
  const live = /** @type {HTMLInputElement} */ (byId("write-live"));
  /** The job that is written now; `asked` by hand. @type {{job: string, leave: () => void, asked: boolean} | null} */
  let going = null;
  let seed = 1; // another one each time, so that each text is another; what is written while it learns keeps its own
  /** Asked for by hand, until it has ended. */
  let busy = false;
  let begun = "", chosen = -1, writtenAt = -1, next = 0;
  /** @type {Written[]} */
  let written = [];
  const first = h("b", {}), rest = h("span", {});

  const settings = () => ({ temperature: Number(temperature.value), top_k: topK.value === "" ? null : Number(topK.value) });
  const expecting = new Expecting(session, byId("expected"), byId("write-readout"), () => ({ ...settings(), prompt: prompt.value || begun + written.map((one) => one.character).join("") }));
  const show = () => {
    button.textContent = t(busy ? "writeStop" : "write");
    paper.setAttribute("aria-busy", String(busy));
  };
  const say = (/** @type {string} */ text) => { problem.textContent = text; };
  const end = () => {
    going?.leave();
    going = null;
    busy = false;
    show();
    expecting.refresh();
  };
  const stop = () => {
    if (going) void api.cancel(going.job).catch(() => {});
    end();
  };

  /** The text begins anew. @param {string} after */
  const clear = (after) => {
    begun = after;
    written = [];
    choose(-1);
    first.textContent = after;
    rest.replaceChildren();
    paper.replaceChildren(first, rest);
  };
  /** @param {any} news of the job */
  const add = (news) => {
    const { dataset } = store.state;
    if (!dataset) return;
    if (news.prompt !== undefined) clear(news.prompt);
    const from = written.length;
    [...(news.text ?? "")].forEach((character, i) => written.push({ character, probability: news.probabilities[i], alternatives: news.alternatives?.[i] }));
    rest.append(...written.slice(from).map(({ character, probability }, i) => {
      const cell = paint(h("span", {}, character), dataset, character, bitsOf(probability));
      cell.dataset.at = String(from + i);
      return cell;
    }));
  };

  /** @param {boolean} asked by hand; else what it writes now, shown when it is whole */
  const write = async (asked) => {
    const of = session.id, most = Number(length.value) || 300, wanted = asked ? most : Math.min(most, LIVE_LENGTH);
    writtenAt = store.state.frame?.step ?? 0;
    next = performance.now() + AGAIN_MS;
    if (going) stop();
    if (asked) busy = true;
    show();
    try {
      const started = await api.generate(of, { prompt: prompt.value, length: wanted, ...settings(), alternatives: Math.min(ALTERNATIVES, Math.floor(MOST_TOLD / wanted)), seed: asked ? seed++ : 0 });
      if (of !== session.id || asked !== busy || going) return void api.cancel(started.job).catch(() => {});
      say("");
      /** @type {any[]} */
      const kept = [];
      const leave = followJob(started.job, {
        news(news) {
          if (!asked) return void kept.push(news);
          add(news);
          paper.scrollTop = paper.scrollHeight;
        },
        end(last, data) {
          say(told(reasonIn(data, "failure")));
          if (last === "done") kept.forEach(add);
          end();
        },
        lost() {
          say(t("writeLost"));
          end();
        },
      });
      going = { job: started.job, leave, asked };
    } catch (error) {
      say(told(error));
      next = performance.now() + AFTER_TROUBLE_MS;
      if (asked) end();
    }
    show();
  };

  /** What it writes now, where it has learned since, nobody is reading it and it can be seen. */
  const again = () => {
    const { frame, connection, dataset } = store.state;
    if (!live.checked || going || busy || !frame || !frame.step || frame.step === writtenAt || performance.now() < next) return;
    if (dataset?.view !== "text" || connection !== "live" || document.hidden || chosen >= 0 || !paper.offsetParent) return;
    void write(false);
  };
  setInterval(() => {
    if (box.hidden || session.edits.waiting) return; // until an edit is done the server may have other data
    again();
    expecting.follow();
  }, 250);

  /** @param {number} i of a character that was written, or -1 */
  function choose(i) {
    const { dataset } = store.state;
    rest.children[chosen]?.classList.remove("chosen");
    chosen = i >= 0 && i < written.length ? i : -1;
    const one = written[chosen];
    if (!one || !dataset) return expecting.instead(null);
    rest.children[chosen].classList.add("chosen");
    const read = t("surpriseRead", { character: spelled(dataset, one.character), p: share(one.probability), bits: bitsOf(one.probability).toFixed(1) });
    byId("live").textContent = `${read} ${expecting.spoken(one.alternatives)}`;
    expecting.instead({ read, character: one.character, alternatives: one.alternatives ?? { characters: [], probabilities: [], drawn: [] } });
  }

  byId("write-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (busy) return stop();
    // It was asked for, so it stays until what is written now is wanted again.
    live.checked = false;
    void write(true);
  });
  live.addEventListener("change", () => {
    if (!live.checked && going && !going.asked) stop();
    next = writtenAt = 0;
    choose(-1);
    again();
  });
  prompt.addEventListener("change", () => {
    say("");
    if (busy) return;
    if (going) stop();
    clear("");
    writtenAt = next = 0;
  });
  prompt.addEventListener("input", () => {
    choose(-1);
    expecting.refresh();
  });
  for (const field of [temperature, topK]) field.addEventListener("input", () => {
    byId("write-temperature-now").textContent = Number(temperature.value).toFixed(1);
    choose(-1);
    expecting.refresh();
  });
  const over = (/** @type {Event} */ event) => {
    const cell = /** @type {HTMLElement} */ (event.target).closest?.("[data-at]");
    if (cell) choose(Number(/** @type {HTMLElement} */ (cell).dataset.at));
  };
  paper.addEventListener("pointerover", over);
  paper.addEventListener("click", over);
  paper.addEventListener("pointerleave", () => { if (document.activeElement !== paper) choose(-1); });
  paper.addEventListener("blur", () => choose(-1));
  paper.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: Math.max(0, (chosen < 0 ? written.length : chosen) - 1), ArrowRight: Math.min(written.length - 1, chosen + 1), Home: 0, End: written.length - 1, Escape: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    choose(to);
    if (to >= 0) rest.children[chosen]?.scrollIntoView({ block: "nearest" });
  });

  store.on(["dataset"], (s) => {
    stop();
    say("");
    clear("");
    writtenAt = next = -1;
    box.hidden = s.dataset?.view !== "text";
    if (s.dataset?.view !== "text") return;
    topK.max = String(s.dataset.vocabulary.length);
    if (Number(topK.value) > s.dataset.vocabulary.length) topK.value = "";
    expecting.refresh();
  });
  store.on(["language"], () => {
    show();
    topK.placeholder = t("topKAll");
    drawLegend(byId("surprise-legend"));
    choose(chosen);
    expecting.refresh();
  });
}
