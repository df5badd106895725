/** The dialog for pictures of one's own: drawn class by class, or out of files. */
import { api, Problem } from "../api.js";
import { h, rovingTabs } from "../dom.js";
import { t, told } from "../words.js";
import { LEAST, mountDrawn } from "./own-drawn.js";
import { mountFiles } from "./own-files.js";
import { learnFrom } from "./own-learned.js";

const LEAST_OF_FILES = 2;

/**
 * @param {import("../session.js").Session} session
 * @returns {() => void} opens it; what was drawn or chosen is there as long as the page is
 */
export function mountOwnPictures(session) {
  const { store } = session;
  const title = h("h2", { id: "pictures-title" }), tabs = h("div", { class: "tablist", role: "tablist", "aria-labelledby": "pictures-title" });
  const name = h("input", { type: "text", maxLength: 80, id: "pictures-name" }), nameOf = h("span");
  const send = h("button", { id: "pictures-use", type: "submit", class: "primary" }), shut = h("button", { type: "button", onclick: () => dialog.close() });
  const missing = h("p", { class: "hint", role: "status" }), problem = h("p", { id: "pictures-problem", class: "problem", role: "alert" });
  const pane = (/** @type {string} */ id) => h("div", { id: `pictures-${id}`, class: `pictures-${id}`, role: "tabpanel", "aria-labelledby": `pictures-of-${id}` });
  const panes = [pane("drawn"), pane("chosen")];
  const form = h("form", { class: "stack" }, tabs, ...panes, missing, problem, h("div", { class: "row" }, h("label", { class: "row" }, nameOf, name), send, shut));
  const dialog = h("dialog", { id: "pictures-dialog", "aria-labelledby": "pictures-title" }, title, form);
  document.body.append(dialog);

  let at = 0, sending = false;
  const ways = [mountDrawn(panes[0], () => fit()), mountFiles(panes[1], () => fit())];

  /** What is still missing before they can be learned from; "" where nothing is. */
  function lack() {
    const way = ways[at], counts = way.counts(), least = at ? LEAST_OF_FILES : LEAST;
    if (way.busy()) return t("pictures.wait");
    const names = way.names();
    if (names.includes("")) return t("pictures.unnamed");
    if (new Set(names).size < names.length) return t("pictures.sameName");
    if (counts.size < 2) return t("pictures.twoClasses");
    const few = [...counts].filter(([, n]) => n < least);
    return few.length ? t("pictures.few", { least, names: few.map(([of, n]) => `${of} (${n})`).join(t("pictures.comma")) }) : "";
  }

  function fit() {
    const why = lack();
    missing.textContent = why;
    send.disabled = Boolean(why) || sending;
    problem.textContent = "";
  }

  function show() {
    panes.forEach((one, i) => { one.hidden = i !== at; });
    [...tabs.children].forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === at));
      /** @type {HTMLElement} */ (tab).tabIndex = i === at ? 0 : -1;
    });
    fit();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.disabled) return;
    sending = true;
    fit();
    try {
      const { images, labels } = ways[at].sending();
      const made = await api.keepPictures(name.value.trim() || t("ownPicturesNew"), images, labels);
      problem.textContent = await learnFrom(session, made, "picturesOpened", images.length);
      if (!problem.textContent) dialog.close();
    } catch (error) {
      problem.textContent = `${told(error)}${error instanceof Problem && error.status === 413 ? ` ${t("pictures.tooMuch")}` : ""}`;
    } finally {
      const said = problem.textContent;
      sending = false;
      fit();
      problem.textContent = said;
    }
  });
  rovingTabs(tabs);

  store.on(["language"], () => {
    title.textContent = t("pictures.title");
    tabs.replaceChildren(...["drawn", "chosen"].map((id, i) => h("button", { type: "button", role: "tab", id: `pictures-of-${id}`, "aria-controls": `pictures-${id}`, onclick: () => { at = i; show(); } }, t(`pictures.${id}`))));
    nameOf.textContent = t("pictures.name");
    send.textContent = t("pictures.use");
    shut.textContent = t("close");
    name.placeholder = t("ownPicturesNew");
    for (const way of ways) way.words();
    show();
  });
  return () => {
    problem.textContent = "";
    dialog.showModal();
  };
}
