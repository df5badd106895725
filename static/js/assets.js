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
 * @returns {Promise<any>} what the module exports
 */
export function late(path) {
  waiting[path] ??= Promise.all([loaded(path), allWords()]).then(([module]) => module);
  return waiting[path];
}

/** @param {string} path @returns {Promise<any>} */
function loaded(path) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.type = "module";
    script.src = asset(path);
    // The bundler (app/bundling.py) leaves every module there, by its path.
    script.onload = () => resolve(/** @type {any} */ (globalThis)["$" + "parts"]["$" + path.replace(/\.js$/, "").replace(/\W/g, "_")]);
    script.onerror = () => {
      delete waiting[path];
      reject(new Error(path));
    };
    document.head.append(script);
  });
}

/** @type {Record<string, Promise<any>>} */
const waiting = {};
