/** The kernels of a convolution, live while it trains; one of them to be set by hand, and its filter frozen. */
import { short } from "../canvas.js";
import { columnsBeyond, drawKernels, kernelAt, kernelGrid, kernelPlace } from "../charts/kernels.js";
import { decimalInput } from "../decimal.js";
import { byId, explain, h, rebuild } from "../dom.js";
import { centred, kernelOf } from "../model/kernels.js";
import { has, toggled } from "../model/surgery.js";
import { grid as numbersOf } from "../panels/cell-parts.js";
import { eachFrame } from "../store.js";
import { layerName, t } from "../words.js";

/** The words' names for what is known to find something. @type {Record<string, string>} */
const READY = { sobelX: "sobel_x", sobelY: "sobel_y", laplace: "laplace", sharpen: "sharpen", blur: "gaussian", identity: "identity" };

/**
 * @typedef {import("../session.js").State} State
 * @typedef {{channel: number, filter: number}} Kernel
 */

/** Of three by three, in the middle of a larger kernel, zeros around it; null where it does not fit. @param {string} name @param {number} size */
export function ready(name, size) {
  const least = Math.min(3, size);
  if (least < 3 && name !== "identity") return null;
  const { w, by } = kernelOf(READY[name], least);
  return size > 3 ? centred(w.map((v) => v / by), size) : w.map((v) => v / by);
}

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} panel
 * @param {() => boolean} isShown
 */
export function mountKernels(session, panel, isShown) {
  const { store } = session;
  const head = h("header", { class: "kernels-head" }), canvas = h("canvas", { id: "kernels", role: "application", tabIndex: 0 });
  const scroll = h("div", { class: "kernels-scroll" }, canvas), editor = h("form", { id: "kernel-form", class: "kernel-form" });
  panel.append(h("section", { class: "kernels" }, head, scroll, editor));
  const scale = h("span", { class: "number" }), ways = { before: way(-1), after: way(1) }, hover = byId("hover-card");
  /** The layer that is shown. */
  let layer = "";
  /** @type {Kernel} */
  let chosen = { channel: 0, filter: 0 };
  /** @type {Kernel | null} */
  let over = null;
  let built = "";
  editor.addEventListener("submit", (event) => event.preventDefault());

  /** To the columns that are out of sight. @param {number} by */
  function way(by) {
    return h("button", { type: "button", class: "quiet beyond", hidden: true, onclick: () => scroll.scrollBy({ left: by * 0.7 * scroll.clientWidth }) });
  }
  /** How many those are. @param {import("../charts/kernels.js").Grid} grid */
  function count(grid) {
    const beyond = columnsBeyond(grid, scroll.scrollLeft, scroll.clientWidth);
    ways.before.textContent = t("columnsBefore", { n: beyond.before });
    ways.after.textContent = t("columnsAfter", { n: beyond.after });
    for (const side of /** @type {const} */ (["before", "after"])) ways[side].hidden = !beyond[side];
  }

  /** What the drawer has of height. */
  const room = () => Math.max(120, byId("panels").clientHeight - head.offsetHeight - 24);
  /** Of the layer that is shown. @param {State} s */
  function facts(s) {
    const { network, weights } = s;
    const convolutions = network?.layers.map((one, l) => ({ ...one, l })).filter((one) => one.kind === "conv2d") ?? [];
    if (!convolutions.some((one) => one.name === layer)) [layer, chosen] = [convolutions[0]?.name ?? "", { channel: 0, filter: 0 }];
    const found = convolutions.find((one) => one.name === layer), parameter = network?.layout.find((p) => p.name === `${layer}.weight`), bias = network?.layout.find((p) => p.name === `${layer}.bias`);
    if (!network || !found || !parameter || !bias || weights?.length !== network.parameters) return null;
    const [size, , channels, filters] = parameter.shape, place = (/** @type {number} */ at, /** @type {number} */ c, /** @type {number} */ f) => (at * channels + c) * filters + f;
    chosen = { channel: Math.min(chosen.channel, channels - 1), filter: Math.min(chosen.filter, filters - 1) };
    const weight = (/** @type {number} */ at, /** @type {number} */ c, /** @type {number} */ f) => weights[parameter.offset + place(at, c, f)];
    return { l: found.l, convolutions, name: parameter.name, biasName: bias.name, size, channels, filters, groups: network.spec.layers[found.l].groups, place, weight, bias: (/** @type {number} */ f) => weights[bias.offset + f], own: weights.subarray(parameter.offset, parameter.offset + size * size * channels * filters) };
  }

  const draw = eachFrame(() => {
    if (!isShown()) return;
    const s = store.state, it = facts(s);
    if (!it) return;
    build(s, it);
    const grid = kernelGrid(it, scroll.clientWidth, room()), limit = it.own.reduce((top, v) => Math.max(top, Number.isFinite(v) ? Math.abs(v) : 0), 1e-6);
    canvas.style.width = `${grid.width}px`;
    canvas.style.height = `${grid.height}px`;
    drawKernels(canvas, it, grid, { limit, chosen, held: (f) => has(s.network, "frozen", it.l, f), off: (f) => has(s.network, "off", it.l, f) });
    scale.textContent = `−${short(limit, 2)} … 0 … ${short(limit, 2)}`;
    canvas.dataset.drawn = `${s.frame?.step}`;
    count(grid);
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (editor.querySelectorAll("input[data-at]"))) {
      const at = Number(input.dataset.at), text = (at < 0 ? it.bias(chosen.filter) : it.weight(at, chosen.channel, chosen.filter)).toFixed(3).replace("-", "−");
      // What is being typed is not written over.
      if (document.activeElement !== input && input.value !== text) input.value = text;
    }
    show(it);
  });

  /** @param {State} s @param {NonNullable<ReturnType<typeof facts>>} it */
  function build(s, it) {
    const network = /** @type {import("../types.js").Network} */ (s.network), frozen = has(network, "frozen", it.l, chosen.filter), off = has(network, "off", it.l, chosen.filter);
    const key = JSON.stringify([s.language, it.convolutions.map((one) => one.name), layer, it.size, it.channels, it.filters, it.groups, chosen, frozen, off]);
    if (key === built) return;
    built = key;
    const select = h("select", { "data-name": "kernels of", "aria-label": t("ofLayer"), onchange: () => { layer = select.value; chosen = { channel: 0, filter: 0 }; draw(); } },
      ...it.convolutions.map((one) => h("option", { value: one.name, selected: one.name === layer }, layerName(network, one.l))));
    const hidden = Math.max(0, it.filters - 64), rows = Math.max(0, it.channels - 32);
    rebuild(head, h("label", { class: "row" }, t("ofLayer"), select), h("span", { class: "row" }, h("span", { class: "scale" }), scale), ways.before, ways.after,
      h("span", { class: "hint" }, t("kernels.hint", { layer: it.l ? t("cell.map", { n: "1" }) : "" }), ...(hidden ? [` ${t("kernels.moreFilters", { n: hidden })}`] : []), ...(rows ? [` ${t("kernels.moreChannels", { n: rows })}`] : [])));
    canvas.setAttribute("aria-label", `${t("kernels.alt", { channels: it.channels, filters: it.filters })} ${nameOf(it, chosen)}`);
    const set = (/** @type {number} */ at, /** @type {number} */ value) => void session.setNumbers(it.name, new Map([[it.place(at, chosen.channel, chosen.filter), value]]));
    const fields = h("div", { class: "kernel-fields", role: "group", "aria-label": t("cell.kernel") }, ...Array.from({ length: it.size * it.size }, (_, at) => {
      const input = decimalInput(t("cell.at", { row: Math.floor(at / it.size) + 1, column: (at % it.size) + 1 }), (value) => set(at, value));
      Object.assign(input.dataset, { at: String(at), name: `kernel ${at}` });
      return input;
    }));
    fields.style.setProperty("--size", String(it.size));
    fields.addEventListener("keydown", (event) => walk(event, it.size));
    const bias = decimalInput(t("bias"), (value) => void session.setNumbers(it.biasName, new Map([[chosen.filter, value]])));
    Object.assign(bias.dataset, { at: "-1", name: "kernel bias" });
    const pattern = h("select", { id: "kernel-ready", class: "menu", "data-name": "kernel ready", "aria-label": t("kernels.ready"), onchange: () => { put(it, pattern.value); pattern.selectedIndex = 0; } },
      h("option", { value: "", hidden: true }, t("kernels.ready")), ...Object.keys(READY).map((name) => h("option", { value: name, disabled: !ready(name, it.size) }, ready(name, it.size) ? t(`kernels.${name}`) : t("kernels.tooSmall", { name: t(`kernels.${name}`), size: `${it.size} × ${it.size}` }))));
    const every = h("input", { type: "checkbox", id: "kernel-every", "data-name": "kernel every" });
    const operate = (/** @type {"off" | "frozen"} */ part, /** @type {boolean} */ on, /** @type {string} */ text, /** @type {string} */ tip) => explain(h("button", { type: "button", "data-name": `kernel ${part}`, "aria-pressed": String(on), onclick: () => change(part) }, text), () => ({ text: t(tip) }));
    rebuild(editor, h("h3", {}, nameOf(it, chosen)), fields, h("div", { class: "kernel-side" },
      h("div", { class: "row" }, h("label", { class: "row" }, t("bias"), bias), pattern),
      ...(it.channels > 1 ? [h("label", { class: "check" }, every, t("kernels.every", { n: it.channels }))] : []),
      h("div", { class: "row" }, operate("frozen", frozen, t(frozen ? "unit.unfreeze" : "unit.freeze"), "tip.kernelFreeze"), operate("off", off, t(off ? "unit.on" : "unit.off"), "tip.unitOff")),
      h("p", { class: "hint" }, t(frozen ? "kernels.frozen" : "kernels.learns", { n: chosen.filter + 1 }))));
  }

  /** @param {NonNullable<ReturnType<typeof facts>>} it @param {Kernel} kernel */
  function nameOf(it, { channel, filter }) {
    const first = it.l === 0, from = it.groups > 1 ? channel + Math.floor(filter / (it.filters / it.groups)) * it.channels : channel;
    const source = first && it.channels === 1 && it.groups === 1 ? "" : ` · ${t(first ? "cell.channel" : "cell.map", { n: from + 1 })}`;
    return `${t("channelN", { n: filter + 1 })}${source}`;
  }

  /** @param {NonNullable<ReturnType<typeof facts>>} it @param {string} name */
  function put(it, name) {
    const values = ready(name, it.size), every = /** @type {HTMLInputElement | null} */ (editor.querySelector("#kernel-every"))?.checked;
    if (!values) return;
    const channels = every ? Array.from({ length: it.channels }, (_, c) => c) : [chosen.channel];
    void session.setNumbers(it.name, new Map(channels.flatMap((c) => values.map((v, at) => /** @type {[number, number]} */ ([it.place(at, c, chosen.filter), v])))));
  }
  const change = (/** @type {"off" | "frozen"} */ part) => {
    const { filter } = chosen, name = layer;
    void session.patch((now) => ({ surgery: toggled(now.surgery, part, name, filter) }), "surgery");
  };

  /** Enter goes on to the next field, up and down to those above and below. @param {KeyboardEvent} event @param {number} size */
  function walk(event, size) {
    const at = Number(/** @type {HTMLElement} */ (event.target).dataset.at), by = { Enter: 1, ArrowUp: -size, ArrowDown: size }[event.key];
    const next = /** @type {HTMLInputElement | null} */ (editor.querySelector(`[data-at="${at + (by ?? 0)}"]`));
    if (!by) return;
    event.preventDefault();
    if (event.key === "Enter" && !next) /** @type {HTMLElement} */ (event.target).dispatchEvent(new Event("change"));
    next?.focus();
    next?.select();
  }

  /** The numbers of the kernel that is pointed at. @param {NonNullable<ReturnType<typeof facts>>} it */
  function show(it) {
    if (!over) return;
    const kernel = over, values = Array.from({ length: it.size * it.size }, (_, at) => it.weight(at, kernel.channel, kernel.filter));
    hover.classList.remove("behind");
    hover.replaceChildren(h("b", { class: "title" }, nameOf(it, kernel)), numbersOf(values, it.size, t("cell.kernel")),
      h("span", { class: "number line" }, `${short(Math.min(...values), 2)} … ${short(Math.max(...values), 2)}, b = `, h("b", {}, short(it.bias(kernel.filter), 2))));
    hover.hidden = false;
    const box = canvas.getBoundingClientRect(), grid = kernelGrid(it, scroll.clientWidth, room()), { x, y } = kernelPlace(grid, kernel);
    const top = box.top + y - hover.offsetHeight - 8;
    hover.style.left = `${Math.max(8, Math.min(box.left + x, innerWidth - hover.offsetWidth - 8))}px`;
    hover.style.top = `${top > 8 ? top : Math.min(box.top + y + grid.tile + 8, innerHeight - hover.offsetHeight - 8)}px`;
  }
  const point = (/** @type {Kernel | null} */ kernel) => {
    if (JSON.stringify(kernel) === JSON.stringify(over)) return;
    over = kernel;
    if (!over) hover.hidden = true;
    draw();
  };
  const at = (/** @type {MouseEvent} */ event) => {
    const it = facts(store.state);
    return it && kernelAt(kernelGrid(it, scroll.clientWidth, room()), event.offsetX, event.offsetY);
  };
  const choose = (/** @type {Kernel} */ kernel) => {
    chosen = kernel;
    draw();
  };
  canvas.addEventListener("pointermove", (event) => { if (event.pointerType !== "touch") point(at(event)); });
  canvas.addEventListener("pointerleave", () => point(null));
  canvas.addEventListener("click", (event) => {
    const found = at(event);
    if (found) choose(found);
  });
  canvas.addEventListener("keydown", (event) => {
    const it = facts(store.state), key = event.key, step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
    if (!it || event.ctrlKey || event.metaKey) return;
    if (step) {
      choose({ channel: Math.max(0, Math.min(Math.min(32, it.channels) - 1, chosen.channel + step[0])), filter: Math.max(0, Math.min(Math.min(64, it.filters) - 1, chosen.filter + step[1])) });
      const grid = kernelGrid(it, scroll.clientWidth, room()), { x } = kernelPlace(grid, chosen);
      scroll.scrollLeft = Math.max(x + 2 * grid.tile - scroll.clientWidth, Math.min(scroll.scrollLeft, x - grid.tile));
      const values = Array.from({ length: it.size * it.size }, (_, i) => short(it.weight(i, chosen.channel, chosen.filter), 2));
      byId("live").textContent = `${nameOf(it, chosen)}: ${values.join(", ")}`;
    } else if (key === "Enter") /** @type {HTMLElement | null} */ (editor.querySelector("input"))?.focus();
    else if (["x", "f"].includes(key.toLowerCase())) change(key.toLowerCase() === "x" ? "off" : "frozen");
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  store.on(["weights", "network", "language", "theme"], draw);
  scroll.addEventListener("scroll", draw, { passive: true });
  new ResizeObserver(draw).observe(byId("panels"));
  return draw;
}
