/**
 * Arithmetic set as MathML: one term once in symbols, once in figures.
 *
 * @typedef {{layer: string, array: string, index: number[]}} Where one number of the trace
 * @typedef {{value: number | null, symbol?: string, at?: Where}} Leaf
 * @typedef {{op: string, of: Term[], more?: {count: number, value: number} | null}} Made
 * @typedef {Leaf | Made} Term
 * @typedef {{symbols: boolean, digits: number, more: (n: number) => string}} Setting `more` says how many terms are not shown
 */
const NS = "http://www.w3.org/1998/Math/MathML";

/** How tightly an operation binds; what is no operation between two terms needs no brackets. */
const BINDS = /** @type {Record<string, number>} */ ({ add: 1, subtract: 1, negate: 1, multiply: 2, divide: 4, power: 3 });
const NAMES = /** @type {Record<string, string>} */ ({ ln: "ln", tanh: "tanh", sin: "sin", cos: "cos", sign: "sign", sigma: "σ", Phi: "Φ", phi: "φ", max: "max", min: "min", clip: "clip" });

/** @param {string} tag @param {...(Node | string)} children */
export function m(tag, ...children) {
  const element = document.createElementNS(NS, tag);
  element.append(...children);
  return element;
}

const row = (/** @type {Node[]} */ ...parts) => m("mrow", ...parts);
const sign = (/** @type {string} */ text) => m("mo", text);
const bracketed = (/** @type {Node} */ inner) => row(sign("("), inner, sign(")"));

/** A number of so many significant digits. @param {number | null | undefined} value @param {number} digits */
export function figure(value, digits) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return String(value).replace("-", "−");
  const text = size < 1e-4 || size >= 1e7 ? value.toExponential(Math.max(1, digits - 1)).replace("e+", "e") : Number(value.toPrecision(digits)).toFixed(Math.max(0, Math.min(12, digits - 1 - Math.floor(Math.log10(size)))));
  return text.replaceAll("-", "−");
}

/** A letter with its marks: `w^(1)_2,3`. @param {string} text @returns {Element} */
export function symbol(text) {
  // da is what the loss does with a: its derivative.
  if (/^d[^_^]/.test(text) && text !== "d") return m("mfrac", m("mrow", m("mo", "∂"), m("mi", "L")), m("mrow", m("mo", "∂"), symbol(text.slice(1))));
  const [, base, over, below, prime] = /** @type {RegExpMatchArray} */ (text.match(/^([^^_′]+)(?:\^([^_′]+))?(?:_([^′]+))?(′?)$/) ?? [text, text, "", "", ""]);
  const letter = m(/^\d/.test(base) ? "mn" : "mi", base + prime);
  if (over && below) return m("msubsup", letter, m("mtext", below), m("mtext", over));
  if (over) return m("msup", letter, m("mtext", over));
  return below ? m("msub", letter, m("mtext", below)) : letter;
}

/** Where a number is shown: the same key for the same number, whatever it is called there. @param {Where} at @param {string[]} layers in order */
export function keyOf({ layer, array, index }, layers) {
  const before = layers[layers.indexOf(layer) - 1];
  return array === "x" && before ? `${before}/a/${index.join(".")}` : `${layer}/${array}/${index.join(".")}`;
}

/** @param {Term} term @returns {term is Made} */
const isMade = (term) => "op" in term;

/**
 * @param {Term} term
 * @param {Setting} setting
 * @param {(leaf: Leaf, element: Element) => void} [made] called with every number and how it is set
 * @returns {Element}
 */
export function set(term, setting, made) {
  if (!isMade(term)) {
    const shown = setting.symbols && term.symbol ? symbol(term.symbol)
      : term.value === null ? m("mo", "□") : row(...figureParts(figure(term.value, setting.digits)));
    made?.(term, shown);
    return shown;
  }
  const part = (/** @type {Term} */ one, least = 0) => {
    const inner = set(one, setting, made);
    return least > strength(one, setting) ? bracketed(inner) : inner;
  };
  const { op, of } = term;
  switch (op) {
    case "add": return sum(term, setting, part);
    case "subtract": return row(part(of[0], 1), sign("−"), part(of[1], 2));
    case "negate": return row(sign("−"), part(of[0], 2));
    case "multiply": return row(...of.flatMap((one, k) => [...(k ? [sign(setting.symbols ? "\u2062" : "·")] : []), part(one, k || negative(one, setting) ? 2 : 2)]));
    case "divide": return m("mfrac", part(of[0]), part(of[1]));
    case "power": return m("msup", part(of[0], 4), part(of[1]));
    case "exp": return m("msup", m("mi", "e"), part(of[0]));
    case "sqrt": return m("msqrt", part(of[0]));
    case "abs": return row(sign("|"), part(of[0]), sign("|"));
    case "positive": return row(sign("["), part(of[0], 1), sign(">"), m("mn", "0"), sign("]"));
    default: return row(m("mi", NAMES[op] ?? op), sign("("), ...of.flatMap((one, k) => [...(k ? [sign(",")] : []), part(one)]), ...(term.more ? [sign(","), m("mtext", setting.more(term.more.count))] : []), sign(")"));
  }
}

/** @param {string} text "−0.25", "1.2e−5" */
function figureParts(text) {
  const minus = text.startsWith("−"), [digits, power] = text.slice(minus ? 1 : 0).split("e");
  const shown = m("mn", digits);
  return [...(minus ? [sign("−")] : []), ...(power ? [shown, sign("·"), m("msup", m("mn", "10"), m("mn", power))] : [shown])];
}

/** Terms with their signs between them. @param {Made} term @param {Setting} setting @param {(one: Term, least?: number) => Element} part */
function sum(term, setting, part) {
  const parts = term.of.flatMap((one, k) => {
    const minus = k > 0 && !setting.symbols && !isMade(one) && (one.value ?? 0) < 0;
    const shown = minus ? { ...one, value: -(/** @type {number} */ (/** @type {Leaf} */ (one).value)) } : one;
    return [...(k ? [sign(minus ? "−" : "+")] : []), part(shown, isMade(one) && one.op === "add" ? 2 : 0)];
  });
  if (!term.more) return row(...parts);
  const { count, value } = term.more, rest = m("mtext", setting.more(count));
  rest.setAttribute("class", "rest");
  if (setting.symbols) return row(...parts, sign("+"), sign("⋯"), rest);
  return row(...parts, sign(value < 0 ? "−" : "+"), m("mn", figure(Math.abs(value), setting.digits)), rest);
}

/** @param {Term} term @param {Setting} setting */
const negative = (term, setting) => !isMade(term) && !(setting.symbols && term.symbol) && (term.value ?? 0) < 0;

/** A negative number needs brackets as a sum does. @param {Term} term @param {Setting} setting */
function strength(term, setting) {
  if (isMade(term)) return BINDS[term.op] ?? 9;
  if (negative(term, setting)) return 1;
  return 9;
}

/**
 * A term in pieces, each of which may stand on another line: a sum is cut before its signs.
 * @param {Term} term
 * @param {Setting} setting
 * @param {(leaf: Leaf, element: Element) => void} [made]
 * @returns {Element[]}
 */
export function pieces(term, setting, made) {
  const whole = set(term, setting, made);
  if (!isMade(term) || term.op !== "add") return [whole];
  /** @type {Element[]} */
  const found = [];
  for (const part of [...whole.childNodes]) {
    if (!found.length || (/** @type {Element} */ (part).localName === "mo")) {
      found.push(m("mrow"));
      if (found.length > 1) /** @type {Element} */ (part).setAttribute("form", "infix");
    }
    found[found.length - 1].append(part);
  }
  return found;
}

/** What every leaf is. @param {Term} term @returns {Leaf[]} */
export const leavesOf = (term) => (isMade(term) ? term.of.flatMap(leavesOf) : [term]);
