/** Softmax as what it is: several z in, shares of one out. Its bars are pulled, or moved by keys. */
import { softmaxOf } from "../charts/shares.js";
import { h, math } from "../dom.js";
import { named, pick, t } from "../words.js";
import { fact } from "./cards.js";
import { byKeys, indexed, recordOf, speak } from "./controls.js";
import { BEGINNING, MOST } from "./link.js";

/** @import {PageStore} from "./controls.js" */

const REACH = MOST.softmax;

/** @param {PageStore} store @param {HTMLElement} box */
export function mountSoftmax(store, box) {
  /** @type {{bar: HTMLElement, z: HTMLElement, share: HTMLElement, text: HTMLElement, handle: HTMLElement}[]} */
  let columns = [];
  const sum = h("p", { class: "readout" });
  const put = (/** @type {number} */ i, /** @type {number} */ z) => store.set({ softmax: store.state.softmax.map((one, k) => (k === i ? Number(Math.max(-REACH, Math.min(REACH, z)).toFixed(2)) : one)) });
  store.on(["catalog", "language"], ({ catalog, softmax }) => {
    const known = recordOf(catalog, "softmax"), title = named("softmax");
    columns = softmax.map((_, i) => {
      const bar = h("div", { class: "bar" }), z = h("output"), share = h("div", { class: "share" }), text = h("output");
      const handle = h("div", { class: "pull", role: "slider", tabIndex: 0, "aria-label": indexed("z", i), "aria-orientation": "vertical" }, bar);
      bar.style.background = share.style.background = `var(--class-${i})`;
      const at = (/** @type {PointerEvent} */ event) => {
        const { top, height } = handle.getBoundingClientRect();
        put(i, REACH - ((event.clientY - top) / height) * 2 * REACH);
      };
      handle.addEventListener("pointerdown", (event) => { handle.setPointerCapture(event.pointerId); handle.focus({ preventScroll: true }); at(event); event.preventDefault(); });
      handle.addEventListener("pointermove", (event) => { if (handle.hasPointerCapture(event.pointerId)) at(event); });
      byKeys(handle, { most: REACH, get: () => store.state.softmax[i], set: (value) => put(i, value) });
      return { bar, z, share, text, handle };
    });
    const picture = h("div", { class: "softmax-picture" },
      h("div", { class: "softmax-names" }, h("span", {}, t("fn.zIn")), h("span", {}, t("fn.sharesOut"))),
      ...columns.map(({ z, share, text, handle }, i) => h("div", { class: "softmax-column" },
        h("span", { class: "index" }, indexed("z", i)), z, handle, h("span", { class: "index" }, indexed("a", i)), text, h("div", { class: "glass" }, share))));
    const shift = (/** @type {number} */ by) => {
      const { softmax: now } = store.state;
      // All or none: at the end of the axis one alone would stay behind.
      if (now.every((z) => Math.abs(z + by) <= REACH)) store.set({ softmax: now.map((z) => Number((z + by).toFixed(2))) });
    };
    const button = (/** @type {string} */ key, /** @type {() => void} */ press) => h("button", { type: "button", onclick: press }, t(key));
    box.replaceChildren(h("section", { id: "softmax", class: "softmax", "aria-label": title },
      h("div", {}, h("h3", {}, title, " ", h("small", {}, t("fn.outputOnly"))), picture, sum,
        h("div", { class: "row" }, button("fn.plusOne", () => shift(1)), button("fn.minusOne", () => shift(-1)),
          button("fn.equal", () => store.set({ softmax: BEGINNING.softmax.map(() => 0) })), button("fn.asBefore", () => store.set({ softmax: BEGINNING.softmax })))),
      h("div", {}, h("p", { class: "formula" }, `a${"ⱼ"} = `, math(known.formula)), h("p", {}, pick(known.summary)),
        h("dl", { class: "facts" }, fact("fn.range", "(0, 1)"), fact("fn.used", pick(known.used)), fact("fn.fails", pick(known.fails))),
        h("p", { class: "hint" }, t("fn.softmaxHint")))));
  });
  store.on(["softmax", "catalog", "language"], ({ softmax }) => {
    const shares = softmaxOf(softmax, softmax.length);
    columns.forEach(({ bar, z, share, text, handle }, i) => {
      const value = softmax[i], tall = (Math.abs(value) / (2 * REACH)) * 100;
      bar.style.height = `${tall}%`;
      bar.style.bottom = value >= 0 ? "50%" : `${50 - tall}%`;
      z.textContent = value.toFixed(2).replace("-", "−");
      share.style.height = `${shares[i] * 100}%`;
      text.textContent = shares[i].toFixed(3);
      speak(handle, value, REACH, `${value.toFixed(2)}: ${shares[i].toFixed(3)}`);
    });
    const order = softmax.map((_, i) => i).sort((a, b) => shares[b] - shares[a]);
    sum.textContent = t("fn.shareSum", { sum: shares.reduce((total, share) => total + share, 0).toFixed(3), first: indexed("a", order[0]), second: indexed("a", order[1]), times: (shares[order[0]] / shares[order[1]]).toFixed(2) });
  });
}
