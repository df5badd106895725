/** The run that each family of data last had, for as long as this tab lives. */

const KEY = "glassbox-families";

/** @typedef {{run: number, kind: string}} Left */

/** @param {string} network @returns {Record<string, Left>} */
function read(network) {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
    return found.network === network ? found.runs : {};
  } catch {
    return {};
  }
}

export const families = {
  /** @param {string} network @param {string} family @returns {Left | null} */
  of: (network, family) => read(network)[family] ?? null,
  /** @param {string} network @param {string} family @param {Left} left */
  leave: (network, family, left) => sessionStorage.setItem(KEY, JSON.stringify({ network, runs: { ...read(network), [family]: left } })),
};
