/** A sample as a small picture: of images themselves, fetched where they are not here yet ("arrived" says when); of other classes their mark. */
import { shapeIcon } from "../canvas.js";
import { drawImageSample } from "../charts/samples.js";
import { h } from "../dom.js";

/**
 * @param {import("../session.js").Session} session
 * @param {"train" | "test"} part
 * @param {number} sample
 * @returns {Element | null}
 */
export function thumbnail(session, part, sample) {
  const { dataset } = session.store.state, targets = part === "test" ? dataset?.test_targets : dataset?.targets, kind = targets?.[sample];
  if (!dataset || dataset.view !== "image") return dataset?.classes && typeof kind === "number" && dataset.class_names.length <= 8 ? shapeIcon(kind) : null;
  const input = (part === "test" ? dataset.test_inputs : dataset.inputs)[sample];
  if (!input) {
    void session.run.bring(part, [sample]);
    return h("span", { class: "thumbnail" });
  }
  const canvas = h("canvas", { class: "thumbnail", "aria-hidden": "true" });
  requestAnimationFrame(() => { if (canvas.isConnected) drawImageSample(canvas, input); });
  return canvas;
}
