/** Choices that outlast the page, where the browser keeps them. */

/** @param {string} name */
export function remembered(name) {
  try {
    return localStorage.getItem(`glassbox-${name}`);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} value */
export function remember(name, value) {
  try {
    localStorage.setItem(`glassbox-${name}`, value);
  } catch {
    // Private windows may refuse; the choice then holds for this page only.
  }
}
