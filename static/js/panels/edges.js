/** What is cut at an edge says so: it fades out, and where columns are cut their number stands by, to be pressed. */
import { byId, h } from "../dom.js";
import { t } from "../words.js";

/**
 * Mark on a box that scrolls at which of its edges there is more.
 * @param {HTMLElement} box
 * @param {() => HTMLElement[]} [columns] what stands side by side in it: those out of sight are counted below the network
 */
export function watchEdges(box, columns) {
  const look = () => {
    const more = { before: box.scrollLeft > 2, after: box.scrollLeft + box.clientWidth < box.scrollWidth - 2, below: box.scrollTop + box.clientHeight < box.scrollHeight - 2 };
    for (const [edge, cut] of Object.entries(more)) box.toggleAttribute(`data-${edge}`, cut);
    if (columns) count(box, columns());
  };
  box.addEventListener("scroll", look, { passive: true });
  const observer = new ResizeObserver(look);
  const follow = () => {
    observer.disconnect();
    for (const one of [box, ...box.children]) observer.observe(one);
  };
  new MutationObserver(() => {
    follow();
    look();
  }).observe(box, { childList: true, subtree: Boolean(columns) });
  follow();
}

/**
 * @param {HTMLElement} box
 * @param {HTMLElement[]} columns
 */
function count(box, columns) {
  if (!columns.length) return;
  const seen = box.getBoundingClientRect();
  const cut = { before: columns.filter((column) => middle(column) < seen.left).length, after: columns.filter((column) => middle(column) > seen.right).length };
  for (const side of /** @type {("before" | "after")[]} */ (["before", "after"])) {
    const button = ways(side);
    button.hidden = !cut[side];
    button.textContent = t(side === "before" ? "columnsBefore" : "columnsAfter", { n: cut[side] });
    button.onclick = () => box.scrollBy({ left: (side === "before" ? -0.7 : 0.7) * box.clientWidth });
  }
}

/** @param {HTMLElement} column */
function middle(column) {
  const { left, right } = column.getBoundingClientRect();
  return (left + right) / 2;
}

/** The button in the line below the network. @param {"before" | "after"} side */
function ways(side) {
  const found = document.getElementById(`columns-${side}`);
  if (found) return /** @type {HTMLButtonElement} */ (found);
  const button = h("button", { id: `columns-${side}`, type: "button", class: "quiet beyond", hidden: true });
  byId("diagram-readout").parentElement?.append(button);
  return button;
}
