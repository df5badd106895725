/** Python in a few colours: words of the language, names that are defined, texts, numbers, comments. */
import { h } from "../dom.js";

const KEYWORDS = new Set(("and as assert break class continue def del elif else except False finally for from global if import in is lambda None nonlocal not or pass raise return True try while with yield").split(" "));
const TOKEN = /("""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(#[^\n]*)|\b(\d[\w.]*(?:e[+-]?\d+)?)|(@?[A-Za-z_]\w*)/g;

/** @param {string} source @returns {(Node | string)[]} */
export function coloured(source) {
  /** @type {(Node | string)[]} */
  const found = [];
  let end = 0, before = "";
  for (const match of source.matchAll(TOKEN)) {
    const [whole, text, comment, number, word] = match;
    const kind = text ? "text" : comment ? "comment" : number ? "number" : KEYWORDS.has(word) ? "word" : before === "def" || before === "class" ? "name" : "";
    before = word ?? "";
    if (!kind) continue;
    found.push(source.slice(end, match.index), h("span", { class: `py-${kind}` }, whole));
    end = match.index + whole.length;
  }
  return [...found, source.slice(end)];
}
