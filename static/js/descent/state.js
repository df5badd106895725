/**
 * The state of the page of descent: what is asked for, and what the server has found.
 *
 * @import {Ground, Racer, Shown} from "./link.js"
 * @import {DescentOut, DescentStepOut, DescentPathOut, SurfaceOut, SurfaceValuesOut} from "../wire.js"
 * @typedef {import("../shell.js").ShellState & Shown & {catalog: any, surfaces: SurfaceOut[], values: SurfaceValuesOut | null, race: DescentOut | null,
 *   worked: DescentStepOut | null, refused: unknown, playing: boolean, pointed: number[] | null, turned: {round: number, up: number}}} State
 *   `values` and `race` are the last that could be; `refused` is what is wrong with what is asked for
 * @typedef {import("../store.js").Store<State>} PageStore
 */

/** What a new race is run for. @type {(keyof State)[]} */
export const ASKED = ["ground", "start", "racers", "steps", "noise", "seed"];

/** Where the race begins. @param {State} s @returns {number[]} */
export const startOf = (s) => s.start ?? s.values?.start ?? [0, 0];

/** The path of a racer. @param {State} s @param {number} k @returns {DescentPathOut | null} */
export const pathOf = (s, k) => s.race?.paths[k] ?? null;

/** How far there is anything to see. @param {State} s */
export const lastOf = (s) => Math.max(1, ...(s.race?.paths ?? []).map((path) => path.points.length - 1));

/** The path's place at a step: its end, where it ended before. @param {DescentPathOut} path @param {number} at */
export const placeAt = (path, at) => Math.min(at, path.points.length - 1);

/** The surface as the server is asked about it. @param {Ground} ground */
export const surfaceOf = (ground) => ("name" in ground ? ground.name : ground);

/** @param {State} s */
export const noiseOf = (s) => s.noise * (s.values?.steepness ?? 0);

/** @typedef {"settles" | "swings" | "leaves"} Verdict */

/**
 * Whether plain descent, or descent with momentum, settles where the ground is curved like here: of a bowl exactly.
 * Of the iteration's matrix the eigenvalues are complex from (1 − √μ)² on, in Nesterov's form from ((1 − μ) / (1 + μ))², and leave the
 * unit circle at 2 (1 + μ), in Nesterov's form at 2 (1 + μ) / (1 + 2 μ) (Goh 2017).
 * @param {Racer} racer
 * @param {number | null} curvature
 * @returns {{product: number, bound: number, verdict: Verdict} | null} null where the rate's product says nothing
 */
export function stability(racer, curvature) {
  if (racer.kind !== "sgd" || curvature === null || !Number.isFinite(curvature) || curvature <= 0) return null;
  const mu = racer.momentum ?? 0, ahead = mu && racer.nesterov, product = racer.learning_rate * curvature;
  const bound = (2 * (1 + mu)) / (ahead ? 1 + 2 * mu : 1), swing = ahead ? ((1 - mu) / (1 + mu)) ** 2 : (1 - Math.sqrt(mu)) ** 2;
  return { product, bound, verdict: product >= bound ? "leaves" : product > swing ? "swings" : "settles" };
}
