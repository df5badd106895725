/** Files of the page, by the addresses that the page was given for them (templates/base.html): they change with the contents. */

/** @param {string} path under static/ */
export function asset(path) {
  const url = JSON.parse(document.documentElement.dataset.assets ?? "{}")[path];
  if (!url) throw new Error(`the page has no address of ${path}`);
  return String(url);
}
