/** What a network is, by the kinds of its layers: known before any of what is drawn of them. */

/** Whether a network has layers that can be unrolled in time. @param {import("../types.js").Network | null} network */
export const isUnrolled = (network) => Boolean(network?.layers.some(({ kind }) => ["simple_rnn", "lstm", "gru"].includes(kind)));
