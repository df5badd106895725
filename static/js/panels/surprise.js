/** Surprise: how characters are coloured by their bits, and named so that one sees which they are. */
import { h } from "../dom.js";
import { className } from "../names.js";
import { t } from "../words.js";

/** Bits from which on all are coloured alike. */
const MOST_BITS = 6;

/** @param {number} p a probability */
export const bitsOf = (p) => -Math.log2(Math.max(p, Number.MIN_VALUE));

/** @param {number} bits */
export const shade = (bits) => `s${Math.min(MOST_BITS, Math.round(bits))}`;

/** @param {import("../types.js").Dataset} dataset @param {string} character */
export const nameOf = (dataset, character) => className(dataset, dataset.vocabulary.indexOf(character));

/** Its name, and beyond ASCII its code: another one may look the same. @param {import("../types.js").Dataset} dataset @param {string} character */
export function spelled(dataset, character) {
  const code = /** @type {number} */ (character.codePointAt(0)), name = nameOf(dataset, character);
  return code < 128 || name.startsWith("U+") ? name : `${name} (U+${code.toString(16).toUpperCase().padStart(4, "0")})`;
}

/**
 * Colour what holds a character; the end of a line, and what is invisible, is drawn with its name.
 * @param {HTMLElement} cell @param {import("../types.js").Dataset} dataset @param {string} character @param {number} bits
 */
export function paint(cell, dataset, character, bits) {
  cell.classList.add(shade(bits));
  const name = nameOf(dataset, character);
  if (name !== character && character !== " ") cell.dataset.name = name;
  return cell;
}

/** The bits' colours. @param {HTMLElement} box */
export function drawLegend(box) {
  box.replaceChildren(t("surpriseLegend"), ...Array.from({ length: MOST_BITS + 1 }, (_, bits) => h("span", { class: `step ${shade(bits)}` }, `${bits}${bits === MOST_BITS ? "+" : ""}`)), t("bits"));
}

/** A probability to read. @param {number} p */
export const share = (p) => (p >= 0.1 ? p.toFixed(2) : p >= 0.001 ? p.toFixed(3) : p.toExponential(0));
