/** Where the playground's state begins, and what its speeds are. */
import { runState } from "./run.js";
import { shellState } from "./shell.js";

/**
 * @typedef {import("./run.js").RunState & import("./shell.js").ShellState & {catalog: any, picture: any,
 *   hover: import("./types.js").Place | null, pinned: import("./types.js").Place | null, probePinned: {u: number, v: number} | null,
 *   layer: number, speed: number, canUndo: boolean, canRedo: boolean, waiting: boolean, sought: number | null,
 *   until: Record<string, number> | null, finding: any, logScale: boolean, showTest: boolean, brush: number | "erase" | null, probe: {u: number, v: number} | null,
 *   predict: "loss" | "boundary" | "weight" | null, clinic: string | null, guess: import("./charts/loss.js").Guess | null,
 *   look: import("./types.js").Look | null, sample: number, shown: number[], group: {samples: number[], truth: number, said: number} | null, drawing: number[][][] | null,
 *   pulls: {sample: number, effect: number}[] | null,
 *   owned: import("./wire.js").OwnOut[] | null, ownedProblem: unknown,
 *   refused: import("./types.js").Refusal | null,
 *   imagined: Float32Array | null, wished: Record<string, any> | null, tab: {id: string, tall?: number} | null, worthShown: boolean, worth: import("./wire.js").AblationOut | null}} State
 *   `imagined` are weights that are looked at in place of the network's own; `wished` what differs from its spec
 *   while settings only ask what would be, see wishing.js
 *   `worth` is what each unit adds, as it was last measured; `worthShown` whether it is drawn
 *   `tab` is the drawer's that is shown, and the share of the window's height that it asks for
 *   `clinic` is the case that is open; `pulls` are training samples that pull at an answer, to be seen on the plane
 *   `sought` is the step of the past that is under way; `predict` is what is to be guessed before it happens, `guess` the curve that was drawn
 *   `group` are samples of one class that were taken for another, or for itself: the gallery shows them alone
 *   `drawing` is what the network is given of a drawing, (height, width, channels), in place of the chosen sample, which stays chosen underneath
 *   `sample` counts the test samples first, then the training samples; `shown` are those in view
 */

/** Where the playground's state begins. @returns {State} */
export const playgroundState = () => ({
  ...runState(), ...shellState(), catalog: null, picture: null, layer: 0, speed: 8, canUndo: false, canRedo: false, waiting: false, sought: null,
  predict: null, clinic: null, guess: null, hover: null, pinned: null, probePinned: null, until: null, finding: null, logScale: false, showTest: true, brush: null, probe: null, look: null, sample: 0, shown: [], group: null, drawing: null, pulls: null, owned: null, ownedProblem: null, refused: null, imagined: null, wished: null, tab: null, worthShown: false, worth: null,
});

/** The weights that pictures show. @param {State} s */
export const shownWeights = ({ imagined, weights }) => (imagined?.length === weights?.length ? imagined : null) ?? weights;

/** Steps a second of the speed slider's positions; the last is as fast as it goes. */
export const SPEEDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000, null];

/** The slider's position for a pace. @param {number | null} rate */
export function nearestSpeed(rate) {
  if (rate === null) return SPEEDS.length - 1;
  let best = 0;
  SPEEDS.forEach((speed, i) => { if (speed !== null && Math.abs(Math.log(speed / rate)) < Math.abs(Math.log((SPEEDS[best] ?? 1) / rate))) best = i; });
  return best;
}
