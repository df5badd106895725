/** Where classes are not alike in number: a switch that lets them weigh the same, and the accuracy that counts them so. */
import { percent } from "../canvas.js";
import { byId, explain, h } from "../dom.js";
import { wishedSpec } from "../wishing.js";
import { t } from "../words.js";

/** @param {import("../session.js").Session} session */
export function mountBalance(session) {
  const { store } = session;
  const box = h("input", { type: "checkbox", id: "class-weight", onchange: () => void session.patch({ class_weight: box.checked ? "balanced" : "none" }, "class_weight") });
  const label = h("span", {}), field = explain(h("label", { class: "check", hidden: true }, box, label), () => ({ text: t("balance.tip") }));
  byId("more-fields").after(field);

  store.on(["network", "dataset", "language", "wished"], (s) => {
    field.hidden = !s.dataset?.classes;
    box.checked = wishedSpec(s).class_weight === "balanced";
    label.textContent = t("balance.switch");
  });

  // Below the accuracy that it is to be read beside, of each part.
  store.on(["frame", "dataset", "language"], ({ frame, dataset }) => {
    const shown = [...byId("figures").children].slice(dataset?.test_inputs.length ? 2 : 1);
    shown.forEach((figure, i) => {
      const value = frame?.metrics[i ? "test_balanced_accuracy" : "balanced_accuracy"];
      let line = figure.querySelector("div");
      if (!dataset?.unbalanced || typeof value !== "number") return line?.remove();
      if (!line) figure.append(line = explain(h("div", {}), () => ({ text: t("balance.meaning") })));
      const text = t("balance.figure", { value: percent(value) });
      if (line.textContent !== text) line.textContent = text;
    });
  });
}
