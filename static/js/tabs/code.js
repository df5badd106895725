/** The run as code to read, copy and take along; the network as files, out and in; pictures and the course. */
import { h, label, write } from "../dom.js";
import { coloured } from "../code/colours.js";
import { exported, exportUrl, filmed, imported, notesOf, pictureUrl } from "../code/files.js";
import { t, told } from "../words.js";

const TARGETS = /** @type {const} */ (["numpy", "pytorch", "keras"]), FILES = /** @type {const} */ (["safetensors", "json", "onnx", "ipynb"]);
const NAMES = { numpy: "NumPy", pytorch: "PyTorch", keras: "Keras", safetensors: "safetensors", json: "JSON", onnx: "ONNX", ipynb: "ipynb" };
const SAID_MS = 2500;

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} panel
 * @param {() => boolean} isShown
 */
export function mountCode(session, panel, isShown) {
  const { store } = session;
  /** @type {typeof TARGETS[number]} */
  let target = "numpy";
  /** Of the comments; null: the page's own. @type {"en" | "zh" | null} */
  let spoken = null;
  const tongue = () => spoken ?? (store.state.language === "zh" ? "zh" : "en");
  /** What is shown, and of what. */
  let script = "", of = "", asking = 0;
  /** @type {unknown} */
  let problem = null;
  /** @type {import("../wire.js").NoteOut[]} */
  let notes = [];
  /** What the last file that was opened lacked. @type {import("../wire.js").NoteOut[]} */
  let brought = [];

  const tools = h("div", { class: "row code-tools" }), lacks = h("div", { class: "code-notes" }), files = h("div", { class: "code-files" });
  const text = h("pre", { id: "code-script", tabIndex: 0 }), wrong = h("p", { class: "problem", role: "alert" }), said = h("span", { class: "hint", role: "status" });
  panel.append(h("section", { class: "as-code" }, h("div", { class: "code-side" }, tools, wrong, lacks, files), text));

  const input = h("input", { type: "file", accept: ".json,.safetensors,.onnx", class: "visually-hidden", tabIndex: -1, "aria-hidden": "true" });
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    input.value = "";
    if (file) void open(file);
  });
  panel.append(input);

  /** @param {File} file */
  async function open(file) {
    write(said, t("code.opening"));
    problem = null;
    try {
      const { network, notes: found } = await imported(file, session.id, store.state.language);
      await session.open({ id: network.id, spec: null });
      brought = found;
      say("code.opened");
    } catch (error) {
      problem = error;
      write(said, "");
    }
    draw();
  }

  /** For a while. @param {string} key */
  function say(key) {
    write(said, t(key));
    setTimeout(() => { if (said.textContent === t(key)) write(said, ""); }, SAID_MS);
  }

  async function ask() {
    const { network } = store.state, language = tongue();
    if (!isShown() || !network) return;
    const what = JSON.stringify([network.id, network.revision, network.run, target, language]);
    if (what === of) return;
    of = what;
    const mine = ++asking, id = session.id;
    panel.dataset.code = "asking";
    try {
      const [found, lacking] = await Promise.all([exported(id, target, language), notesOf(id, target, language)]);
      if (mine !== asking) return;
      [script, notes, problem] = [found, lacking, null];
      text.replaceChildren(...coloured(short(script)));
      label(text, "aria-label", t("code.script", { target: NAMES[target] }));
    } catch (error) {
      if (mine !== asking) return;
      problem = error;
      of = "";
    }
    panel.dataset.code = target;
    draw();
  }

  /** Without the numbers at its end. @param {string} whole */
  function short(whole) {
    const at = whole.indexOf('DATA = """');
    return at < 0 ? whole : `${whole.slice(0, at)}DATA = """…"""  # ${t("code.data", { kb: Math.ceil((whole.length - at) / 1000) })}\n\nmain()\n`;
  }

  async function film() {
    write(said, t("code.filming"));
    try {
      const { media, file } = await filmed(session.id);
      h("a", { href: `data:${media};base64,${file}`, download: "glassbox-run.webp" }).click();
      write(said, "");
    } catch (error) {
      problem = error;
      write(said, "");
      draw();
    }
  }

  const copy = () => void navigator.clipboard.writeText(script).then(() => say("code.copied"), () => say("code.notCopied"));
  /** @param {string} href @param {string} words @param {string} name */
  const download = (href, words, name) => h("a", { class: "button", href, download: "", "data-name": name }, words);

  function build() {
    const { network } = store.state, language = tongue(), id = session.id;
    if (!network) return;
    const held = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.name : undefined;
    const chosen = h("div", { class: "row", role: "group", "aria-label": t("code.target") }, ...TARGETS.map((one) => h("button", { type: "button", "aria-pressed": String(one === target), "data-name": `code ${one}`, onclick: () => {
      target = one;
      build();
      void ask();
    } }, NAMES[one])));
    const comments = h("select", { "aria-label": t("code.comments"), "data-name": "code language", onchange: () => {
      spoken = comments.value === "zh" ? "zh" : "en";
      build();
      void ask();
    } }, ...[["en", "English"], ["zh", "中文"]].map(([value, words]) => h("option", { value, selected: value === language }, words)));
    tools.replaceChildren(chosen, comments,
      h("button", { type: "button", "data-name": "code copy", onclick: copy }, t("code.copy")),
      download(exportUrl(id, target, language), t("code.download"), "code download"), said);
    /** @param {string} words @param {...HTMLElement} children */
    const line = (words, ...children) => h("div", { class: "code-line" }, h("span", {}, words), h("div", { class: "row" }, ...children));
    /** As the page shows it when it is asked for. @param {"loss" | "output" | "network"} what @param {"svg" | "png"} format */
    const picture = (what, format) => {
      const url = () => pictureUrl(id, what, format, store.state.language === "zh" ? "zh" : "en", store.state.logScale), link = download(url(), format.toUpperCase(), `${what} ${format}`);
      link.addEventListener("click", () => link.setAttribute("href", url()));
      return link;
    };
    const pictures = /** @type {const} */ (["loss", "output", "network"]).map((what) => line(t(what === "loss" ? "loss" : what === "output" ? "output" : "network"),
      picture(what, "svg"), picture(what, "png"),
      ...(what === "loss" ? [download(`/api/networks/${encodeURIComponent(id)}/history.csv`, "CSV", "loss csv")] : []),
      ...(what === "output" ? [h("button", { type: "button", "data-name": "code film", onclick: () => void film() }, t("code.film"))] : [])));
    files.replaceChildren(
      h("h3", {}, t("code.files")),
      line(t("code.save"), ...FILES.map((one) => download(exportUrl(id, one, language), NAMES[one], `save ${one}`))),
      line(t("code.open"), h("button", { type: "button", "data-name": "code open", onclick: () => input.click() }, t("code.choose"))),
      h("p", { class: "hint" }, t("code.openHint")),
      h("h3", {}, t("code.pictures")), ...pictures);
    if (held) /** @type {HTMLElement | null} */ (panel.querySelector(`[data-name="${held}"]`))?.focus();
  }

  function draw() {
    write(wrong, problem ? told(problem) : "");
    const all = [...notes, ...brought];
    lacks.replaceChildren(...(all.length ? [h("h3", {}, t("code.otherwise")), h("ul", {}, ...all.map((one) => h("li", {}, one.text)))] : []));
  }

  const show = () => {
    build();
    draw();
    void ask();
  };
  let built = "";
  store.on(["network", "language"], ({ network, language }) => {
    if (!isShown()) return;
    const now = JSON.stringify([network?.id, language]);
    if (now !== built) {
      if (built && network && !built.includes(network.id)) brought = [];
      built = now;
      show();
    } else void ask();
  });
  return show;
}
