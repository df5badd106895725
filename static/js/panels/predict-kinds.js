/** What can be guessed before it happens: how it is asked, by hand and by keys, and what became of it. */
import { chartFont, colours, fit, short } from "../canvas.js";
import { placeOn } from "../charts/loss.js";
import { areaOf } from "../charts/plane.js";
import { byId, h, sliderField } from "../dom.js";
import { classOf } from "../model/classes.js";
import { boundaryScore, changeScore, curveScore, evenly, round, sideOf, straight, stroke, STRETCHES, wholeCurve } from "../model/guess.js";
import { inputName, unitName } from "../names.js";
import { t } from "../words.js";

/**
 * @typedef {import("../session.js").Session} Session
 * @typedef {{score: number | null, facts: Record<string, string | number>, nodes?: Node[]}} Outcome
 * @typedef {{
 *   fits: () => boolean, begin: (steps: number) => void, fields: () => Node[], ready: () => boolean, lock: () => void,
 *   outcome: () => Promise<Outcome>, clear: () => void, one?: boolean, facts?: () => Record<string, string>}} Kind
 *   `one`: it is about a single step; `lock`: the guess is made, what happens begins
 */

const GRID = 64;

/**
 * The loss over the next steps, drawn on its chart.
 * @param {Session} session
 * @param {() => void} changed
 * @returns {Kind}
 */
export function lossKind({ store }, changed) {
  const canvas = /** @type {HTMLCanvasElement} */ (byId("loss-chart"));
  /** @type {(number | null)[]} */
  let knots = [];
  let from = 0, to = 1, asking = false;
  /** @type {{k: number, y: number} | null} */
  let pen = null;
  const now = () => Math.max(1e-6, store.state.frame?.loss ?? 1);
  const drawn = () => knots.some((y, k) => k > 0 && y !== null);
  const show = () => {
    const first = Number(knots[0]), line = drawn() ? wholeCurve(knots, from, to) : { x: [], y: [] };
    const low = store.state.logScale ? first / 100 : 0;
    store.set({ guess: { ...line, text: t("predict.yours"), first: Math.max(0, from - Math.round((to - from) / 3)), last: to, low: Math.min(low || first, ...line.y), high: Math.max(first * 1.4, ...line.y) } });
  };
  store.on(["logScale", "language"], () => { if (store.state.guess) show(); });
  const at = (/** @type {PointerEvent} */ event) => {
    const place = placeOn(canvas, event.offsetX, event.offsetY), first = Number(knots[0]);
    return place && { k: Math.max(0, Math.min(STRETCHES, ((place.step - from) / (to - from)) * STRETCHES)), y: Math.max(first / 1e4, Math.min(first * 1.4, place.loss)) };
  };
  const draw = (/** @type {PointerEvent} */ event) => {
    const place = at(event);
    if (!place) return;
    stroke(knots, pen, place);
    pen = place;
    show();
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!asking || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    pen = null;
    draw(event);
  });
  canvas.addEventListener("pointermove", (event) => { if (asking && pen) draw(event); });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, () => {
      if (pen) changed();
      pen = null;
    });
  }
  return {
    fits: () => typeof store.state.frame?.loss === "number",
    begin: (steps) => {
      from = store.state.frame?.step ?? 0;
      to = from + steps;
      knots = [now(), ...Array.from({ length: STRETCHES }, () => null)];
      asking = true;
      show();
    },
    fields: () => [sliderField(t("predict.final", { n: to - from }), { min: now() / 1000, max: now() * 10, step: 0, log: true, hardMin: 1e-9, hardMax: 1e9, value: Number((drawn() ? wholeCurve(knots, from, to).y[STRETCHES] : now()).toPrecision(2)) }, (v) => {
      knots = evenly(Number(knots[0]), Math.max(1e-9, v));
      show();
      changed();
    }).field],
    ready: drawn,
    lock: () => { asking = false; },
    outcome: async () => {
      const { history, frame } = store.state, guess = wholeCurve(knots, from, to);
      return { score: curveScore(guess, { x: history.measureStep, y: history.train }), facts: { guess: short(guess.y[STRETCHES]), truth: short(frame?.loss) } };
    },
    clear: () => {
      asking = false;
      store.set({ guess: null });
    },
  };
}

/**
 * Where two classes will meet, drawn over the output.
 * @param {Session} session
 * @param {() => void} changed
 * @param {(resolution: number) => Promise<any>} outputs of the network over the plane
 * @returns {Kind}
 */
export function boundaryKind({ store }, changed, outputs) {
  const box = byId("plane"), canvas = h("canvas", { id: "plane-guess", "aria-hidden": "true" });
  box.append(canvas);
  /** @type {import("../model/guess.js").Point[]} */
  let line = [];
  let asking = false, drawing = false, shape = "line";
  const setting = { angle: 45, shift: 0, radius: 0.5 };
  const plane = () => /** @type {NonNullable<import("../types.js").Dataset["plane"]>} */ (store.state.dataset?.plane);
  const show = () => {
    const { context, width, height } = fit(canvas);
    if (line.length < 2 || !store.state.dataset?.plane) return;
    const { low, high } = plane(), area = areaOf(width, height), theme = colours();
    const px = (/** @type {number} */ u) => area.left + ((u - low[0]) / (high[0] - low[0])) * area.width;
    const py = (/** @type {number} */ v) => area.height - ((v - low[1]) / (high[1] - low[1])) * area.height;
    context.beginPath();
    context.rect(area.left, 0, area.width, area.height);
    context.clip();
    context.beginPath();
    line.forEach(({ u, v }, i) => (i ? context.lineTo(px(u), py(v)) : context.moveTo(px(u), py(v))));
    context.lineJoin = "round";
    context.lineWidth = 6;
    context.strokeStyle = theme.paper;
    context.stroke();
    context.setLineDash([7, 5]);
    context.lineWidth = 2.5;
    context.strokeStyle = theme.ink;
    context.stroke();
    context.setLineDash([]);
    // The name stands on the line, within what is seen of it.
    const seen = line.length > 2 ? line : Array.from({ length: 21 }, (_, k) => ({ u: line[0].u + ((line[1].u - line[0].u) * k) / 20, v: line[0].v + ((line[1].v - line[0].v) * k) / 20 }));
    const inside = seen.filter(({ u, v }) => u > low[0] && u < high[0] && v > low[1] && v < high[1]), place = inside[Math.floor(inside.length / 2)];
    if (!place) return;
    context.font = chartFont("sans");
    context.textAlign = "center";
    const text = t("predict.yours"), half = context.measureText(text).width / 2 + 4;
    const x = Math.max(area.left + half, Math.min(width - half, px(place.u))), y = Math.max(20, Math.min(area.height - 10, py(place.v) - 10));
    context.fillStyle = theme.paper;
    context.fillRect(x - half, y - 13, 2 * half, 18);
    context.fillStyle = theme.ink;
    context.fillText(text, x, y);
  };
  const put = (/** @type {typeof line} */ next) => {
    line = next;
    canvas.dataset.drawn = String(line.length);
    show();
  };
  new ResizeObserver(show).observe(box);
  store.on(["theme", "language"], show);
  const at = (/** @type {PointerEvent} */ event) => {
    const bounds = box.getBoundingClientRect(), area = areaOf(bounds.width, bounds.height), { low, high } = plane();
    const x = (event.clientX - bounds.left - area.left) / area.width, y = 1 - (event.clientY - bounds.top - area.top) / area.height;
    return { u: low[0] + Math.max(0, Math.min(1, x)) * (high[0] - low[0]), v: low[1] + Math.max(0, Math.min(1, y)) * (high[1] - low[1]) };
  };
  // Before the plane's own use of the pointer: a brush would draw samples.
  const own = (/** @type {string} */ name, /** @type {(event: PointerEvent) => void} */ act) => box.addEventListener(name, (event) => {
    if (!asking || (name !== "pointerdown" && !drawing)) return;
    event.stopImmediatePropagation();
    act(/** @type {PointerEvent} */ (event));
  }, true);
  own("pointerdown", (event) => {
    if (event.button !== 0) return;
    box.setPointerCapture(event.pointerId);
    drawing = true;
    put([at(event)]);
  });
  own("pointermove", (event) => put([...line, at(event)]));
  const end = () => {
    drawing = false;
    if (line.length < 2) put([]);
    changed();
  };
  own("pointerup", end);
  own("pointercancel", end);
  const bySliders = () => {
    const { low, high } = plane();
    put(shape === "line" ? straight(setting.angle, setting.shift, low, high) : round(setting.radius, low, high));
    changed();
  };
  const slider = (/** @type {"angle" | "shift" | "radius"} */ name, /** @type {number} */ min, /** @type {number} */ max, /** @type {number} */ step) =>
    sliderField(t(`predict.${name}`), { min, max, step, value: setting[name] }, (v) => { setting[name] = v; bySliders(); }).field;
  return {
    fits: () => store.state.dataset?.view === "plane" && store.state.dataset.classes === 2 && store.state.dataset.inputs.length > 0,
    begin: () => {
      put([]);
      asking = true;
    },
    fields: () => {
      const select = h("select", { "data-name": "predict shape", onchange: () => { shape = select.value; bySliders(); } }, ...["line", "circle"].map((name) => h("option", { value: name, selected: name === shape }, t(`predict.${name}`))));
      return [h("label", { class: "field" }, t("predict.shape"), select), ...(shape === "line" ? [slider("angle", 0, 180, 5), slider("shift", -1, 1, 0.05)] : [slider("radius", 0.05, 1, 0.05)])];
    },
    ready: () => line.length > 1,
    lock: () => { asking = false; },
    outcome: async () => {
      const { network } = store.state, { low, high } = plane(), side = sideOf(line, low, high);
      const grid = await outputs(GRID), activation = network?.layers[network.layers.length - 1].activation;
      /** @type {boolean[]} */
      const sides = [], classes = /** @type {number[]} */ ([]);
      grid.forEach((/** @type {number[][]} */ row, /** @type {number} */ y) => row.forEach((values, x) => {
        sides.push(side({ u: low[0] + ((high[0] - low[0]) * x) / (GRID - 1), v: low[1] + ((high[1] - low[1]) * y) / (GRID - 1) }));
        classes.push(classOf(values, activation));
      }));
      const { score, agreement, majority } = boundaryScore(sides, classes);
      return { score, facts: { same: Math.round(agreement * 100), most: Math.round(majority * 100) } };
    },
    clear: () => {
      asking = drawing = false;
      put([]);
    },
  };
}

/**
 * How one weight will change in the next step.
 * @param {Session} session
 * @param {() => void} changed
 * @returns {Kind}
 */
export function weightKind(session, changed) {
  const { store } = session;
  let turn = 0, sign = 0, chosen = false, size = 0.01, before = 0;
  /** Weights of dense layers that move, the output's first: why they move is nearest at hand. */
  const layers = () => (store.state.network?.layers ?? []).map((layer, l) => ({ layer, l, parameter: store.state.network?.layout.find((p) => p.name === `${layer.name}.weight`) }))
    .filter(({ layer, parameter }) => layer.trainable && ["dense", "output"].includes(layer.kind) && parameter?.shape.length === 2).reverse();
  const weight = () => {
    const found = layers(), { layer, l, parameter } = found[turn % found.length];
    const [inputs, units] = /** @type {{shape: number[]}} */ (parameter).shape, place = (Math.floor(turn / found.length) * 7) % (inputs * units);
    return { l, name: layer.name, index: /** @type {{offset: number}} */ (parameter).offset + place, unit: place % units, from: Math.floor(place / units) };
  };
  const value = () => store.state.weights?.[weight().index] ?? 0;
  const named = () => {
    const { l, unit, from } = weight(), { network, dataset } = store.state;
    if (!network) return { from: "", to: "", value: "" };
    return { from: l ? unitName(network, l - 1, from) : inputName(dataset, network, from), to: unitName(network, l, unit), value: short(value(), 4) };
  };
  const light = () => {
    const { l, unit, from } = weight();
    store.set({ pinned: { layer: l, unit, from } });
  };
  const bar = (/** @type {string} */ label, /** @type {number} */ v, /** @type {number} */ most, /** @type {string} */ kind) => {
    const mark = h("span", { class: `change ${kind} ${v < 0 ? "less" : "more"}` });
    mark.style.width = `${(Math.abs(v) / (most || 1)) * 50}%`;
    return h("div", { class: "changes" }, h("span", {}, label), h("span", { class: "track" }, mark), h("span", { class: "number" }, `${v > 0 ? "+" : ""}${short(v, 5)}`));
  };
  return {
    one: true,
    fits: () => layers().length > 0 && store.state.weights !== null,
    begin: () => {
      chosen = false;
      light();
    },
    facts: named,
    fields: () => {
      const signs = /** @type {[number, string][]} */ ([[-1, "falls"], [0, "stays"], [1, "rises"]]).map(([s, name]) => h("button", { type: "button", "data-name": name, "aria-pressed": String(chosen && sign === s), onclick: () => {
        sign = s;
        chosen = true;
        changed();
      } }, t(`predict.${name}`)));
      return [
        h("div", { class: "row", role: "group", "aria-label": t("predict.direction") }, ...signs, h("button", { type: "button", class: "quiet", "data-name": "another weight", onclick: () => {
          turn++;
          chosen = false;
          light();
          changed();
        } }, t("predict.another"))),
        sliderField(t("predict.size"), { min: 1e-6, max: 1, step: 0, log: true, hardMin: 1e-12, hardMax: 1e3, value: size }, (v) => { size = v; }).field,
      ];
    },
    ready: () => chosen,
    lock: () => { before = value(); },
    outcome: async () => {
      const guess = sign * size, truth = value() - before, most = Math.max(Math.abs(guess), Math.abs(truth));
      const nodes = [bar(t("predict.yours"), guess, most, "guess"), bar(t("predict.truth"), truth, most, "truth")];
      return { score: changeScore(guess, truth), facts: { guess: short(guess, 5), truth: short(truth, 5) }, nodes };
    },
    clear: () => { if (store.state.pinned?.from !== undefined) store.set({ pinned: null }); },
  };
}
