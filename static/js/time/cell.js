/** One cell of a recurrent layer, a unit at a step, gate by gate. */
import { equation, sentence } from "../backprop/lines.js";
import { h, rebuild } from "../dom.js";
import { t } from "../words.js";

const DIGITS = 4;

export class CellCard {
  /** @param {() => void} close @param {(by: number) => void} step to another time step */
  constructor(close, step) {
    this.box = h("aside", { class: "time-cell", tabIndex: 0, role: "region" });
    this.close = close;
    /** Of the first gate, what it is: the long sum before it opens when one goes there. */
    this.at = 1;
    this.#drawn = "";
    this.box.addEventListener("keydown", (event) => {
      const { key } = event;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (key === "ArrowDown" || key === "ArrowUp") this.#go(this.at + (key === "ArrowDown" ? 1 : -1));
      else if (key === "ArrowLeft" || key === "ArrowRight") step(key === "ArrowRight" ? 1 : -1);
      else if (key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  #drawn;

  /**
   * @param {import("../session.js").State} state
   * @param {string} title
   * @param {any[] | null} lines null where no cell is open, none while they are on their way
   * @param {number} made updates before these numbers
   */
  show(state, title, lines, made) {
    const { box } = this, key = JSON.stringify([title, lines?.map((line) => line.value) ?? null, made, state.language]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    box.classList.toggle("open", lines !== null);
    box.setAttribute("aria-label", lines ? title : t("time.cell"));
    if (!lines) return void rebuild(box, h("p", { class: "hint" }, t("time.cellHint")));
    if (lines.length) this.at = Math.min(this.at, lines.length - 1);
    rebuild(box, h("h3", {}, title, h("button", { type: "button", class: "quiet", "data-name": "close cell", "aria-label": t("close"), onclick: this.close }, "×")),
      ...(lines.length ? [] : [h("p", { class: "hint" }, t("loading"))]),
      ...lines.map((line, k) => h("div", { class: `line ${k === this.at ? "on" : ""}`, "data-line": line.what, "aria-current": k === this.at ? "true" : undefined, onclick: () => this.#go(k) },
        h("p", { class: "k" }, sentence(state, line)), equation({ state, digits: DIGITS }, line))),
      ...(lines.length ? [h("p", { class: "hint" }, `${t("cell.step", { n: made })} · ${t("time.cellKeys")}`)] : []));
    return undefined;
  }

  /** To a line. @param {number} at */
  #go(at) {
    const lines = this.box.querySelectorAll(".line");
    if (!lines[at]) return;
    this.at = at;
    lines.forEach((line, k) => {
      line.classList.toggle("on", k === at);
      line.toggleAttribute("aria-current", false);
      if (k === at) line.setAttribute("aria-current", "true");
    });
    lines[at].scrollIntoView({ block: "nearest" });
    /** @type {HTMLElement} */ (document.getElementById("live")).textContent = lines[at].querySelector(".k")?.textContent + " " + lines[at].querySelector(".result")?.textContent;
  }
}
