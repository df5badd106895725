/**
 * Shapes that travel between the server and the page; the names are the API's.
 *
 * @typedef {{name: string, shape: number[], offset: number}} Parameter
 * @typedef {{name: string, kind: string, units: number, activation: string}} Layer
 * @typedef {{origin: number[], axes: number[][], low: number[], high: number[]}} Plane
 * @typedef {{kind: string, view: "plane" | "curve" | "table", task: "classification" | "regression",
 *   columns: string[], classes: number, class_names: string[], inputs: number[][], targets: number[],
 *   test_inputs: number[][], test_targets: number[], identities: number[], plane: Plane | null,
 *   mean: number[], deviation: number[]}} Dataset
 * @typedef {{step: number, layer: string, what: string, value: string, detail: string}} Divergence
 * @typedef {{dataset: any, features: string[], layers: any[], output: any, loss: string, optimizer: any,
 *   regularization: any, initializer: string, batch_size: number, seed: number}} Spec
 * @typedef {{id: string, spec: Spec, inputs: string[], layers: Layer[], layout: Parameter[],
 *   parameters: number, steps_per_epoch: number, samples: number, step: number, epoch: number,
 *   state: "playing" | "paused" | "diverged", steps_per_second: number | null, loss: number | null,
 *   test_loss: number | null, metrics: Record<string, number | null>, divergence: Divergence | null,
 *   revision: number, generation: number}} Network
 * @typedef {{step: number, epoch: number, state: "playing" | "paused" | "diverged", loss: number | null,
 *   test_loss: number | null, metrics: Record<string, number | null>, divergence: Divergence | null,
 *   revision: number, generation: number}} Frame
 * @typedef {{step: number[], loss: (number | null)[], measureStep: number[], train: (number | null)[],
 *   test: (number | null)[], accuracy: (number | null)[], testAccuracy: (number | null)[]}} History
 * @typedef {{inputs: string[], layers: Layer[], layout: Parameter[]}} Net
 */
export {};
