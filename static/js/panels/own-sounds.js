/** The dialog for sounds of one's own: words spoken into the microphone, or out of files, class by class. */
import { api } from "../api.js";
import { drawWave } from "../charts/sounds.js";
import { base64 } from "../base64.js";
import { h } from "../dom.js";
import { decoded, NoSound, play, record, wavOf } from "../model/sound.js";
import { t, told } from "../words.js";
import { learnFrom, nextName } from "./own-learned.js";

const LEAST = 3, MOST_CLASSES = 10, MOST_S = 10, RECORD_S = 1.5, MOST_BYTES = 20e6;

/** @typedef {{name: string, sounds: Float32Array[]}} Class */

/**
 * @param {import("../session.js").Session} session
 * @returns {() => void} opens it; what was recorded is there as long as the page is
 */
export function mountOwnSounds(session) {
  const { store } = session;
  /** @type {Class[]} */
  let classes = [];
  /** What was, before the last changes. @type {Class[][]} */
  const before = [];
  let recording = -1, sending = false;

  const title = h("h2", { id: "sounds-title" }), lead = h("p", {}), list = h("div", { class: "sound-classes" });
  const missing = h("p", { class: "hint", role: "status" }), problem = h("p", { id: "sounds-problem", class: "problem", role: "alert" });
  const name = h("input", { type: "text", maxLength: 80, id: "sounds-name" }), nameOf = h("span");
  const send = h("button", { id: "sounds-use", type: "submit", class: "primary" }), shut = h("button", { type: "button", onclick: () => dialog.close() });
  const back = h("button", { type: "button", id: "sounds-undo", onclick: () => undo() });
  const form = h("form", { class: "stack" }, lead, list, missing, problem, h("div", { class: "row" }, h("label", { class: "row" }, nameOf, name), back, send, shut));
  const dialog = h("dialog", { id: "sounds-dialog", "aria-labelledby": "sounds-title" }, title, form);
  document.body.append(dialog);
  // Room in time to breathe in: what is loudest is found by itself.
  const meter = h("progress", { max: 1, value: 0 }), loud = h("meter", { min: 0, max: 1, high: 0.98, value: 0 });

  function note() {
    before.push(classes.map(({ name: of, sounds }) => ({ name: of, sounds: [...sounds] })));
    if (before.length > 100) before.shift();
  }

  function undo() {
    const last = before.pop();
    if (last) classes = last;
    show();
  }

  /** @param {number} i @param {Float32Array[]} more */
  function add(i, more) {
    if (!more.length) return;
    note();
    classes[i].sounds.push(...more);
    show();
  }

  /** @param {number} i */
  async function hear(i) {
    problem.textContent = "";
    recording = i;
    show();
    try {
      const sound = await record(RECORD_S, (share, loudness) => {
        meter.value = share;
        loud.value = loudness;
      });
      recording = -1;
      add(i, [sound]);
    } catch (error) {
      recording = -1;
      show();
      const denied = error instanceof DOMException;
      problem.textContent = denied ? t(error.name === "NotFoundError" ? "sounds.noMicrophone" : "sounds.denied") : why(error);
    }
    /** @type {HTMLElement | null} */ (list.querySelector(`[data-record="${i}"]`))?.focus();
  }

  /** @param {number} i @param {FileList | null} files */
  async function read(i, files) {
    /** @type {string[]} */
    const failed = [];
    /** @type {Float32Array[]} */
    const found = [];
    for (const file of files ?? []) {
      try {
        if (file.size > MOST_BYTES) throw new NoSound("long");
        found.push(await decoded(await file.arrayBuffer(), MOST_S));
      } catch (error) {
        failed.push(`${file.name} ${why(error)}`);
      }
    }
    add(i, found);
    problem.textContent = failed.join(" ");
  }

  /** @param {unknown} error */
  const why = (error) => (error instanceof NoSound ? t(`sounds.${error.message}`, { most: MOST_S }) : told(error));

  /** What is still missing before they can be learned from; "" where nothing is. */
  function lack() {
    const names = classes.map((one) => one.name.trim());
    if (recording >= 0) return t("sounds.wait");
    if (names.includes("")) return t("pictures.unnamed");
    if (new Set(names).size < names.length) return t("pictures.sameName");
    const few = classes.filter(({ sounds }) => sounds.length < LEAST);
    return few.length ? t("sounds.few", { least: LEAST, names: few.map((one) => `${one.name} (${one.sounds.length})`).join(t("pictures.comma")) }) : "";
  }

  function fit() {
    const lacks = lack();
    missing.textContent = lacks;
    send.disabled = Boolean(lacks) || sending;
    back.disabled = !before.length || recording >= 0;
  }

  function show() {
    list.replaceChildren(...classes.map((one, i) => {
      const of = h("input", { type: "text", value: one.name, maxLength: 80, "aria-label": t("pictures.className", { n: i + 1 }), oninput: () => {
        one.name = of.value;
        fit();
      } });
      const files = h("input", { type: "file", multiple: true, accept: "audio/*,.wav", class: "visually-hidden", tabIndex: -1, "aria-hidden": "true", onchange: () => void read(i, files.files) });
      return h("section", { class: "sound-class", "aria-label": one.name },
        h("div", { class: "row" }, of, h("span", { class: "number" }, String(one.sounds.length)),
          h("button", { type: "button", class: "primary", "data-record": String(i), disabled: recording >= 0, onclick: () => void hear(i) }, t(recording === i ? "sounds.recording" : "sounds.record")),
          h("button", { type: "button", disabled: recording >= 0, onclick: () => files.click() }, t("sounds.files")), files,
          h("button", { type: "button", class: "quiet", "aria-label": t("pictures.dropClass", { name: one.name }), disabled: classes.length <= 2 || recording >= 0, onclick: () => {
            note();
            classes.splice(i, 1);
            show();
          } }, "×")),
        ...(recording === i ? [h("div", { class: "row" }, meter, loud)] : []),
        h("div", { class: "row sound-waves" }, ...one.sounds.map((sound, k) => {
          const wave = h("canvas", {});
          requestAnimationFrame(() => drawWave(wave, sound));
          return h("span", { class: "sound" }, h("button", { type: "button", class: "wave", "aria-label": t("sounds.hearOne", { n: k + 1, name: one.name }), onclick: () => void play(sound) }, wave),
            h("button", { type: "button", class: "quiet", "aria-label": t("sounds.dropOne", { n: k + 1, name: one.name }), onclick: () => {
              note();
              one.sounds.splice(k, 1);
              show();
              back.focus();
            } }, "×"));
        })));
    }), h("button", { type: "button", disabled: classes.length >= MOST_CLASSES || recording >= 0, onclick: () => {
      note();
      classes.push({ name: nextName(classes.map((one) => one.name)), sounds: [] });
      show();
      /** @type {HTMLInputElement} */ (list.querySelectorAll("input[type=text]")[classes.length - 1]).select();
    } }, t("pictures.addClass")));
    meter.setAttribute("aria-label", t("sounds.progress"));
    loud.setAttribute("aria-label", t("sounds.loudness"));
    fit();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.disabled) return;
    sending = true;
    problem.textContent = "";
    fit();
    try {
      const sounds = classes.flatMap((one) => one.sounds.map((sound) => base64(wavOf(sound))));
      const labels = classes.flatMap((one) => one.sounds.map(() => one.name.trim()));
      const made = await api.keepSounds(name.value.trim() || t("soundsThumb"), sounds, labels);
      problem.textContent = await learnFrom(session, made, "soundsOpened", sounds.length);
      if (!problem.textContent) dialog.close();
    } catch (error) {
      problem.textContent = told(error);
    } finally {
      sending = false;
      fit();
    }
  });

  store.on(["language"], () => {
    if (!classes.some(({ sounds }) => sounds.length)) classes = ["yes", "no"].map((word) => ({ name: t(`sounds.${word}`), sounds: [] }));
    title.textContent = t("sounds.title");
    lead.textContent = t("sounds.lead");
    nameOf.textContent = t("pictures.name");
    name.placeholder = t("soundsThumb");
    back.textContent = t("undo");
    send.textContent = t("pictures.use");
    shut.textContent = t("close");
    show();
  });
  return () => {
    problem.textContent = "";
    dialog.showModal();
  };
}
