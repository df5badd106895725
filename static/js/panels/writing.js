/** Above the samples of a text network: have it write, character by character, and stop it. */
import { api, reasonIn } from "../api.js";
import { byId, h } from "../dom.js";
import { followJob } from "../following.js";
import { t, told } from "../words.js";

/** @param {import("../session.js").Session} session */
export function mountWriting(session) {
  const { store } = session;
  const box = byId("writing"), button = byId("write"), paper = byId("written"), problem = byId("write-problem");
  const prompt = /** @type {HTMLInputElement} */ (byId("write-prompt"));
  const temperature = /** @type {HTMLInputElement} */ (byId("write-temperature"));
  const length = /** @type {HTMLInputElement} */ (byId("write-length"));
  /** The job that is written now. @type {{job: string, leave: () => void} | null} */
  let going = null;
  let seed = 0; // another one each time, so that each text is another

  const show = () => {
    button.textContent = t(going ? "writeStop" : "write");
    paper.setAttribute("aria-busy", String(Boolean(going)));
  };
  const end = () => {
    going?.leave();
    going = null;
    show();
  };
  const stop = () => {
    if (going) void api.cancel(going.job).catch(() => {});
    end();
  };
  const say = (/** @type {string} */ text) => { problem.textContent = text; };

  const write = async () => {
    const of = session.id;
    say("");
    try {
      const started = await api.generate(of, { prompt: prompt.value, length: Number(length.value) || 200, temperature: Number(temperature.value), seed: seed++ });
      if (of !== session.id) return void api.cancel(started.job).catch(() => {});
      const begun = h("b", {}), rest = document.createTextNode("");
      paper.replaceChildren(begun, rest);
      going = { job: started.job, leave: followJob(started.job, {
        news(news) {
          begun.append(news.prompt ?? "");
          rest.appendData(news.text ?? "");
          paper.scrollTop = paper.scrollHeight;
        },
        end(_, data) {
          say(told(reasonIn(data, "failure")));
          end();
        },
        lost() {
          say(t("writeLost"));
          end();
        },
      }) };
    } catch (error) {
      say(told(error));
    }
    show();
  };

  byId("write-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (going) stop();
    else void write();
  });
  temperature.addEventListener("input", () => { byId("write-temperature-now").textContent = Number(temperature.value).toFixed(1); });
  store.on(["dataset"], (s) => {
    stop();
    say("");
    paper.replaceChildren();
    box.hidden = s.dataset?.view !== "text";
  });
  store.on(["language"], show);
}
