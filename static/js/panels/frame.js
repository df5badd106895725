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
  // A tab keeps the height it was given; one that was given none has what it asks for, or what all others have.
  const wanted = () => {
    const { tab } = session.store.state;
    return Number(tab && remembered(`drawer-${tab.id}`)) || (tab?.tall ? Math.round(innerHeight * tab.tall) : 0) || Number(remembered("drawer")) || Math.min(USUAL, Math.round(innerHeight * 0.25));
  };
  const keep = () => {
    const { tab } = session.store.state;
    if (tab) remember(`drawer-${tab.id}`, String(height));
    if (!tab?.tall) remember("drawer", String(height));
  };
  let height = wanted();
  // As in the sheet: the network keeps what it needs to be read.
  const most = () => Math.max(LEAST, Math.min(Math.round(frame.clientHeight * 0.7), frame.clientHeight - NETWORK));
  const set = (/** @type {number} */ asked) => {
    height = Math.max(LEAST, Math.min(most(), Math.round(asked)));
    frame.style.setProperty("--drawer", `${height}px`);
    grip.setAttribute("aria-valuenow", String(height));
    grip.setAttribute("aria-valuetext", t("pixels", { n: height }));
    grip.setAttribute("aria-valuemin", String(LEAST));
    grip.setAttribute("aria-valuemax", String(Math.max(most(), height)));
  };
  session.store.on(["tab"], () => set(wanted()));
  addEventListener("resize", forgetColours); // the size of type follows the screen's
  for (const id of ["data", "output"]) watchEdges(byId(id));
  grip.addEventListener("pointerdown", (event) => {
    grip.setPointerCapture(event.pointerId);
    const from = event.clientY, before = height;
    const move = (/** @type {PointerEvent} */ next) => set(before + from - next.clientY);
    const end = () => {
      grip.removeEventListener("pointermove", move);
      keep();
    };
    grip.addEventListener("pointermove", move);
    grip.addEventListener("pointerup", end, { once: true });
    grip.addEventListener("pointercancel", end, { once: true });
  });
  const toggle = () => {
    set(height > LEAST ? LEAST : USUAL);
    keep();
  };
  grip.addEventListener("dblclick", toggle);
  grip.addEventListener("keydown", (event) => {
    const by = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    if (!by && event.key !== "Enter") return undefined;
    event.preventDefault();
    event.stopPropagation();
    if (by) set(height + by);
    else return toggle();
    return keep();
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
