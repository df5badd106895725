/** The kernel: numbers to type over, as in a sheet, and what all of them are divided by. */
import { h } from "../dom.js";
import { t } from "../words.js";
import { MOST } from "./link.js";

/** @param {number} value */
const spelled = (value) => String(Number(value.toPrecision(4))).replace("-", "−");

/** What was typed as a number, or null. @param {string} text */
export function parsed(text) {
  const [above, below = "1", ...more] = text.replaceAll("−", "-").split("/"), value = Number(above) / Number(below);
  return !more.length && above.trim() && Number.isFinite(value) && Math.abs(value) <= MOST.weight ? value : null;
}

/**
 * @param {{changed: (w: number[], by: number) => void, pointed: (u: number, v: number) => void, left: () => void}} heard
 */
export function makeKernel({ changed, pointed, left }) {
  const table = h("div", { id: "kernel", class: "grid kernel", role: "group" });
  const by = h("input", { id: "kernel-by", type: "number", min: "0.0001", max: String(MOST.by), step: "any" });
  const divided = h("label", { class: "row divided" }, h("span", {}, "÷"), by);
  /** @type {HTMLInputElement[]} */
  let inputs = [];
  let size = 0, shown = { w: /** @type {number[]} */ ([]), by: 1 };
  by.addEventListener("change", () => {
    if (by.checkValidity() && by.value) changed(shown.w, Number(by.value));
    else by.reportValidity();
  });
  const make = (/** @type {number} */ k) => {
    const input = h("input", { type: "text", inputMode: "text", maxLength: 8, autocomplete: "off", spellcheck: false });
    input.addEventListener("focus", () => {
      for (const one of inputs) one.tabIndex = one === input ? 0 : -1;
      input.select();
      pointed(Math.floor(k / size), k % size);
    });
    input.addEventListener("blur", () => {
      // What was no number is not kept; what it was before is there again.
      input.value = spelled(shown.w[k]);
      input.removeAttribute("aria-invalid");
      left();
    });
    input.addEventListener("pointerenter", () => pointed(Math.floor(k / size), k % size));
    input.addEventListener("pointerleave", left);
    input.addEventListener("input", () => {
      const value = parsed(input.value);
      if (value === null) input.setAttribute("aria-invalid", "true");
      else {
        input.removeAttribute("aria-invalid");
        changed(shown.w.map((one, i) => (i === k ? value : one)), shown.by);
      }
    });
    input.addEventListener("keydown", (event) => {
      const step = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowLeft: -1, ArrowDown: size, ArrowUp: -size, Enter: 1 })[event.key];
      const next = inputs[k + (step ?? 0)];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      next?.focus();
    });
    return input;
  };
  return {
    table, divided,
    /** @param {{w: number[], by: number}} kernel @param {number} wide its size */
    draw: (kernel, wide) => {
      shown = kernel;
      if (wide !== size) {
        size = wide;
        inputs = Array.from({ length: size * size }, (_, k) => make(k));
        table.style.setProperty("--columns", String(size));
        table.replaceChildren(...inputs);
      }
      table.setAttribute("aria-label", t("cv.kernel"));
      by.setAttribute("aria-label", t("cv.dividedBy"));
      divided.title = t("cv.dividedBy");
      if (document.activeElement !== by) by.value = String(kernel.by);
      const most = Math.max(...kernel.w.map(Math.abs)) || 1;
      inputs.forEach((input, k) => {
        input.tabIndex = inputs.some((one) => one === document.activeElement) ? input.tabIndex : k ? -1 : 0;
        input.setAttribute("aria-label", t("cv.weightAt", { row: Math.floor(k / size) + 1, column: (k % size) + 1 }));
        if (document.activeElement !== input) input.value = spelled(kernel.w[k]);
        input.classList.toggle("negative", kernel.w[k] < 0);
        input.style.setProperty("--share", `${Math.round((Math.abs(kernel.w[k]) / most) * 100)}%`);
      });
    },
    /** @param {(u: number, v: number) => boolean} isLit */
    light: (isLit) => inputs.forEach((input, k) => input.classList.toggle("lit", isLit(Math.floor(k / size), k % size))),
  };
}
