/**
 * What a schedule makes of the learning rate in update u, from 0 on: the twin of engine/schedules.py, to which a test holds it.
 *
 * @typedef {{kind: string, [setting: string]: any}} Schedule
 */

/** @type {Record<string, (s: any, u: number) => number>} */
const FACTORS = {
  constant: () => 1,
  step: ({ gamma, every }, u) => gamma ** Math.floor(u / every),
  exponential: ({ gamma }, u) => gamma ** u,
  cosine: ({ updates, floor }, u) => floor + ((1 - floor) * (1 + Math.cos((Math.PI * Math.min(u, updates)) / updates))) / 2,
  warm_up: ({ updates, start }, u) => start + ((1 - start) * Math.min(u, updates)) / updates,
  one_cycle({ updates, rise, divide, final_divide: more }, u) {
    const top = rise * updates - 1, last = updates - 1, low = 1 / divide, least = 1 / (divide * more);
    if (u <= top) return 1 + ((low - 1) * (1 + Math.cos(Math.PI * (top > 0 ? Math.min(1, u / top) : 1)))) / 2;
    return least + ((1 - least) * (1 + Math.cos(Math.PI * Math.max(0, Math.min(1, (u - top) / (last - top)))))) / 2;
  },
};

/** Null where the losses decide, which nobody knows ahead. @param {Schedule} schedule @param {number} u */
export const factorAt = (schedule, u) => FACTORS[schedule.kind]?.(schedule, u) ?? null;

/** How many updates show all that it does. @param {Schedule} schedule */
export function lengthOf({ kind, updates, every, gamma }) {
  if (kind === "step") return every * (gamma < 1 ? Math.max(3, Math.min(8, Math.ceil(Math.log(0.02) / Math.log(gamma)))) : 3);
  if (kind === "exponential") return gamma < 1 ? Math.min(1e6, Math.ceil(Math.log(0.02) / Math.log(gamma))) : 1000;
  return Math.ceil((updates ?? 1000) * 1.15);
}
