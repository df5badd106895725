/** In a layer's popover: the size of what its window makes, while it is changed, and what does not fit before it is asked for. */
import { h } from "../dom.js";
import { axisOf, coverage, firstRefusal, mostOf, shapeAfter, windowOf } from "../model/windows.js";
import { sizeFormula } from "../sizes.js";
import { t, told } from "../words.js";

/** What the sandbox has room for (convolution/link.js). */
const SANDBOX = { n: 14, size: 7, dilation: 4, stride: 8 };

/**
 * @param {HTMLElement} box
 * @param {HTMLElement[]} fields of the settings, each with its name
 * @param {any[]} layers this one and those after it
 * @param {number[]} shape that reaches it
 * @param {number} l its place
 */
export function showSize(box, fields, layers, shape, l) {
  const [layer, ...after] = layers, own = new Set(["kernel_size", "pool_size", "strides", "padding", "dilation_rate", "groups", "filters"]);
  const problem = h("p", { class: "problem", role: "alert" });
  const read = () => {
    const draft = { ...layer };
    for (const field of fields) {
      const name = field.dataset.setting ?? "", control = /** @type {HTMLInputElement | null} */ (field.querySelector("select, input[type=number]"));
      if (own.has(name) && control) draft[name] = control instanceof HTMLSelectElement ? control.value : Number(control.value);
    }
    return draft;
  };
  const tell = () => {
    const draft = read(), refused = firstRefusal([draft, ...after], shape), here = refused?.index === 0 ? refused : null;
    for (const field of fields) {
      const name = field.dataset.setting ?? "", wrong = here?.field === name, most = mostOf(draft, shape, name), slider = /** @type {HTMLInputElement | null} */ (field.querySelector("input[type=range]"));
      field.classList.toggle("wrong", wrong);
      if (own.has(name)) for (const control of field.querySelectorAll("input, select")) control.setAttribute("aria-invalid", String(wrong));
      // It slides as far as there is room; what is typed beyond is told why it cannot be.
      if (slider && own.has(name)) {
        slider.dataset.most ??= slider.max;
        slider.max = String(Math.max(Number(draft[name]), Math.min(Number(slider.dataset.most), most ?? Infinity)));
        slider.value = String(draft[name]);
      }
      if (!wrong) continue;
      field.classList.toggle("second", field.offsetLeft > 100);
      field.append(problem);
    }
    // One of a later layer, or of a setting that is on the layer's card alone, stands here.
    if (refused && !(here && fields.some((field) => field.dataset.setting === here.field))) box.after(problem);
    const text = refused ? told({ message: refused.code, ...refused, errors: refused.index ? [{ field: `layers.${l + refused.index}.${refused.field}`, message: "" }] : [] }) : "";
    if (problem.textContent !== text) problem.textContent = text;
    problem.hidden = !refused;
    show(draft, here !== null);
  };
  const show = (/** @type {any} */ draft, /** @type {boolean} */ wrong) => {
    const window = windowOf(draft);
    if (!window || ![window.size, window.stride, window.dilation].every((one) => Number.isInteger(one) && one > 0)) return;
    const axis = axisOf(shape[0], window), out = wrong ? null : shapeAfter(draft, shape), { rest } = coverage(axis);
    const n = Math.min(SANDBOX.n, shape[0]), fits = window.size <= SANDBOX.size && window.dilation <= SANDBOX.dilation && window.stride <= SANDBOX.stride && (window.padding === "same" || axis.reach <= n);
    const operation = /** @type {Record<string, string>} */ ({ conv2d: "conv", max_pool2d: "max", avg_pool2d: "avg" })[draft.kind];
    box.classList.toggle("wrong", wrong);
    box.replaceChildren(
      h("p", { class: "formula" }, ...sizeFormula(axis).flatMap((one) => [one, " "])),
      h("p", { class: "shapes" }, h("span", {}, out ? `${shape.join(" × ")} → ${out.join(" × ")}` : "–"), ...(fits && !wrong ? [h("a", { href: `/convolution#op=${operation}&n=${n}&k=${window.size}&s=${window.stride}&d=${window.dilation}&pad=${window.padding}` }, t("window.slide"))] : [])),
      ...(rest && !wrong ? [h("p", { class: "hint" }, t(rest === 1 ? "window.restOne" : "window.rest", { n: rest }))] : []));
  };
  for (const field of fields) if (own.has(field.dataset.setting ?? "")) for (const kind of ["input", "change"]) field.addEventListener(kind, tell);
  tell();
}
