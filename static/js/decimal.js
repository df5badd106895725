/** A field for one number as people type it: with a real minus, with a comma. */
import { h } from "./dom.js";
import { t } from "./words.js";

/**
 * @param {string} label
 * @param {(value: number) => void} set
 */
export function decimalInput(label, set) {
  // Text, for a field of numbers would write a hyphen where a minus belongs; both can be typed.
  const input = h("input", { type: "text", inputMode: "decimal", autocomplete: "off", "aria-label": label });
  input.addEventListener("input", () => input.setCustomValidity(""));
  input.addEventListener("change", () => {
    const text = input.value.trim().replaceAll("−", "-").replace("，", ".").replace(",", "."), value = Number(text);
    if (text !== "" && Math.abs(value) <= 1e30) {
      input.value = text.replaceAll("-", "−");
      return set(value);
    }
    input.setCustomValidity(t("bp.notANumber"));
    input.reportValidity();
    return undefined;
  });
  return input;
}
