/**
 * A place on the plane, or along the curve, as people read it: what its axes are called, and its values in the data's own units.
 *
 * @import {Dataset} from "./types.js"
 */
import { short } from "./canvas.js";
import { realInput } from "./model/units.js";
import { columnName } from "./names.js";
import { named } from "./words.js";

/** Whether its axes are the data's own columns, and no mixture of them. @param {Dataset} dataset */
export const ofColumns = (dataset) => !dataset.plane || dataset.view === "plane" || dataset.columns.length <= 2;

/** How many axes say something: of a single column the other only sets points apart. @param {Dataset} dataset */
export const axesOf = (dataset) => (dataset.plane ? Math.min(2, dataset.columns.length) : 1);

/** "" where it says nothing. @param {Dataset} dataset @param {number} k */
export const axisName = (dataset, k) => (k >= axesOf(dataset) ? "" : !ofColumns(dataset) ? `PC${k + 1}` : dataset.view === "plane" ? named(`x${k + 1}`) : columnName(dataset, k));

/** @param {Dataset} dataset @param {number} k @param {number} v on the scale that the network is given */
export const onAxis = (dataset, k, v) => (ofColumns(dataset) ? realInput(dataset, k, v) : v);

/** Every axis with its value. @param {Dataset} dataset @param {{u: number, v: number}} place @param {(name: string, value: string) => string} pair */
export const placeText = (dataset, place, pair = (name, value) => `${name} ${value}`) =>
  [place.u, place.v].slice(0, axesOf(dataset)).map((v, k) => pair(axisName(dataset, k), short(onAxis(dataset, k, v), 2)));
