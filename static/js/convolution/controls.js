/** The sandbox's controls: what slides over what; and where the settings cannot be together, why, beside the one to blame. */
import { h, selectField } from "../dom.js";
import { followed, switched } from "../functions/controls.js";
import { sizeFormula } from "../sizes.js";
import { KERNEL_NAMES, hasSize } from "../model/kernels.js";
import { axisOf, coverage } from "../model/windows.js";
import { named, t, told } from "../words.js";
import { BEGINNING, LEAST_N, MOST, overlaid, inputOf, weightsOf } from "./link.js";
import { PICTURES } from "./presets.js";
import { SETTINGS, impossible } from "./state.js";

/** @import {PageStore, State} from "./state.js" */
/** @typedef {State["window"]} Window */

/** @param {PageStore} store @param {HTMLElement} box @param {HTMLElement} sizes where the size of the output stands */
export function mountControls(store, box, sizes) {
  const problem = h("div", { id: "problem", class: "refusal", role: "alert", hidden: true });
  /** What the window of the other operation was, to come back to. @type {Record<string, Window>} */
  const kept = { conv: BEGINNING.window, pool: { ...BEGINNING.window, size: 2, stride: 2 } };
  /** @type {Record<string, ReturnType<typeof followed>>} */
  let sliders = {};
  let operation = /** @type {ReturnType<typeof switched> | null} */ (null), padding = /** @type {ReturnType<typeof switched> | null} */ (null);
  const windowSet = (/** @type {Partial<Window>} */ changes) => store.set({ window: { ...store.state.window, ...changes } });
  const operate = (/** @type {string} */ wanted) => {
    const { operation: was, window } = store.state, before = was === "conv" ? "conv" : "pool", after = wanted === "conv" ? "conv" : "pool";
    kept[before] = window;
    store.set({ operation: /** @type {State["operation"]} */ (wanted), window: before === after ? window : kept[after] });
  };

  const build = () => {
    const s = store.state;
    const slider = (/** @type {string} */ key, /** @type {string} */ label, /** @type {number} */ min, /** @type {number} */ max, /** @type {number} */ value, /** @type {(value: number) => void} */ set) => {
      sliders[key] = followed(label, { min, max, step: 1, value }, (wanted) => set(Math.round(wanted)));
      return sliders[key].field;
    };
    operation = switched(t("cv.operation"), ["conv", "max", "avg"].map((value) => ({ value, text: t(`cv.operation.${value}`) })), operate);
    padding = switched(named("padding", "setting"), ["valid", "same"].map((value) => ({ value, text: named(value, "layer") })), (value) => windowSet({ padding: /** @type {Window["padding"]} */ (value) }));
    const pictures = selectField(t("cv.picture"), [...PICTURES, "own"].map((value) => ({ value, text: t(`cv.picture.${value}`) })), s.picture, (picture) => {
      // One's own begins with what is there.
      const empty = store.state.drawn.every((one) => !one);
      store.set({ picture, ...(picture === "own" && empty ? { drawn: overlaid(store.state.drawn, MOST.n, inputOf(store.state), store.state.n) } : {}) });
    });
    const kernels = selectField(t("cv.kernel"), [...KERNEL_NAMES, "own"].map((value) => ({ value, text: t(`cv.kernel.${value}`) })), s.kernel, (kernel) => {
      const { w, by } = weightsOf(store.state), empty = store.state.own.every((one) => !one);
      store.set({ kernel, ...(kernel === "own" && empty ? { own: overlaid(store.state.own, MOST.size, w, store.state.window.size), by } : {}) });
    });
    const empty = h("button", { id: "empty", type: "button", class: "quiet", onclick: () => store.set({ picture: "own", drawn: BEGINNING.drawn }) }, t("cv.empty"));
    sliders = {};
    box.replaceChildren(
      h("div", { class: "field" }, t("cv.operation"), operation.field),
      h("div", { class: "pair" }, pictures.field, empty),
      slider("n", t("cv.side"), LEAST_N, MOST.n, s.n, (n) => store.set({ n })),
      kernels.field,
      h("div", { class: "at" }, slider("size", t("cv.size"), 1, MOST.size, s.window.size, (size) => windowSet({ size })), problem),
      slider("stride", named("strides", "setting"), 1, MOST.stride, s.window.stride, (stride) => windowSet({ stride })),
      slider("dilation", named("dilation_rate", "setting"), 1, MOST.dilation, s.window.dilation, (dilation) => windowSet({ dilation })),
      h("div", { class: "field" }, named("padding", "setting"), padding.field));
    kernels.field.id = "kernels";
  };

  const tell = (/** @type {State} */ s) => {
    const { size, stride, dilation } = s.window, pool = s.operation !== "conv", wrong = impossible(s);
    operation?.set(s.operation);
    padding?.set(s.window.padding);
    for (const [key, value] of Object.entries({ n: s.n, size, stride, dilation })) sliders[key].set(value);
    const [pictures, kernels] = /** @type {HTMLSelectElement[]} */ ([...box.querySelectorAll("select")]);
    pictures.value = s.picture;
    kernels.value = s.kernel;
    for (const option of kernels.options) option.disabled = option.value !== "own" && !hasSize(option.value, size);
    // A kernel that there is not in this size is told from those that are.
    kernels.setAttribute("aria-invalid", String(!pool && s.kernel !== "own" && !hasSize(s.kernel, size)));
    kernels.disabled = pool;
    for (const input of sliders.dilation.field.querySelectorAll("input")) input.disabled = pool;
    for (const [key, one] of Object.entries(sliders)) {
      const blamed = wrong !== null && (key === "size" || key === "n" || (key === "dilation" && dilation > 1));
      one.field.classList.toggle("wrong", blamed);
      for (const input of one.field.querySelectorAll("input")) input.setAttribute("aria-invalid", String(blamed));
    }
    problem.hidden = wrong === null;
    if (wrong) {
      const most = Number(wrong.values.most);
      problem.replaceChildren(h("p", {}, told({ message: wrong.code, ...wrong, errors: [] })), h("div", { class: "row" },
        h("button", { type: "button", "data-fix": "size", onclick: () => windowSet({ size: Math.min(most, MOST.size) }) }, t("cv.fix.size", { k: Math.min(most, MOST.size) })),
        h("button", { type: "button", "data-fix": "same", onclick: () => windowSet({ padding: "same" }) }, t("cv.fix.same"))));
    }
    const axis = axisOf(s.n, s.window), { rest, between } = coverage(axis);
    const same = s.window.padding === "same" ? t("cv.sameRule", { out: axis.positions, n: s.n, s: stride, p: axis.before + axis.after, before: axis.before, after: axis.after }) : "";
    const missing = !pool && s.kernel !== "own" && !hasSize(s.kernel, size) ? t("cv.noKernel", { name: t(`cv.kernel.${s.kernel}`) }) : "";
    const left = wrong ? "" : [missing, rest ? t(rest === 1 ? "cv.restOne" : "cv.rest", { n: rest, s: stride }) : "", between ? t("cv.between", { n: between }) : ""].filter(Boolean).join(" ");
    sizes.classList.toggle("wrong", wrong !== null);
    sizes.replaceChildren(h("p", { id: "size-line", class: "line" }, ...sizeFormula(axis).flatMap((one) => [one, " "])),
      h("p", { id: "size-words", class: "hint" }, h("span", {}, t(pool ? "cv.lettersPool" : "cv.letters")), " ", same, " ", h("b", {}, left)));
  };

  store.on(["language"], build);
  store.on([...SETTINGS, "language"], tell);
}
