/**
 * Shapes that travel between the server and the page; the names are the API's.
 *
 * @typedef {{name: string, shape: number[], offset: number}} Parameter
 * @typedef {{name: string, kind: string, units: number, activation: string | null, shape: number[],
 *   parameters: number, trainable: boolean, settings?: any}} Layer  `settings` is its part of the spec
 * @typedef {{origin: number[], axes: number[][], low: number[], high: number[]}} Plane
 * @typedef {{kind: string, view: "plane" | "curve" | "image" | "sequence" | "text" | "table", task: "classification" | "regression",
 *   columns: string[], classes: number, class_names: string[], inputs: any[], targets: any[],
 *   test_inputs: any[], test_targets: any[], identities: number[], plane: Plane | null,
 *   mean: number[], deviation: number[], shape: number[], vocabulary: string[], target_mean: number,
 *   target_deviation: number, series: number[] | null, positions: number[] | null,
 *   test_positions: number[] | null}} Dataset
 * @typedef {{step: number, layer: string, what: string, value: string, detail: string}} Divergence
 * @typedef {{dataset: any, features: string[], layers: any[], output: any, loss: string, optimizer: any,
 *   regularization: any, schedule: any, clipping: any, average: number, initializer: string, batch_size: number, seed: number}} Spec
 * @typedef {{id: string, spec: Spec, inputs: string[], layers: Layer[], layout: Parameter[],
 *   parameters: number, steps_per_epoch: number, samples: number, step: number, epoch: number,
 *   state: "playing" | "paused" | "diverged", steps_per_second: number | null, loss: number | null,
 *   test_loss: number | null, metrics: Record<string, number | null>, divergence: Divergence | null,
 *   learning_rate: number, revision: number, generation: number}} Network
 * @typedef {{step: number, measured_step: number, epoch: number, state: "playing" | "paused" | "diverged", loss: number | null,
 *   test_loss: number | null, metrics: Record<string, number | null>, divergence: Divergence | null,
 *   learning_rate: number, revision: number, generation: number}} Frame
 * @typedef {{step: number[], loss: (number | null)[], measureStep: number[], train: (number | null)[],
 *   test: (number | null)[], accuracy: (number | null)[], testAccuracy: (number | null)[]}} History
 * @typedef {{inputs: string[], layers: Layer[], layout: Parameter[]}} Net
 * @typedef {{id: string, revision: number, step: number, sample: number, layers: Record<string, {z?: any, a: any}>,
 *   outputs: Map<number, any>, confusion: Record<string, number[][] | null> | null}} Look
 *   what every layer makes of the chosen sample, and the outputs of the samples that are shown
 * @typedef {{layers: any[], index: number, field: string, message: string}} Refusal
 *   layers that the server would not build; `index` is the layer that does not fit
 */
export {};
