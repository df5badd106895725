/** The frame: the drawer's height, and the page shown to a class. */
import { forgetColours } from "../canvas.js";
import { byId } from "../dom.js";
import { remember, remembered } from "../remembered.js";
import { t } from "../words.js";
import { watchEdges } from "./edges.js";

const LEAST = 44, NETWORK = 310, USUAL = 230, STEP = 24;

/** @param {import("../session.js").Session} session */
export function mountFrame(session) {
  const grip = byId("grip"), frame = /** @type {HTMLElement} */ (document.querySelector(".frame"));
  let height = Number(remembered("drawer")) || Math.min(USUAL, Math.round(innerHeight * 0.25));
  // As in the sheet: the network keeps what it needs to be read.
  const most = () => Math.max(LEAST, Math.min(Math.round(frame.clientHeight * 0.7), frame.clientHeight - NETWORK));
  const set = (/** @type {number} */ wanted) => {
    height = Math.max(LEAST, Math.min(most(), Math.round(wanted)));
    frame.style.setProperty("--drawer", `${height}px`);
    grip.setAttribute("aria-valuenow", String(height));
    grip.setAttribute("aria-valuetext", t("pixels", { n: height }));
    grip.setAttribute("aria-valuemin", String(LEAST));
    grip.setAttribute("aria-valuemax", String(Math.max(most(), height)));
  };
  set(height);
  addEventListener("resize", forgetColours); // the size of type follows the screen's
  for (const id of ["data", "output"]) watchEdges(byId(id));
  grip.addEventListener("pointerdown", (event) => {
    grip.setPointerCapture(event.pointerId);
    const from = event.clientY, before = height;
    const move = (/** @type {PointerEvent} */ next) => set(before + from - next.clientY);
    const end = () => {
      grip.removeEventListener("pointermove", move);
      remember("drawer", String(height));
    };
    grip.addEventListener("pointermove", move);
    grip.addEventListener("pointerup", end, { once: true });
    grip.addEventListener("pointercancel", end, { once: true });
  });
  const toggle = () => {
    set(height > LEAST ? LEAST : USUAL);
    remember("drawer", String(height));
  };
  grip.addEventListener("dblclick", toggle);
  grip.addEventListener("keydown", (event) => {
    const by = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    if (!by && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    if (by) set(height + by);
    else toggle();
    remember("drawer", String(height));
  });

  byId("present").addEventListener("click", () => {
    const on = !("presenting" in document.documentElement.dataset);
    if (on) document.documentElement.dataset.presenting = "";
    else delete document.documentElement.dataset.presenting;
    byId("present").setAttribute("aria-pressed", String(on));
    forgetColours(); // with them the size of type
    const { theme } = session.store.state;
    session.store.set({ theme: "" });
    session.store.set({ theme });
  });
}
