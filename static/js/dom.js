/** Small pieces of page: elements, sliders, explanations. No HTML from strings. */
import { pick, t } from "./words.js";

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [properties] `class`, `data-…` and `aria-…` become attributes
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class" || name.includes("-") || name === "role" || name === "for") element.setAttribute(name === "for" ? "for" : name, value);
    else /** @type {any} */ (element)[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** @template {HTMLElement} [E=HTMLElement] @param {string} id @returns {E} */
export const byId = (id) => /** @type {E} */ (document.getElementById(id));

/** Only where it is another: a text that is set anew is laid out anew. @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The same of an attribute. @param {Element} element @param {string} name @param {string} value */
export function label(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/**
 * So many children, as many of them as there are kept: what is drawn again and again is not built again.
 * @template {Element} E
 * @param {Element} box @param {number} count @param {() => E} make
 */
export function children(box, count, make) {
  while (box.childElementCount > count) box.lastElementChild?.remove();
  while (box.childElementCount < count) box.append(make());
  return /** @type {E[]} */ ([...box.children]);
}

/** MathML of the catalog, as elements. @param {string | null | undefined} text */
export function math(text) {
  if (!text) return null;
  const parsed = new DOMParser().parseFromString(text, "application/xml").documentElement;
  return parsed.localName === "math" ? document.importNode(parsed, true) : null;
}

/** @type {WeakMap<Element, () => {text: string, formula?: string | null}>} */
const explanations = new WeakMap();

/**
 * Explain an element in a sentence, with a formula, when it is hovered or focused.
 * @template {Element} E
 * @param {E} element
 * @param {() => {text: string, formula?: string | null}} what
 */
export function explain(element, what) {
  explanations.set(element, what);
  element.setAttribute("data-explained", "");
  return element;
}

/** Listen once, for the whole page. */
export function showExplanations() {
  const tip = byId("tip");
  let timer = 0;
  /** What has been pressed needs no explaining until it is left: the page is answering. @type {Element | null} */
  let pressed = null;
  const show = (/** @type {Element} */ target) => {
    const what = explanations.get(target)?.() ?? { text: t(target.getAttribute("data-tip") ?? "") };
    if (!what.text) return;
    tip.replaceChildren(what.text);
    const formula = math(what.formula);
    if (formula) tip.append(formula);
    tip.showPopover();
    place(tip, target);
  };
  const hide = () => {
    clearTimeout(timer);
    if (tip.matches(":popover-open")) tip.hidePopover();
  };
  // Only keys lead to what they want explained: what a script gives the focus to, a popover's first field say, has not been asked about.
  let walking = false;
  const over = (/** @type {Event} */ event) => {
    if (event instanceof PointerEvent && event.pointerType === "touch") return; // a finger hovers over nothing
    const target = /** @type {Element} */ (event.target).closest?.("[data-explained], [data-tip]");
    hide();
    if (event.type === "pointerover" && (!pressed?.isConnected || !pressed.contains(/** @type {Node} */ (event.target)))) pressed = null;
    if (event.type === "focusin" && !walking) return;
    if (target && target !== pressed) timer = window.setTimeout(() => show(target), event.type === "focusin" ? 700 : 450);
  };
  document.addEventListener("pointerover", over);
  document.addEventListener("focusin", over);
  document.addEventListener("pointerdown", (event) => {
    hide();
    pressed = /** @type {Element} */ (event.target).closest?.("[data-explained], [data-tip]") ?? null;
  });
  document.addEventListener("keydown", (event) => {
    hide();
    walking = event.key === "Tab" || event.key.startsWith("Arrow");
    setTimeout(() => { walking = false; });
  }, { capture: true });
  document.addEventListener("scroll", hide, { capture: true, passive: true });
}

/**
 * Where it covers no control: below the bar for what is in it, beside a panel for what is in that.
 * @param {HTMLElement} tip
 * @param {Element} target
 */
function place(tip, target) {
  const box = target.getBoundingClientRect(), home = target.closest(".bar, .rail, .side")?.getBoundingClientRect();
  const card = target.closest(".card, .columns .layer-card")?.getBoundingClientRect();
  let left = box.left, top = box.bottom + 8;
  if (card) {
    // Beside a popover, or below it: what is to be chosen there stays in sight.
    const right = card.right + 8, before = card.left - tip.offsetWidth - 8, popover = target.closest(".card") !== null;
    if (popover && (right + tip.offsetWidth < innerWidth || before > 0)) [left, top] = [right + tip.offsetWidth < innerWidth ? right : before, box.top];
    else top = card.bottom + 8 + tip.offsetHeight < innerHeight ? card.bottom + 8 : Math.max(8, card.top - tip.offsetHeight - 8);
  } else if (home && home.width === innerWidth) top = home.bottom + 4;
  else if (home && innerWidth > 1099) {
    left = home.left < innerWidth / 2 ? home.right + 8 : home.left - tip.offsetWidth - 8;
    top = box.top;
  } else if (top + tip.offsetHeight > innerHeight) top = box.top - tip.offsetHeight - 8;
  tip.style.left = `${Math.max(8, Math.min(left, innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${Math.max(8, Math.min(top, innerHeight - tip.offsetHeight - 8))}px`;
}

/**
 * A labelled select.
 * @param {string} label
 * @param {{value: string, text: string}[]} options
 * @param {string} value
 * @param {(value: string) => void} changed
 */
export function selectField(label, options, value, changed) {
  const select = h("select", { onchange: () => changed(select.value), "aria-label": label, "data-name": label },
    ...options.map((o) => h("option", { value: o.value, selected: o.value === value }, o.text)));
  return { field: h("label", { class: "field" }, label, select), select };
}

/**
 * A slider that shows its value and takes a typed one. Logarithmic where `log` is set.
 * @param {string} label
 * @param {{min: number, max: number, step: number, value: number, log?: boolean, hardMax?: number, hardMin?: number, zero?: string}} range
 *   `zero` is what stands for 0 where that is no number but a word
 * @param {(value: number) => void} changed
 */
export function sliderField(label, range, changed) {
  const toPosition = (/** @type {number} */ v) => (range.log ? (v <= 0 ? 0 : (Math.log(v / range.min) / Math.log(range.max / range.min)) * 1000) : v);
  const fromPosition = (/** @type {number} */ p) => {
    if (!range.log) return p;
    return Number((range.min * (range.max / range.min) ** (p / 1000)).toPrecision(2));
  };
  const shown = (/** @type {number} */ v) => (range.zero && v === 0 ? "" : String(v));
  const slider = h("input", {
    type: "range", min: range.log ? "0" : String(range.min), max: range.log ? "1000" : String(range.max),
    step: range.log ? "1" : String(range.step), value: String(toPosition(range.value)), "aria-label": label, "data-name": `${label} slider`,
  });
  const number = h("input", {
    type: "number", min: String(range.hardMin ?? range.min), max: String(range.hardMax ?? range.max), step: "any", value: shown(range.value), "data-name": label, ...(range.zero ? { placeholder: range.zero, class: "worded" } : {}),
  });
  // It speaks its value, not its position.
  const speak = (/** @type {number} */ v) => slider.setAttribute("aria-valuetext", shown(v) || String(range.zero));
  speak(range.value);
  slider.addEventListener("input", () => {
    number.value = shown(fromPosition(Number(slider.value)));
    speak(Number(number.value));
  });
  slider.addEventListener("change", () => {
    // An arrow key moves at least to the next value of two digits, or nothing would change.
    let value = fromPosition(Number(slider.value));
    if (range.log && value === Number(number.dataset.last)) value = fromPosition(Number(slider.value) + (toPosition(value) < Number(slider.value) ? 12 : -12));
    changed(range.step >= 1 ? Math.round(value) : value);
  });
  number.dataset.last = String(range.value);
  number.addEventListener("change", () => {
    if (!number.checkValidity() || (number.value === "" && !range.zero)) {
      number.reportValidity();
      return;
    }
    const value = Number(number.value);
    number.value = shown(value);
    slider.value = String(toPosition(value));
    changed(value);
  });
  const field = h("div", { class: "field slider" }, h("label", {}, label), number, slider);
  const name = field.querySelector("label");
  number.id = `n${Math.random().toString(36).slice(2, 9)}`;
  if (name) name.htmlFor = number.id;
  return { field, slider, number };
}

/** The explanation of a catalog's entry. @param {any} entry */
export const entryText = (entry) => ({ text: entry ? pick(entry.summary) : "", formula: entry?.formula });

/**
 * Replace what is in a box without taking the focus from whoever is in it.
 * @param {HTMLElement} box
 * @param {...Node} children
 */
export function rebuild(box, ...children) {
  const name = box.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.name : undefined;
  box.replaceChildren(...children);
  if (name) /** @type {HTMLElement | null} */ (box.querySelector(`[data-name="${CSS.escape(name)}"]`))?.focus({ preventScroll: true });
}

/**
 * Arrow keys move among the tabs of a list, and open them.
 * @param {HTMLElement} list
 */
export function rovingTabs(list) {
  list.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    // Down, or Enter once more, goes into what the tab shows, past its buttons.
    const here = /** @type {HTMLElement} */ (event.target), into = event.key === "ArrowDown" || (event.key === "Enter" && here.getAttribute("aria-selected") === "true");
    const panel = into && document.getElementById(here.getAttribute("aria-controls") ?? "");
    const inside = /** @type {HTMLElement | null} */ (panel && (panel.querySelector("[role=region][tabindex]") ?? panel.querySelector("button, select, input")));
    if (!by && !inside) return;
    event.preventDefault();
    event.stopPropagation();
    if (!by) return inside?.focus();
    const tabs = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role=tab]:not([hidden])")]);
    const next = tabs[(tabs.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + by + tabs.length) % tabs.length];
    next.click();
    next.focus();
  });
}

/**
 * Arrow keys move among the choices of a radio group, Space or Enter takes one: each is a new run, too much for passing by.
 * One of them is in the order of Tab.
 * @param {HTMLElement} group
 */
export function roving(group) {
  group.addEventListener("keydown", (event) => {
    const by = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 })[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const choices = /** @type {HTMLElement[]} */ ([...group.querySelectorAll("[role=radio]")]);
    const at = choices.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const next = choices[(at + by + choices.length) % choices.length];
    for (const choice of choices) choice.tabIndex = choice === next ? 0 : -1;
    next.focus();
  });
}

/**
 * A popover that opens under its button.
 * @param {HTMLElement} button
 * @param {HTMLElement} popover
 */
export function anchored(button, popover) {
  popover.addEventListener("toggle", () => {
    const open = popover.matches(":popover-open"), box = button.getBoundingClientRect();
    button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    const above = box.bottom + 6 + popover.offsetHeight > innerHeight;
    popover.style.left = `${Math.max(8, Math.min(box.left, innerWidth - popover.offsetWidth - 8))}px`;
    popover.style.top = `${Math.max(8, above ? box.top - popover.offsetHeight - 6 : box.bottom + 6)}px`;
  });
  button.setAttribute("aria-expanded", "false");
}
