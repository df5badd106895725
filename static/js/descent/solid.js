/** The surface in three dimensions, to be turned: what is nearer is drawn over what is farther. */
import { colours, fit, rgb } from "../canvas.js";
import { heightAt, scaleOf, shade } from "../charts/bands.js";
import { h } from "../dom.js";
import { eachFrame } from "../store.js";
import { t } from "../words.js";
import { drawPaths } from "./map.js";

/** @import {PageStore, State} from "./state.js" */

/** Quads a side: turned at thirty pictures a second. */
const SIDE = 40, TALL = 0.62;
export const TURNED = { round: -0.65, up: 0.62 };

/** @param {PageStore} store @param {HTMLElement} box */
export function mountSolid(store, box) {
  const canvas = h("canvas", { id: "solid", role: "application", tabIndex: 0 }), back = h("button", { type: "button", class: "quiet", onclick: () => store.set({ turned: TURNED }) });
  box.append(canvas, h("div", { class: "row" }, h("span", { class: "hint", "data-t": "descent.turnHint" }, t("descent.turnHint")), back));
  const draw = eachFrame(() => {
    const s = store.state;
    if (!s.values || !canvas.clientWidth) return;
    const { context, width, height } = fit(canvas), project = projection(s, width, height);
    drawMesh(context, s.values, project);
    const { values } = s, scale = scaleOf(values), { low, high } = values;
    drawPaths(context, s, ([x, y]) => {
      // Beyond the edge a path goes on at the height of the edge.
      const [u, v] = [Math.max(low[0], Math.min(high[0], x)), Math.max(low[1], Math.min(high[1], y))], found = heightAt(values, u, v);
      return project((u - low[0]) / (high[0] - low[0]), (v - low[1]) / (high[1] - low[1]), found === null ? 0 : scale(found) + 0.012);
    });
    canvas.dataset.drawn = `${s.turned.round.toFixed(3)} ${s.turned.up.toFixed(3)} ${s.at}`;
  });
  const turn = (/** @type {number} */ round, /** @type {number} */ up) => {
    const { turned } = store.state;
    store.set({ turned: { round: turned.round + round, up: Math.max(0.12, Math.min(1.45, turned.up + up)) } });
  };
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (event) => { if (canvas.hasPointerCapture(event.pointerId)) turn(event.movementX / 120, event.movementY / 160); });
  canvas.addEventListener("keydown", (event) => {
    const by = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.08], ArrowDown: [0, 0.08] })[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    turn(...by);
  });
  store.on(["values", "race", "at", "chosen", "turned", "theme", "racers"], draw);
  store.on(["language"], () => {
    canvas.setAttribute("aria-label", t("descent.solidAlt"));
    back.textContent = t("descent.turnBack");
  });
  new ResizeObserver(draw).observe(canvas);
}

/**
 * From shares of the surface's width, its depth and its height to the picture: seen from `up` above, turned by `round`, without vanishing
 * points, so that heights can be compared.
 * @param {State} s @param {number} width @param {number} height
 * @returns {(u: number, v: number, tall: number) => [number, number, number]} x, y, and how far away it is
 */
function projection({ turned: { round, up } }, width, height) {
  const size = Math.min(width / 1.45, height / (0.9 * Math.sin(up) * 1.42 + TALL * Math.cos(up) + 0.1)), [c, n] = [Math.cos(round), Math.sin(round)], [cu, su] = [Math.cos(up), Math.sin(up)];
  return (u, v, tall) => {
    const a = u - 0.5, b = v - 0.5, across = a * c - b * n, away = a * n + b * c, high = tall * TALL - TALL / 2;
    return [width / 2 + across * size, height / 2 - (away * su + high * cu) * size, away * cu - high * su];
  };
}

/** @param {CanvasRenderingContext2D} context @param {NonNullable<State["values"]>} values @param {(u: number, v: number, tall: number) => [number, number, number]} project */
function drawMesh(context, values, project) {
  const theme = colours(), paper = rgb(theme.paper), ink = rgb(theme.ink), scale = scaleOf(values), n = values.values.length, step = (n - 1) / SIDE;
  const heights = Array.from({ length: SIDE + 1 }, (_, j) => Array.from({ length: SIDE + 1 }, (__, i) => {
    const value = values.values[Math.round(j * step)][Math.round(i * step)];
    return value === null ? NaN : scale(value);
  }));
  const places = heights.map((row, j) => row.map((tall, i) => project(i / SIDE, j / SIDE, tall)));
  /** @type {{far: number, i: number, j: number}[]} */
  const quads = [];
  for (let j = 0; j < SIDE; j++) for (let i = 0; i < SIDE; i++) quads.push({ i, j, far: places[j][i][2] + places[j + 1][i + 1][2] });
  quads.sort((a, b) => b.far - a.far);
  context.lineWidth = 0.7;
  const line = `rgb(${shade(1, paper, rgb(theme["ink-2"])).map(Math.round).join()})`;
  for (const { i, j } of quads) {
    const tall = (heights[j][i] + heights[j][i + 1] + heights[j + 1][i] + heights[j + 1][i + 1]) / 4;
    if (Number.isNaN(tall)) continue;
    // A slope that faces away is a little darker: shape without another colour.
    const tilt = (heights[j][i + 1] + heights[j + 1][i + 1] - heights[j][i] - heights[j + 1][i]) * SIDE * 0.02;
    context.fillStyle = `rgb(${shade(Math.max(0, Math.min(1.3, tall + Math.max(-0.3, Math.min(0.3, tilt)))), paper, ink).map(Math.round).join()})`;
    context.strokeStyle = context.fillStyle;
    context.beginPath();
    for (const [k, [b, a]] of [[0, 0], [0, 1], [1, 1], [1, 0]].entries()) {
      const [x, y] = places[j + b][i + a];
      if (k) context.lineTo(x, y);
      else context.moveTo(x, y);
    }
    context.closePath();
    context.fill();
    context.stroke();
    // Lines on it, a few: what is level and what is steep is seen by them.
    const edges = [...(j % 4 ? [] : [[j, i + 1]]), ...(i % 4 ? [] : [[j + 1, i]])];
    if (!edges.length) continue;
    context.strokeStyle = line;
    context.beginPath();
    for (const [b, a] of edges) {
      context.moveTo(places[j][i][0], places[j][i][1]);
      context.lineTo(places[b][a][0], places[b][a][1]);
    }
    context.stroke();
  }
}
