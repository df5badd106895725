/** The learner's own network unrolled in time, live: what each step reads, holds and says, and how much gradient comes back to it. */
import { api, Problem } from "../api.js";
import { columnsOf, stepAt, unitAt } from "../charts/time.js";
import { byId, h, write } from "../dom.js";
import { chosenIn, parts, sampleCount } from "../looking.js";
import { arrayName, waysOf } from "../model/time.js";
import { eachFrame } from "../store.js";
import { mountBeside } from "../time/beside.js";
import { CellCard } from "../time/cell.js";
import { isWritten, readAt, rowsOf, wayName } from "../time/rows.js";
import { reaches, saidOf, worst } from "../time/said.js";
import { t, told } from "../words.js";

/** How often, while it plays, that is asked for which no picture of the socket has. */
const EVERY_MS = 500, EDITED_MS = 60;
/** Where an answer takes long it is asked for less often: it takes its time from the training. */
const SLOWER = 6;

/**
 * @typedef {import("../session.js").State} State
 * @typedef {import("../time/rows.js").Chosen} Chosen
 */

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} panel
 * @param {() => boolean} isShown
 */
export function mountTime(session, panel, isShown) {
  const { store } = session;
  const said = h("p", { class: "time-said", "aria-live": "off" }), who = h("span", { class: "hint" });
  const all = h("button", { type: "button", "data-name": "all units", hidden: true, onclick: () => choose(null) });
  const region = h("div", { id: "time-rows", class: "time-rows", role: "region", tabIndex: 0 }), readout = h("p", { id: "time-readout", class: "time-readout" });
  const card = new CellCard(() => { open = false; region.focus(); draw(); }, (by) => go(by));
  const beside = mountBeside(session, () => draw());
  panel.append(h("section", { id: "in-time", class: "in-time" }, h("header", {}, said, who, beside.said, beside.button), h("div", { class: "time-inner" }, region, card.box), h("footer", {}, readout, all)));
  /** The step that keys and clicks chose, and what a pointer rests on. @type {number | null} */
  let step = null;
  /** @type {{step: number, at: Chosen | null} | null} */
  let over = null;
  /** @type {Chosen | null} */
  let chosen = null;
  let open = false;
  /** @type {import("../wire.js").UnrolledOut | null} */
  let found = null;
  /** Of which cell its lines are. */
  let cellOf = "";
  /** @type {unknown} */
  let problem = null;
  /** @type {import("../time/rows.js").Row[]} */
  let rows = [];
  let built = "", of = "", about = "", asking = false, last = 0, took = 0, timer = 0;

  const steps = () => store.state.dataset?.shape[0] ?? 1;
  const cellKey = () => JSON.stringify([chosen, step]);

  const draw = eachFrame(() => {
    const s = store.state, { network, dataset, look } = s;
    if (!isShown() || !network || !dataset || network.spec.dataset.kind !== dataset.kind || s.sample >= sampleCount(dataset)) return;
    const ways = waysOf(network);
    if (chosen && chosen.unit >= (ways[chosen.way]?.units ?? 0)) { chosen = null; open = false; }
    if (step !== null) step = Math.min(step, steps() - 1);
    build(s, ways);
    const { input, target } = chosenIn(s, dataset), across = columns(), cursor = over?.step ?? step;
    const arrays = look?.sample === s.sample && look.id === network.id ? look.unrolled : null, fresh = about === aboutOf(s) ? found : null;
    /** @type {import("../time/rows.js").Moment} */
    const moment = { s, ways, columns: across, cursor, chosen, over: over?.at ?? null, input, target, written: [], arrays, found: fresh, others: beside.lines() };
    for (const row of rows) row.draw(moment);
    for (const write of moment.written) write();
    tell(s, ways, input, cursor, fresh, arrays);
    panel.dataset.drawn = arrays ? String(look?.step) : "";
    panel.dataset.pictures = String(Number(panel.dataset.pictures ?? 0) + 1);
  });
  // Asked for at every picture, the page would be laid out for it, just after the others wrote.
  let within = 0, labels = 0;
  const measure = () => [within, labels] = [region.clientWidth, /** @type {HTMLElement | null} */ (region.querySelector(".of"))?.offsetWidth ?? 178];

  const columns = () => {
    const { dataset } = store.state;
    return columnsOf(within - labels, steps(), dataset !== null && isWritten(dataset));
  };

  /** @param {State} s @param {import("../model/time.js").Way[]} ways */
  function build(s, ways) {
    const triangle = (found?.sources.length ?? 0) > 1 && about === aboutOf(s);
    const key = JSON.stringify([s.language, ways, steps(), s.dataset?.digest, s.network?.layers.map((one) => [one.name, one.activation]), triangle]);
    if (key === built) return;
    built = key;
    rows = rowsOf(s, ways, steps(), triangle);
    region.replaceChildren(...rows.map(({ element }) => element));
    measure();
    region.setAttribute("aria-label", `${t("inTime")}. ${t("time.keys")}`);
  }

  /** In words. @param {State} s @param {import("../model/time.js").Way[]} ways @param {any} input @param {number | null} cursor @param {typeof found} fresh @param {Record<string, import("../model/tensors.js").Numbers> | null} arrays */
  function tell(s, ways, input, cursor, fresh, arrays) {
    const test = s.dataset && s.sample < s.dataset.test_inputs.length, broken = arrays && ways.some((way) => arrays[arrayName(way, "h")]?.data.some((v) => !Number.isFinite(v)));
    const spoken = broken ? t("time.said.broken") : fresh ? sentence(s, ways, fresh) : "";
    write(said, s.connection === "lost" ? t("time.lost") : problem ? told(problem) : spoken || t("loading"));
    beside.tell();
    write(who, t(test ? "time.ofTest" : "time.ofTrain", { n: s.sample + 1 }));
    all.hidden = !chosen;
    write(all, t("time.allUnits"));
    const way = chosen && ways[chosen.way];
    const named = way && chosen ? `${wayName(s, way, ways)} · ${t("unitN", { n: chosen.unit + 1 })}` : t("time.mean");
    write(readout, cursor === null ? t("time.keys") : [`${t("cell.time", { n: cursor + 1 })}: ${t("time.reads", { what: readAt(s, input, cursor) })}`, ...(over?.at ? [`${wayName(s, ways[over.at.way], ways)} · ${t("unitN", { n: over.at.unit + 1 })}`] : [named]), ...numbersAt(over?.at ? over.at.way : chosen?.way ?? 0)].join(" · "));
    const wanted = open && chosen && step !== null, here = cellOf === cellKey() && fresh;
    if (wanted && !here && card.box.classList.contains("open")) return; // until another's lines are here, those before stay
    const lines = wanted ? (here ? here.lines : []) : null;
    card.show(s, lines ? `${named} · ${t("cell.time", { n: Number(step) + 1 })}` : "", lines, fresh?.step ?? 0);
  }

  /** How the gradient fares: of several layers, of the first where it fares badly; each speaks of itself in its row. @param {State} s @param {import("../model/time.js").Way[]} ways @param {import("../wire.js").UnrolledOut} fresh */
  function sentence(s, ways, fresh) {
    const one = worst(reaches(ways, fresh));
    return one ? `${ways.length > 1 ? `${wayName(s, ways[one.way], ways)}: ` : ""}${saidOf(one)}` : "";
  }

  /** The numbers of one way at the cursor, as its rows show them. @param {number} way */
  const numbersAt = (way) => rows.filter((row) => row.way === way && row.canvas && row.what !== "from").map(({ what, value }) => `${what === "grad" ? "|dL/dh|" : what.replace("gate.", "")} ${value}`);

  // What is asked of the server

  /** @param {State} s */
  const askedOf = (s) => {
    if (!s.dataset || !s.network) return null;
    const [{ ask: { part, samples } }] = parts(s.dataset, [s.sample]), way = chosen && waysOf(s.network)[chosen.way];
    return { part, samples, brief: true, cell: open && way && chosen && step !== null ? { layer: way.layer, unit: [step, chosen.unit + (way.back ? way.units : 0)] } : null };
  };
  const aboutOf = (/** @type {State} */ s) => JSON.stringify([session.id, s.network?.revision, s.sample]);

  function refresh() {
    const s = store.state, { dataset, network } = s;
    if (!isShown() || !network || !dataset || network.spec.dataset.kind !== dataset.kind || s.sample >= sampleCount(dataset) || !waysOf(network).length || s.connection === "lost") return;
    const now = JSON.stringify([session.id, network.revision, s.frame?.step, s.frame?.run, askedOf(s)]);
    if (now === of || asking) return; // who comes back asks again
    const edited = session.edits.waiting > 0 || s.frame?.revision !== network.revision; // then the server may be ahead of what is known here
    const wait = edited ? EDITED_MS : s.frame?.state === "playing" && about === aboutOf(s) && cellOf === (open ? cellKey() : "") ? last + Math.max(EVERY_MS, SLOWER * took) - performance.now() : 0;
    clearTimeout(timer);
    if (wait > 0) {
      timer = window.setTimeout(refresh, wait);
      return;
    }
    const its = aboutOf(s), cell = open ? cellKey() : "";
    [of, last, asking] = [now, performance.now(), true];
    void api.unrolled(session.id, askedOf(s)).then((answer) => {
      [found, about, cellOf, problem] = [answer, its, cell, null];
      panel.dataset.asked = String(answer.step);
    }, (error) => {
      if (!(error instanceof Problem)) throw error;
      if (its === aboutOf(store.state)) [problem, found] = [error, null];
    }).finally(() => {
      took = performance.now() - last;
      asking = false;
      draw();
      refresh();
    });
  }

  // Pointing, choosing, keys

  /** @param {PointerEvent | MouseEvent} event */
  function under(event) {
    const row = rows.find(({ canvas }) => canvas && canvas === event.target), { network } = store.state;
    if (!row?.canvas || !network) return null;
    const at = stepAt(columns(), event.offsetX);
    return { step: at, at: row.heat ? { way: row.way, unit: unitAt(row.canvas.clientHeight, row.heat.units, row.heat.every, event.offsetY) } : null };
  }
  region.addEventListener("pointermove", (event) => {
    const next = event.pointerType === "touch" ? null : under(event);
    if (JSON.stringify(next) === JSON.stringify(over)) return;
    over = next;
    draw();
  });
  region.addEventListener("pointerleave", () => { over = null; draw(); });
  region.addEventListener("click", (event) => {
    const hit = under(event);
    if (!hit) return;
    step = hit.step;
    if (hit.at) [chosen, open] = [hit.at, true];
    changed();
  });
  const choose = (/** @type {Chosen | null} */ next) => {
    chosen = next;
    open &&= next !== null;
    changed();
  };
  const changed = () => {
    draw();
    refresh();
  };
  /** To another step, and into sight. @param {number} by */
  function go(by) {
    step = Math.max(0, Math.min(steps() - 1, (step ?? (by > 0 ? -1 : steps())) + by));
    const { left, wide } = columns(), x = left + step * wide, seen = within - labels;
    if (x - 24 < region.scrollLeft) region.scrollLeft = x - 24 - left / 2;
    else if (x + wide + 24 > region.scrollLeft + seen) region.scrollLeft = x + wide + 24 - seen;
    changed();
    requestAnimationFrame(() => requestAnimationFrame(() => { byId("live").textContent = readout.textContent; }));
  }
  /** To the unit below, in the next way where there is none. @param {number} by */
  function down(by) {
    const { network } = store.state, ways = network ? waysOf(network) : [], flat = ways.flatMap(({ units }, way) => Array.from({ length: units }, (_, unit) => ({ way, unit })));
    const at = chosen ? flat.findIndex((one) => one.way === chosen?.way && one.unit === chosen.unit) : by > 0 ? -1 : flat.length;
    step ??= steps() - 1;
    choose(flat[Math.max(0, Math.min(flat.length - 1, at + by))] ?? null);
    go(0);
  }
  region.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => go(-1), ArrowRight: () => go(1), Home: () => go(-steps()), End: () => go(steps()), ArrowDown: () => down(1), ArrowUp: () => down(-1),
      Enter: () => {
        if (!chosen) down(1);
        step ??= steps() - 1;
        open = true;
        changed();
        requestAnimationFrame(() => card.box.focus());
      },
      Escape: () => { open = false; choose(null); },
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    over = null;
    keys[event.key]();
  });
  new ResizeObserver(() => { measure(); draw(); }).observe(region);

  // A picture later than the rest of the page draws the same look: both in one would hold up the next.
  store.on(["look"], () => requestAnimationFrame(draw));
  store.on(["language", "theme", "arrived", "connection"], draw);
  store.on(["frame"], () => { if (isShown()) refresh(); }); // what is drawn comes with a look
  store.on(["network", "dataset", "sample", "connection"], () => { if (isShown()) changed(); });
  return changed;
}
