/** A place of the slice that is looked at: the network there, in place of one's own, until one leaves it or goes there. */
import { api } from "../api.js";
import { short } from "../canvas.js";
import { heightAt } from "../charts/bands.js";
import { byId, h, write } from "../dom.js";
import { rowsOnly } from "../model/data.js";
import { nested } from "../model/parameters.js";
import { t } from "../words.js";
import { fieldOf, weightsAt } from "./asking.js";
import { placeText } from "./picture.js";

/** @import {Found} from "./asking.js" */

export class Visit {
  /**
   * @param {import("../session.js").Session} session
   * @param {HTMLElement} box
   * @param {() => void} changed
   */
  constructor(session, box, changed) {
    this.session = session;
    this.changed = changed;
    /** @type {number[] | null} */
    this.place = null;
    /** The slice that it is a place of. @type {Found | null} */
    this.of = null;
    this.busy = false;
    this.text = h("p", { class: "land-place", role: "status" });
    this.why = h("p", { class: "hint", id: "land-why" });
    this.go = h("button", { type: "button", class: "primary", "data-name": "land go", onclick: () => void this.goThere() });
    this.back = h("button", { type: "button", "data-name": "land back", onclick: () => {
      this.leave();
      byId("landscape-map").focus({ preventScroll: true });
    } });
    this.buttons = h("div", { class: "row" }, this.go, this.back);
    box.append(this.text, this.buttons, this.why);
    // Beside the picture itself, that nobody takes it for one's own network's.
    this.note = h("small", { class: "elsewhere-note", hidden: true });
    byId("output-of").after(this.note);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.place && !document.querySelector("dialog[open], :popover-open:not(#tip)")) this.leave();
    });
  }

  /** @param {number[]} place @param {Found} found */
  look(place, found) {
    this.place = place;
    this.of = found;
    this.#show();
    byId("live").textContent = this.text.textContent;
    this.changed();
  }

  /** More of the same slice has come: what is known of the place may be more. @param {Found} found */
  grown(found) {
    if (!this.place || this.of === found) return;
    this.of = found;
    this.#show();
  }

  leave() {
    if (!this.place) return;
    this.place = this.of = null;
    this.session.store.set({ imagined: null });
    this.changed();
  }

  /** Of rows the browser has the pictures at once. */
  #show() {
    const { dataset, network } = this.session.store.state, vector = this.place && this.of && weightsAt(this.of, this.place);
    this.session.store.set({ imagined: vector && rowsOnly(dataset) && vector.length === network?.parameters ? vector : null });
  }

  draw() {
    const { place, of } = this, { state } = this.session.store;
    write(this.go, t("land.go"));
    write(this.back, t("land.back"));
    this.buttons.hidden = place === null;
    byId("output").classList.toggle("elsewhere", state.imagined !== null);
    this.note.hidden = state.imagined === null;
    write(this.note, t("land.note"));
    if (!place || !of) {
      write(this.text, t(rowsOnly(state.dataset) ? "land.hintLook" : "land.hint"));
      this.text.classList.remove("there");
      write(this.why, "");
      return;
    }
    const field = fieldOf(of), loss = heightAt(field, place[0], place[1]), moved = state.frame !== null && state.frame.step !== of.step;
    const said = t(state.imagined ? "land.looking" : "land.there", { ...placeText(field, place), loss: short(loss), own: short(of.centre_loss) });
    write(this.text, moved ? `${said} ${t("land.since", { step: of.step })}` : said);
    this.text.classList.add("there");
    const why = of.whole ? (of.centre ? "" : t("land.tooMany")) : t("land.notYet");
    // It can be reached all the same, so that the reason is read.
    this.go.setAttribute("aria-disabled", String(why !== "" || this.busy));
    if (why) this.go.setAttribute("aria-describedby", "land-why");
    else this.go.removeAttribute("aria-describedby");
    write(this.why, why);
  }

  /** The network goes there; undoing brings back what it was. */
  async goThere() {
    const { session, place, of } = this, vector = place && of && weightsAt(of, place);
    if (!vector || this.busy || !of?.whole) return;
    this.busy = true;
    this.changed();
    const gone = await session.try(async () => {
      const { id } = of;
      // What goes on training would be elsewhere at once.
      if (session.store.state.frame?.state === "playing") await api.pause(id);
      await session.edits.run("weight", async () => {
        const { layout } = session.network;
        if (session.id !== id || vector.length !== session.network.parameters) return null;
        const there = nested(layout, vector), before = await api.weightsNow(id);
        return { redo: () => api.weights(id, there), undo: () => api.weights(id, before) };
      });
      return true;
    });
    this.busy = false;
    if (gone) {
      // The button goes, and whoever pressed it is where its place was.
      if (this.buttons.contains(document.activeElement)) byId("landscape-map").focus({ preventScroll: true });
      this.leave();
      byId("live").textContent = t("land.arrived");
    }
    this.changed();
  }
}
