/** Which class outputs tell, as the server decides it. */

/**
 * The largest of a sample's outputs; of a single output, which side of the middle it is on.
 * @param {ArrayLike<number>} outputs
 * @param {string | null | undefined} activation of the output layer
 * @param {number} [from] where the sample's outputs begin
 * @param {number} [units] how many it has
 */
export function classOf(outputs, activation, from = 0, units = outputs.length) {
  if (units === 1) return outputs[from] > (activation === "sigmoid" ? 0.5 : 0) ? 1 : 0;
  let best = 0;
  for (let j = 1; j < units; j++) if (outputs[from + j] > outputs[from + best]) best = j;
  return best;
}
