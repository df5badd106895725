/** Files of the page, by the addresses that the page was given for them (templates/base.html): they change with the contents. */

/** @param {string} path under static/ */
export function asset(path) {
  const url = JSON.parse(document.documentElement.dataset.assets ?? "{}")[path];
  if (!url) throw new Error(`the page has no address of ${path}`);
  return String(url);
}

/**
 * A script that is loaded when it is first wanted; it shares the modules of the page's own.
 * @param {string} path of its module under static/
 * @returns {Promise<any>} what the module exports
 */
export function late(path) {
  waiting[path] ??= fetched(path).catch((error) => {
    delete waiting[path];
    throw error;
  });
  return waiting[path];
}

/** @param {string} path */
function fetched(path) {
  const loaded = new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.type = "module";
    script.src = asset(path);
    // The bundler (app/bundling.py) leaves every module there, by its path.
    script.onload = () => resolve(/** @type {any} */ (globalThis)["$" + "parts"]["$" + path.replace(/\.js$/, "").replace(/\W/g, "_")]);
    script.onerror = () => reject(new Error(path));
    document.head.append(script);
  });
  return Promise.all([loaded, beside()]).then(([module]) => module);
}

/** What comes with a script that is late. @type {() => Promise<unknown>} */
let beside = async () => {};

/** @param {() => Promise<unknown>} load */
export function comesBeside(load) {
  beside = load;
}

/** @type {Record<string, Promise<any>>} */
const waiting = {};
