/** What a page shows stands in its address, and what stands there is shown; the button that copies it. */
import { byId } from "./dom.js";
import { say } from "./shell.js";

const AFTER_MS = 250;

/** What the address says, without its #. */
export const asked = () => location.hash.slice(1);

/**
 * @template {import("./shell.js").ShellState} S
 * @param {import("./store.js").Store<S>} store
 * @param {(keyof S)[]} keys what the address depends on
 * @param {{write: (s: S) => string, read: () => Partial<S>, moving?: (s: S) => boolean}} page  `write` makes the fragment, `read` what it says;
 *   what is `moving` is written when it stands still
 */
export function keepAddress(store, keys, { write, read, moving = () => false }) {
  let timer = 0;
  const now = () => {
    clearTimeout(timer);
    const fragment = write(store.state);
    if (fragment !== asked()) history.replaceState(null, "", `${location.pathname}${location.search}${fragment ? `#${fragment}` : ""}`);
  };
  store.on(keys, (s) => {
    clearTimeout(timer);
    if (!moving(s)) timer = window.setTimeout(now, AFTER_MS);
  });
  addEventListener("hashchange", () => store.set(read()));
  byId("copy-link").addEventListener("click", async () => {
    now();
    try {
      await navigator.clipboard.writeText(location.href);
      say(store, { kind: "note", key: "cv.copied" });
    } catch {
      say(store, { kind: "bad", key: "copyYourself" });
    }
  });
}
