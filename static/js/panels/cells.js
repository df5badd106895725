/**
 * Reading the maps of an image network, number by number: the card at the pointer, the outlines over the maps, the card
 * of what was clicked, and the way there by keys. Of sequences a unit is pinned and operated on. Loaded when first wanted.
 */
import { late } from "../assets.js";
import { boxAt, numberAt, tiles } from "../charts/maps.js";
import { freePlace } from "../charts/placing.js";
import { drawReach } from "../charts/reach.js";
import { imageBox } from "../charts/samples.js";
import { byId, h } from "../dom.js";
import { has, toggled, worthsOf } from "../model/surgery.js";
import { madeOf } from "../model/cells.js";
import { eachFrame } from "../store.js";
import { t } from "../words.js";
import { describe, largest, said, titleOf, unitOf } from "./cell-parts.js";
import { excitedBy } from "./excites.js";
import { operated, worthText } from "./hover.js";

const KEPT = 12; // weights of the last frames, until the look of their step is here

/**
 * @typedef {import("../session.js").State} State
 * @typedef {import("../charts/placing.js").Box} Box
 * @typedef {import("./cell-parts.js").At} At
 * @typedef {{shape: number[], values: ArrayLike<number>}} Shown
 */

/**
 * @param {import("../session.js").Session} session
 * @param {(s: State, l: number) => Shown | null} shownIn the numbers that a block of the chain draws
 */
export function mountCells(session, shownIn) {
  const { store } = session, chain = byId("chain"), host = byId("diagram-box"), hover = byId("hover-card");
  const over = h("canvas", { id: "chain-reach", "aria-hidden": "true" });
  const card = h("div", { id: "cell-card", class: "neuron-card", role: "region", tabIndex: -1, hidden: true });
  const name = h("span", {}), close = h("button", { type: "button", class: "quiet", "data-name": "close", onclick: () => store.set({ pinned: null }) }, "×");
  const body = h("div", {}), excited = excitedBy(session);
  // What is pressed stays while the figures below it change.
  card.append(h("h3", {}, name, close), body, excited.box);
  host.append(over);
  byId("network").append(card);
  /** What is pointed at, or reached by keys. @type {At | null} */
  let at = null;
  /** Which parts of its sum are shown: they stay while the pointer rests. @type {{of: string, top: number[]}[]} */
  const tops = [];
  /** Weights by the step that they are of: a look and its weights come one after the other. @type {Map<string, Float32Array>} */
  const recent = new Map();
  /** What is shown: a look with the weights it was made with. @type {{look: import("../types.js").Look, weights: Float32Array} | null} */
  let moment = null;
  /** Where the keys were when the focus went, as it does when a change makes new cards. @type {At | null} */
  let left = null;
  /** @type {import("./surgery.js").Surgery | null} */
  let surgery = null;

  const remember = () => {
    const { frame, weights, look, network } = store.state;
    if (frame && weights) recent.set(`${frame.revision} ${frame.step}`, weights);
    for (const key of [...recent.keys()].slice(0, Math.max(0, recent.size - KEPT))) recent.delete(key);
    const its = look && recent.get(`${look.revision} ${look.step}`);
    if (look && its && look.id === network?.id) moment = { look, weights: its };
    else if (moment && (moment.look.id !== network?.id || moment.weights.length !== network?.parameters || !look)) moment = null;
  };

  /** The state as it was at the moment that is shown. @returns {State} */
  const then = () => (moment ? { ...store.state, look: moment.look } : store.state);
  const pinnedAt = () => {
    const { pinned, network } = store.state;
    return pinned?.cell === undefined || !network?.layers[pinned.layer] ? null : { l: pinned.layer, place: pinned.cell };
  };

  /** What made the number there. @param {At} here @returns {import("./cell-parts.js").Told | null} */
  function told({ l, place }) {
    const s = then(), shown = l < 0 ? null : shownIn(s, l), into = shownIn(s, l - 1);
    if (!shown || !into || !moment || !s.network || s.dataset?.view !== "image") return null;
    const made = madeOf(s.network, l, place, into, moment.weights);
    if (!made) return null;
    const of = `${s.network.id} ${s.sample} ${l} ${place}`;
    let kept = tops.find((one) => one.of === of);
    if (!kept) {
      tops.push(kept = { of, top: largest(made) });
      if (tops.length > 2) tops.shift();
    }
    return { made, shape: shown.shape, into: into.shape, a: shown.values[place], step: moment.look.step, top: kept.top };
  }

  // Where things lie

  /** The canvas of a layer, on the overlay. @param {number} l */
  function frameOf(l) {
    const canvas = /** @type {HTMLCanvasElement | null} */ (chain.querySelector(`canvas.map[data-layer="${l}"]`));
    if (!canvas) return null;
    const box = canvas.getBoundingClientRect(), home = host.getBoundingClientRect();
    return { canvas, x: box.left - home.left, y: box.top - home.top, width: box.width, height: box.height };
  }

  /** A number's box and that of its map. @param {State} s @param {number} l @param {number} place @returns {{cell: Box, tile: Box, rows: number, columns: number} | null} */
  function boxOf(s, l, place) {
    const frame = frameOf(l), shown = shownIn(s, l);
    if (!frame || !shown) return null;
    const found = l < 0 && shown.shape.length === 3 ? imageCell(shown.shape, frame.width, frame.height, place) : boxAt(shown.shape, frame.width, frame.height, place);
    const moved = (/** @type {Box} */ { x, y, width, height }) => ({ x: x + frame.x, y: y + frame.y, width, height });
    return found && { cell: moved(found), tile: moved(found.tile), rows: found.tile.rows, columns: found.tile.columns };
  }

  /** All that is drawn. @param {State} s @returns {Box[]} */
  const allTiles = (s) => [...chain.querySelectorAll("canvas.map")].flatMap((canvas) => {
    const l = Number(/** @type {HTMLElement} */ (canvas).dataset.layer), frame = frameOf(l), shown = shownIn(s, l);
    if (!frame || !shown) return [];
    const found = l < 0 && shown.shape.length === 3 ? [imageBox(frame.width, frame.height)] : tiles(shown.shape, frame.width, frame.height);
    return found.map((tile) => ({ x: tile.x + frame.x, y: tile.y + frame.y, width: tile.width, height: tile.height }));
  });

  /** @param {State} s @param {At} here @returns {import("../charts/reach.js").Reach | null} */
  function reachOf(s, { l, place }) {
    const to = boxOf(s, l, place), what = told({ l, place });
    if (!to) return null;
    /** @type {import("../charts/reach.js").Reach} */
    const reach = { cell: to.cell, tile: to.tile, from: [], winner: null, signs: [] };
    if (!what) return reach;
    const { made, top, into } = what;
    const window = (/** @type {number} */ channel, /** @type {boolean} */ strong) => {
      const first = boxOf(s, l - 1, channel);
      if (!first || !("window" in made)) return;
      const { tile, rows, columns } = first, { row, column, reach: side } = made.window;
      const up = Math.max(0, row), left = Math.max(0, column), down = Math.min(rows, row + side), right = Math.min(columns, column + side);
      reach.from.push({ strong, tile, box: { x: tile.x + (left / columns) * tile.width, y: tile.y + (up / rows) * tile.height, width: ((right - left) / columns) * tile.width, height: ((down - up) / rows) * tile.height } });
    };
    if (made.of === "sum") made.channels.forEach((one, i) => window(one.channel, top.includes(i)));
    else if (made.of === "max" || made.of === "mean") {
      window(made.channel, true);
      const won = made.cells[made.winner];
      if (won) reach.winner = boxOf(s, l - 1, (won.row * into[1] + won.column) * into[2] + made.channel)?.cell ?? null;
    } else {
      const { terms } = made.of === "terms" ? made : { terms: null }, most = Math.max(1e-9, ...(terms ? top.map((i) => Math.abs(terms[i].x * terms[i].w)) : []));
      for (const i of made.of === "same" ? [made.place] : top) {
        const cell = boxOf(s, l - 1, i);
        if (!cell) continue;
        reach.from.push({ strong: true, tile: cell.tile, box: cell.cell });
        reach.signs.push(terms ? (terms[i].x * terms[i].w) / most : 0);
        // Of what was laid flat, also where it was on its map.
        const { network } = s, before = network?.layers[l - 1]?.kind === "flatten" ? boxOf(s, l - 2, i) : null;
        if (before) reach.from.push({ strong: false, tile: before.tile, box: before.cell });
      }
    }
    return reach;
  }

  /** What was done to maps and units, and what they are worth. @param {State} s */
  function marksOf(s) {
    const network = /** @type {import("../types.js").Network} */ (s.network), worths = s.worthShown && s.worth ? worthsOf(s.worth, network) : null;
    return network.layers.flatMap((layer, l) => Array.from({ length: layer.operable }, (_, unit) => {
      const worth = worths?.(l, unit) ?? null, off = has(network, "off", l, unit), found = off || worth ? boxOf(s, l, unit) : null;
      if (!found) return [];
      const tile = layer.shape.length === 3 ? found.tile : layer.shape.length === 2 ? { ...found.cell, x: found.tile.x, width: found.tile.width } : found.cell;
      return [{ tile, off, share: worth?.share ?? 0, text: worth ? worthText(worth.value, s.worth?.train.accuracy !== null).replace(" %", "") : "" }];
    }).flat());
  }

  // Drawing

  const draw = eachFrame(() => {
    remember();
    const s = then(), here = at, pinned = pinnedAt(), focus = here ?? pinned;
    const fits = s.network && s.dataset && !chain.hidden && ["image", "sequence"].includes(s.dataset.view);
    over.hidden = !fits;
    if (!fits) {
      hover.hidden ||= at !== null;
      card.hidden = true;
      return;
    }
    const reach = focus ? reachOf(s, focus) : null;
    drawReach(over, { tiles: reach?.from.length ? allTiles(s) : [], reach, marks: marksOf(s) });
    drawHover(s, here, pinned, reach);
    drawCard(s, pinned);
  });

  /** @param {State} s @param {At | null} here @param {At | null} pinned @param {import("../charts/reach.js").Reach | null} reach */
  function drawHover(s, here, pinned, reach) {
    if (!here || s.dataset?.view !== "image") return; // the card is others' too: who leaves a number puts it away
    const what = told(here), same = JSON.stringify(here) === JSON.stringify(pinned);
    hover.hidden = !what || same;
    if (!what || hover.hidden) return;
    hover.classList.remove("behind");
    hover.replaceChildren(h("b", { class: "title" }, titleOf(s, here, what.shape)), ...operated(s, { layer: here.l, unit: unitOf(what.shape, here.place) }).map((text) => h("span", { class: "hint" }, text)), ...describe(s, here, what));
    const place = placeFor(hover, reach);
    hover.style.left = `${place.x}px`;
    hover.style.top = `${place.y}px`;
  }

  /** Beside what it speaks of. @param {HTMLElement} which @param {import("../charts/reach.js").Reach | null} reach */
  function placeFor(which, reach) {
    const home = host.getBoundingClientRect(), room = byId("network").getBoundingClientRect(), top = Math.max(0, room.top);
    const moved = (/** @type {Box} */ box) => ({ x: box.x + home.left, y: box.y + home.top, width: box.width, height: box.height });
    const own = reach ? [reach.cell, ...reach.from.filter((one) => one.strong).map((one) => one.box)].map(moved) : [];
    const others = reach ? [reach.tile, ...reach.from.map((one) => one.tile)].map(moved) : [];
    const point = own[0] ?? { x: room.left + 40, y: top + 60, width: 0, height: 0 };
    return freePlace({ width: which.offsetWidth, height: which.offsetHeight }, { x: point.x + point.width / 2, y: point.y + point.height / 2 }, own, others,
      { x: Math.max(0, room.left), y: top, width: Math.min(innerWidth, room.right) - Math.max(0, room.left), height: innerHeight - top });
  }

  let placed = "", wantedTop = 0, placedHeight = 0;
  /** @param {State} s @param {At | null} pinned */
  function drawCard(s, pinned) {
    const shown = pinned && shownIn(s, pinned.l), layer = pinned && s.network?.layers[pinned.l];
    card.hidden = !shown;
    if (!pinned || !shown || !layer) {
      placed = "";
      return;
    }
    const what = told(pinned), unit = unitOf(shown.shape, pinned.place), title = titleOf(s, pinned, shown.shape);
    card.setAttribute("aria-label", title);
    name.textContent = title;
    close.setAttribute("aria-label", t("close"));
    body.replaceChildren(...operated(s, { layer: pinned.l, unit }).map((text) => h("p", { class: "hint" }, text)), ...(what ? describe(s, pinned, what) : []));
    excited.show(pinned.l, unit);
    if (surgery) {
      if (surgery.box.parentElement !== card) card.insertBefore(surgery.box, excited.box);
      surgery.show({ layer: pinned.l, unit });
    }
    // It stays where it was put while what it says changes, unless it has grown.
    const key = JSON.stringify([pinned, innerWidth, innerHeight]);
    if (key !== placed || card.offsetHeight > placedHeight) {
      const place = placeFor(card, reachOf(s, pinned));
      card.style.left = `${Math.max(4, place.x)}px`;
      [placed, wantedTop, placedHeight] = [key, place.y, card.offsetHeight];
    }
    card.style.top = `${Math.max(8, Math.min(wantedTop, innerHeight - card.offsetHeight - 8))}px`;
  }

  // Pointing, pinning, keys

  /** @param {MouseEvent} event @returns {At | null} */
  function under(event) {
    const canvas = event.target;
    if (!(canvas instanceof HTMLCanvasElement) || !canvas.classList.contains("map")) return null;
    const l = Number(canvas.dataset.layer), shown = l < 0 ? null : shownIn(store.state, l), box = canvas.getBoundingClientRect();
    const found = shown && numberAt(shown.shape, box.width, box.height, event.clientX - box.left, event.clientY - box.top);
    return found ? { l, place: found.place } : null;
  }
  const point = (/** @type {At | null} */ next) => {
    if (JSON.stringify(next) === JSON.stringify(at)) return;
    if (!next && store.state.dataset?.view === "image") hover.hidden = true;
    at = next;
    draw();
  };
  const pin = (/** @type {At} */ { l, place }) => {
    const shown = shownIn(store.state, l), same = JSON.stringify(pinnedAt()) === JSON.stringify({ l, place });
    if (shown) store.set({ layer: l, pinned: same ? null : { layer: l, unit: unitOf(shown.shape, place), cell: place } });
    if (!surgery) void session.try(async () => {
      surgery = /** @type {import("./surgery.js").Surgery} */ ((await late("js/panels/surgery.js")).mountSurgery(session));
      draw();
    });
  };
  const operate = (/** @type {"off" | "frozen"} */ part, /** @type {At} */ { l, place }) => {
    const { network } = store.state, shown = shownIn(store.state, l), layer = network?.layers[l];
    if (!shown || !layer?.operable) return;
    void session.patch((now) => ({ surgery: toggled(now.surgery, part, layer.name, unitOf(shown.shape, place)) }), "surgery").then(() => setTimeout(tell, 200));
  };
  const tell = () => {
    const s = then(), here = at ?? pinnedAt(), shown = here && shownIn(s, here.l);
    if (!here || !shown) return;
    const what = told(here), unit = unitOf(shown.shape, here.place);
    byId("live").textContent = [what ? said(s, here, what) : titleOf(s, here, shown.shape), ...operated(s, { layer: here.l, unit })].join(" · ");
  };
  chain.addEventListener("pointermove", (event) => { if (event.pointerType !== "touch") point(under(event)); });
  chain.addEventListener("pointerleave", () => point(null));
  const clicked = (/** @type {MouseEvent} */ event) => {
    const found = under(event);
    if (found) pin(found);
  };
  chain.addEventListener("click", clicked);
  chain.addEventListener("scroll", draw);
  chain.addEventListener("focusout", () => {
    left = at;
    point(null);
  });
  chain.addEventListener("focusin", (event) => enter(event.target));
  const enter = (/** @type {EventTarget | null} */ target) => {
    if (!(target instanceof HTMLCanvasElement) || !target.matches(":focus-visible")) return;
    const l = Number(target.dataset.layer);
    if (at?.l !== l) point(l < 0 ? null : [left, pinnedAt()].find((one) => one?.l === l) ?? { l, place: 0 });
  };
  chain.addEventListener("keydown", (event) => {
    if (!(event.target instanceof HTMLCanvasElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    const l = Number(event.target.dataset.layer), { key } = event, shown = shownIn(store.state, l);
    const here = at?.l === l ? at : pinnedAt()?.l === l ? pinnedAt() : null;
    if (key.startsWith("Arrow") || key === "PageUp" || key === "PageDown") {
      const next = shown && here && !event.shiftKey && key.startsWith("Arrow") ? stepped(shown.shape, event.target, here.place, key) : null;
      const by = key === "ArrowLeft" || key === "PageUp" ? -1 : key === "ArrowRight" || key === "PageDown" ? 1 : 0;
      if (!here && shown && l >= 0) point({ l, place: 0 });
      else if (next !== null) point({ l, place: next });
      else if (shown && here && event.shiftKey && (key === "ArrowUp" || key === "ArrowDown") && shown.shape.length === 3) {
        const channels = shown.shape[2], unit = here.place % channels;
        point({ l, place: here.place - unit + (unit + (key === "ArrowDown" ? 1 : -1) + channels) % channels });
      } else if (by) go(l + by);
      tell();
    } else if (key === "Enter" && here) {
      pin(here);
      tell();
    } else if (here && ["x", "f"].includes(key.toLowerCase())) operate(key.toLowerCase() === "x" ? "off" : "frozen", here);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  /** To another layer's maps. @param {number} l */
  function go(l) {
    const canvas = frameOf(l)?.canvas, unit = at ? unitOf(shownIn(store.state, at.l)?.shape ?? [1], at.place) : 0;
    if (!canvas) return;
    canvas.focus();
    canvas.scrollIntoView({ block: "nearest", inline: "nearest" });
    const shape = shownIn(store.state, l)?.shape;
    if (l >= 0 && shape) point({ l, place: shape.length === 3 ? Math.min(unit, shape[2] - 1) : 0 });
  }

  /** The number beside one, on the picture. @param {number[]} shape @param {HTMLCanvasElement} canvas @param {number} place @param {string} key @returns {number | null} */
  function stepped(shape, canvas, place, key) {
    const { width, height } = canvas.getBoundingClientRect(), from = boxAt(shape, width, height, place);
    if (!from) return null;
    const across = key === "ArrowLeft" ? -1 : key === "ArrowRight" ? 1 : 0, down = key === "ArrowUp" ? -1 : key === "ArrowDown" ? 1 : 0;
    // Beyond a map's edge is the next map, a gap away.
    for (const gap of [0, 6]) {
      const found = numberAt(shape, width, height, from.x + from.width * (0.5 + across) + across * gap, from.y + from.height * (0.5 + down) + down * gap);
      if (found && found.place !== place) return found.place;
    }
    return null;
  }

  store.on(["frame", "weights", "look"], remember);
  store.on(["look", "weights", "sample", "arrived", "network", "dataset", "pinned", "language", "theme", "worth", "worthShown", "refused"], draw);
  new ResizeObserver(draw).observe(host);
  return { point: (/** @type {MouseEvent} */ event) => point(under(event)), pin: clicked, enter };
}

/**
 * @param {number[]} shape
 * @param {number} width
 * @param {number} height
 * @param {number} place
 */
function imageCell([rows, columns, channels], width, height, place) {
  const tile = { ...imageBox(width, height), rows, columns }, row = Math.floor(place / (columns * channels)), column = Math.floor(place / channels) % columns;
  const wide = tile.width / columns, tall = tile.height / rows;
  return { tile, x: tile.x + column * wide, y: tile.y + row * tall, width: wide, height: tall };
}
