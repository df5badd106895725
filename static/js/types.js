/**
 * The page's own shapes, and short names for those that travel (wire.js, made from the OpenAPI document).
 *
 * @typedef {import("./wire.js").ParameterOut} Parameter
 * @typedef {import("./wire.js").LayerOut & {settings?: any, reach?: number, off?: number[]}} Layer
 *   `off` are its units that say 0, `settings` is its part of the spec, `reach` how far its activation's values go from 0 where they are bounded
 * @typedef {import("./wire.js").PlaneOut} Plane
 * @typedef {import("./wire.js").DatasetOut} Dataset `inputs` and `test_inputs` have holes where a sample is not here yet (model/data.js)
 * @typedef {import("./wire.js").DivergenceOut} Divergence
 * @typedef {Required<import("./wire.js").SpecIn>} Spec
 * @typedef {Omit<import("./wire.js").NetworkOut, "spec"> & {spec: Spec}} Network
 * @typedef {import("./wire.js").FrameOut} Frame
 * @typedef {{step: number[], loss: number[], low: number[], high: number[], count: number[], width: number,
 *   measureStep: number[], train: (number | null)[], test: (number | null)[], accuracy: (number | null)[], testAccuracy: (number | null)[],
 *   measureWidth: number, marks: import("./wire.js").MarkOut[],
 *   ghost: {step: number[], train: (number | null)[], test: (number | null)[], from: number} | null}} History
 *   batch losses in bins of `width` steps: mean, least and greatest of each, and of how many; measurements; what was changed where;
 *   the measurements of the run that was left for this one at step `from`
 * @typedef {{inputs: string[], layers: Layer[], layout: Parameter[]}} Net
 * @typedef {{layer: number, unit: number, from?: number, cell?: number}} Place a unit of the diagram, layer -1 being the inputs; with `from`,
 *   the line to it from that unit of the layer before; with `cell`, one of the numbers that it gives, flat in what leaves the layer
 * @typedef {{id: string, revision: number, step: number, sample: number, drawing: number[][][] | null, layers: Record<string, Activity>,
 *   outputs: Map<number, Float32Array>, confusion: import("./wire.js").ConfusionOut | null, unrolled: Record<string, import("./model/tensors.js").Numbers> | null}} Look
 *   what every layer makes of the chosen sample, or of a drawing, and the outputs of the samples that are shown: of text, one time step's after another's; `unrolled`
 *   where its recurrent layers were asked for time step by time step: the arrays of docs/socket.md
 * @typedef {{a: Float32Array, z?: Float32Array, shape: number[]}} Activity flat, the last axis fastest
 * @typedef {{layers: any[], index: number, field: string, problem: import("./api.js").Reason}} Refusal
 *   layers that the server would not build; `index` is the layer that does not fit
 */
export {};
