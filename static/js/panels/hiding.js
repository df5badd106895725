/** What a link hides of the page. */

/** Hide what a link hides, wholly: with an attribute of its own, for panels come and go by `hidden`. @param {string[]} names */
export function hideParts(names) {
  document.body.dataset.hide = names.join(" ");
  for (const name of names) for (const element of document.querySelectorAll(`[data-part="${CSS.escape(name)}"]`)) element.setAttribute("data-hidden", "");
}

/** Whether the link hides a part. @param {string} name */
export const hides = (name) => (document.body.dataset.hide ?? "").split(" ").includes(name);
