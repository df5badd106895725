/** Files of the page, by the addresses that the page was given for them (templates/base.html): they change with the contents. */

import { allWords } from "./whole.js";

/** @returns {Record<string, string>} */
const known = () => JSON.parse(document.documentElement.dataset.assets ?? "{}");

/** Whether the page was given an address of it. @param {string} path under static/ */
export const hasAsset = (path) => path in known();

/** @param {string} path under static/ */
export function asset(path) {
  const url = known()[path];
  if (!url) throw new Error(`the page has no address of ${path}`);
  return String(url);
}

/**
 * A script that is loaded when it is first wanted; it shares the modules of the page's own.
 * @param {string} path of its module under static/
 * @param {string | null} [style] the style sheet of what it draws, which is there before it begins
 * @param {boolean} [wordless] it says none of the words that come late
 * @returns {Promise<any>} what the module exports
 */
export async function late(path, style, wordless = false) {
  const script = () => Object.assign(document.createElement("script"), { type: "module", src: asset(path) });
  const sheet = style && once(style, () => Object.assign(document.createElement("link"), { rel: "stylesheet", href: asset(style) }));
  await Promise.all([once(path, script), sheet, wordless ? null : allWords()]);
  // The bundler (app/bundling.py) leaves every module there, by its path.
  return /** @type {any} */ (globalThis)["$" + "parts"]["$" + path.replace(/\.js$/, "").replace(/\W/g, "_")];
}

/**
 * A part of the page that is made once, when it is first wanted; where its script does not come, the next one asks again.
 * @template T
 * @param {string} path
 * @param {(module: any) => T} make
 * @param {string | null} [style]
 * @returns {() => Promise<T>}
 */
export function lazily(path, make, style) {
  /** @type {Promise<T> | null} */
  let made = null;
  return () => (made ??= late(path, style).then(make).catch((error) => {
    made = null;
    throw error;
  }));
}

/** @param {string} path @param {() => HTMLElement} make what loads it */
function once(path, make) {
  return waiting[path] ??= new Promise((resolve, reject) => {
    const element = make();
    element.onload = resolve;
    element.onerror = () => {
      delete waiting[path]; // the next one asks again
      reject(new Error(path));
    };
    document.head.append(element);
  });
}

/** @type {Record<string, Promise<any>>} */
const waiting = {};
