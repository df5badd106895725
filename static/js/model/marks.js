/** Where in a run something was changed: the paths of a spec that differ, with both values. */

/**
 * @typedef {{step: number, what: string[], before: any[], after: any[]}} Mark
 */

/**
 * @param {any} before
 * @param {any} after
 * @param {string} [path]
 * @returns {{path: string, before: any, after: any}[]}
 */
export function differences(before, after, path = "") {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const plain = (/** @type {any} */ v) => v && typeof v === "object" && !Array.isArray(v);
  if (!plain(before) || !plain(after)) return [{ path, before: Array.isArray(before) ? null : before, after: Array.isArray(after) ? null : after }];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => differences(before[key], after[key], path ? `${path}.${key}` : key));
}

/**
 * @param {number} step
 * @param {any} before the spec
 * @param {any} after
 * @returns {Mark | null}
 */
export function markOf(step, before, after) {
  const found = differences(before, after);
  return found.length ? { step, what: found.map((f) => f.path), before: found.map((f) => f.before), after: found.map((f) => f.after) } : null;
}
