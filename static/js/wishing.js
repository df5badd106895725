/** What differs from the network's spec while settings only ask what would be: `wished` of the state, set by race/wish.js. */

const plain = (/** @type {unknown} */ value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Objects are merged, all else is replaced, as PATCH does it. @param {any} spec @param {any} change */
export const merged = (spec, change) => ({ ...spec, ...Object.fromEntries(Object.entries(change).map(([key, value]) => [key, plain(value) && plain(spec[key]) ? { ...((value.kind ?? spec[key].kind) === spec[key].kind ? spec[key] : {}), ...value } : value])) });

/** The network's spec with what is wished for; its own where nothing is. @param {import("./state.js").State} s @returns {any} */
export const wishedSpec = ({ network, wished }) => merged(network?.spec, wished ?? {});
