/** Backprop in numbers: one update of this very network, line by line, and full screen. */
import { drawChain } from "../backprop/chain.js";
import { drawChooser, notShown, samplePointedAt } from "../backprop/chooser.js";
import { drawExercise, Exercises } from "../backprop/exercise.js";
import { closer, drawMatrix, drawOverview, inputOf, letterOf, matricesOf } from "../backprop/figures.js";
import { equation, nameOf, notes, sentence, spoken, titleOf, unitOf } from "../backprop/lines.js";
import { Walk } from "../backprop/walk.js";
import { drawWhere } from "../backprop/where.js";
import { api } from "../api.js";
import { drawActivation } from "../charts/activation.js";
import { byId, h, rebuild } from "../dom.js";
import { figure, leavesOf } from "../formula.js";
import { ACTIVATIONS } from "../model/forward.js";
import { say } from "../shell.js";
import { eachFrame } from "../store.js";
import { named, t, told } from "../words.js";

const CHAPTERS = [1, 2, 3, 4, 5, 6, 7, 8];
const SLOW_MS = 2200;
const MOST_ARRAYS = 4;

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} panel
 * @param {() => boolean} isShown
 */
export function mountBackprop(session, panel, isShown) {
  const { store } = session;
  const head = h("header", {}), chapters = h("ol", { class: "chapters" }), main = h("div", { class: "lines", tabIndex: 0, role: "region", "aria-label": t("bp.lines") });
  const aside = h("aside", { tabIndex: 0, "aria-label": t("bp.beside") }), foot = h("footer", {});
  const root = h("section", { id: "backprop", class: "backprop", "aria-label": t("backprop") }, head, chapters, main, aside, foot);
  const dialog = h("dialog", { id: "backprop-whole", class: "whole", "aria-label": t("backprop") });
  panel.append(root, dialog);
  const draw = eachFrame(() => { if (isShown()) drawAll(); });
  const walk = new Walk(session, draw), exercises = new Exercises(session, draw, (made) => walk.follow(made));
  let slow = 0;
  /** @type {{line: string, text: string, ok: boolean} | null} */
  let checked = null;
  let drawn = "";

  const reading = () => ({ state: store.state, digits: walk.digits });
  const parameterOf = () => {
    const { line, found } = walk;
    if (!line || !found) return null;
    const own = Object.keys(found.chains).filter((name) => name.startsWith(`${line.layer}.`));
    const before = walk.lines.slice(0, walk.at + 1).findLast((one) => one.what === "gradient");
    const letter = before && before.layer === line.layer && line.chapter === 7 ? before.left[1] : "w";
    return own.find((name) => letterOf(name) === letter) ?? own[0] ?? null;
  };

  function drawAll() {
    const { network } = store.state;
    if (!network) return;
    const { line, found } = walk;
    if (walk.view === "overview" || aside.offsetParent !== null) void walk.bring();
    drawHead();
    rebuild(chapters, ...CHAPTERS.map((n) => h("li", {}, h("button", { type: "button", "data-name": `chapter ${n}`, title: t(`bp.chapter${n}`), "aria-current": line?.chapter === n && walk.view === "lines" ? "step" : undefined, class: line && n < line.chapter ? "done" : "", onclick: () => walk.jump(n) }, h("b", {}, String(n)), h("span", {}, ` ${t(`bp.chapter${n}`)}`)))));
    root.dataset.view = walk.view;
    if (walk.problem) main.replaceChildren(h("p", { class: "problem", role: "alert" }, told(walk.problem)));
    else if (!found || !line) main.replaceChildren(h("p", { class: "hint" }, t("bp.waiting")));
    else if (walk.view === "overview") main.replaceChildren(drawOverview(store.state, walk));
    else if (walk.view === "chain") main.replaceChildren(drawChainOf());
    else if (walk.view === "exercise") drawExercises();
    else drawLines();
    drawAside();
    drawFoot();
    root.dataset.drawn = `${found?.step ?? ""}/${walk.at}`;
  }

  /** Only when something has come: what is being typed stays. */
  function drawExercises() {
    const key = `${exercises.version} ${walk.digits} ${store.state.language}`;
    if (main.dataset.exercise === key && main.querySelector(".exercise")) return;
    main.dataset.exercise = key;
    rebuild(main, ...(exercises.problem ? [h("p", { class: "problem", role: "alert" }, told(exercises.problem))] : []), drawExercise(reading(), exercises));
  }

  /** Whether somebody is typing there: then it is left as it is. @param {HTMLElement} box */
  const typingIn = (box) => box.contains(document.activeElement) && /** @type {HTMLElement} */ (document.activeElement).dataset.dirty === "yes";

  function drawHead() {
    if (typingIn(head)) return;
    const view = (/** @type {import("../backprop/walk.js").View} */ name, /** @type {string} */ word) => h("button", { type: "button", "data-name": name, "aria-pressed": String(walk.view === name), onclick: () => toggle(name) }, t(word));
    const digits = h("select", { "aria-label": t("bp.digits"), "data-name": "digits", "data-tip": "bp.digits", onchange: () => { walk.digits = Number(digits.value); draw(); } }, ...[3, 4, 6, 9].map((n) => h("option", { value: String(n), selected: n === walk.digits }, t("bp.nDigits", { n }))));
    rebuild(head, h("h2", {}, t("backprop")), drawChooser(session, walk), h("span", { class: "space" }), digits,
      view("overview", "bp.overview"), view("chain", "bp.oneWeight"), view("exercise", "bp.exercise"),
      h("button", { type: "button", "data-name": "whole", id: "backprop-full", onclick: whole }, t(dialog.open ? "bp.close" : "bp.fullScreen")));
  }

  const toggle = (/** @type {import("../backprop/walk.js").View} */ name) => {
    walk.show(walk.view === name ? "lines" : name);
    if (walk.view === "exercise") void exercises.open();
  };

  /** The lines of one unit's chapter; of an update those of one number. */
  function groupOf() {
    const { lines, at, line } = walk;
    let first = at, last = at;
    const same = (/** @type {number} */ i) => lines[i]?.chapter === line?.chapter && (line?.chapter === 1 || lines[i]?.layer === line?.layer);
    while (same(first - 1) && lines[first].what !== "gradient") first--;
    while (same(last + 1) && lines[last + 1].what !== "gradient") last++;
    return { first, last };
  }

  function drawLines() {
    const { lines, line, at } = walk, { first, last } = groupOf();
    if (!line || typingIn(main)) return;
    const key = `${line.layer} ${line.chapter}`;
    const title = h("h3", {}, `${t(`bp.chapter${line.chapter}`)} · ${titleOf(store.state, line.layer)}`, ...(line.chapter === 1 || line.chapter > 7 ? [] : unitSteppers()), h("small", {}, notShown(store.state, walk.found?.sample ?? 0)));
    const found = lines.slice(first, last + 1).map((one, k) => {
      const here = first + k === at;
      const box = h("div", { class: `line ${here ? "on" : ""}`, "aria-current": here ? "true" : undefined, onclick: () => { if (!here) walk.go(first + k); } },
        h("p", { class: "k" }, sentence(store.state, one)), equation(reading(), one), ...notes(one));
      if (here && checked?.line === keyOfLine()) box.append(h("p", { class: `check ${checked.ok ? "ok" : "bad"}`, role: "status" }, checked.text));
      return box;
    });
    rebuild(main, title, ...found);
    if (drawn !== `${key} ${at}`) {
      drawn = `${key} ${at}`;
      main.querySelector(".line.on")?.scrollIntoView({ block: "nearest" });
      byId("live").textContent = spoken(reading(), line);
    }
  }

  const keyOfLine = () => `${walk.found?.step} ${walk.at} ${walk.line?.left}`;

  /** Which unit of the layer, each axis by itself. */
  function unitSteppers() {
    const { line, found } = walk;
    if (!line || !found) return [];
    const { layer } = line, unit = found.units[layer], shape = found.shapes[layer];
    const names = unit.length === 1 ? ["bp.unit"] : unit.length === 2 ? ["bp.time", "bp.unit"] : ["bp.row", "bp.column", "bp.filter"];
    const fields = unit.map((k, axis) => {
      const input = h("input", { type: "number", min: "1", max: String(shape[axis]), step: "1", value: String(k + 1), "data-name": `unit ${axis}`, "aria-label": t(names[axis]), onchange: () => {
        if (input.reportValidity() && input.value !== "") void walk.chooseUnit(layer, axis, Number(input.value) - 1);
      } });
      return h("label", { class: "row" }, t(names[axis]), input, h("small", {}, t("bp.ofN", { n: shape[axis] })));
    });
    return [h("span", { class: "steppers" }, ...fields, h("small", {}, unit.length === 1 && layer === "output" ? unitOf(store.state, line) : ""))];
  }

  function drawChainOf() {
    const { found } = walk, names = Object.keys(found?.chains ?? {}), name = parameterOf() ?? names[0];
    const select = h("select", { "aria-label": t("bp.parameter"), onchange: () => {
      const [layer] = select.value.split(".");
      const at = walk.lines.findIndex((line) => line.layer === layer && line.what === "gradient" && line.left.startsWith(`d${letterOf(select.value)}`));
      walk.at = Math.max(0, at);
      draw();
    } }, ...names.map((one) => h("option", { value: one, selected: one === name }, `${titleOf(store.state, one.split(".")[0])} · ${named(one.split(".")[1], "parameter")}`)));
    const place = found?.chains[name]?.place ?? [];
    const shape = store.state.network?.layout.find((p) => p.name === name)?.shape ?? [];
    const fields = place.map((/** @type {number} */ k, /** @type {number} */ axis) => {
      const input = h("input", { type: "number", min: "1", max: String(shape[axis]), step: "1", value: String(k + 1), "aria-label": t("bp.index", { n: axis + 1 }), onchange: () => {
        if (input.reportValidity() && input.value !== "") void walk.choosePlace(name, place.with(axis, Number(input.value) - 1));
      } });
      return input;
    });
    return h("div", {}, h("h3", {}, t("bp.chainTitle"), " ", select, h("span", { class: "steppers" }, ...fields)), h("p", { class: "hint" }, t("bp.chainHint"), " ", notShown(store.state, walk.found?.sample ?? 0)), drawChain(reading(), walk, name));
  }

  function drawAside() {
    const { line, found, trace } = walk, { network } = store.state;
    if (!line || !found || !network || aside.offsetParent === null || walk.view === "overview") return aside.replaceChildren();
    const l = network.layers.findIndex((layer) => layer.name === line.layer), layer = network.layers[l];
    /** @type {Node[]} */
    const parts = [drawWhere(store.state, walk, { choose: (to, unit) => void chooseIn(to, unit), hidden: walk.view === "exercise", width: aside.clientWidth - 12 })];
    const z = walk.lines.find((one) => one.layer === line.layer && one.at?.array === "z");
    const f = layer?.activation ? ACTIVATIONS[layer.activation] : null;
    if (f && z && z.value !== null && walk.view !== "exercise" && (line.what.startsWith("activation") || line.what === "delta" || line.what === "weighted_sum")) {
      const canvas = h("canvas", { class: "curve", role: "img", "aria-label": t("bp.curveAlt", { name: named(layer.activation ?? ""), z: figure(z.value, 3) }) });
      parts.push(h("h3", {}, t("bp.curve", { name: named(layer.activation ?? "", "activation") })), canvas);
      requestAnimationFrame(() => { if (canvas.isConnected) drawActivation(canvas, f, [/** @type {number} */ (z.value)]); });
    }
    if (trace?.step === found.step) parts.push(...arraysOf(line, trace, found.samples.indexOf(found.sample)));
    aside.replaceChildren(...parts);
  }

  /** The matrices that the line is made of, with the places that it takes. @param {import("../backprop/walk.js").Line} line @param {any} trace @param {number} n */
  function arraysOf(line, trace, n) {
    const places = /** @type {Map<string, number[][]>} */ (new Map());
    for (const { at } of [...leavesOf(line.term), { at: line.at }]) {
      if (!at) continue;
      const key = `${at.layer}/${at.array}`;
      places.set(key, [...(places.get(key) ?? []), at.index]);
    }
    return [...places].slice(0, MOST_ARRAYS).flatMap(([key, indices]) => {
      const [layer, array] = key.split("/"), matrix = array === "x" ? inputOf(trace, layer, n) : matricesOf(trace, layer, n).find((one) => one.array === array);
      // A blank is not to be read off beside it.
      if (!matrix || !matrix.shape.length || (walk.view === "exercise" && !matrix.parameter)) return [];
      const marks = new Set(indices.map((index) => (matrix.sample === null ? index : index.slice(1)).join()));
      // What goes into a layer is what came out of the one before.
      const l = store.state.network?.layers.findIndex((one) => one.name === layer) ?? 0, title = array !== "x" ? `${named(array, "array")} · ${titleOf(store.state, layer)}` : l > 0 ? `${named("a", "array")} · ${titleOf(store.state, store.state.network?.layers[l - 1].name ?? "")}` : `x · ${t("inputs")}`;
      return [h("h3", {}, title, h("small", {}, ` ${matrix.shape.join(" × ")}`)),
        drawMatrix(matrix, { digits: 3, chosen: null, choose: (place) => void closer(walk, matrix, place), marks, roomy: dialog.open })];
    });
  }

  const chooseIn = async (/** @type {number} */ l, /** @type {number} */ unit) => {
    const { found } = walk, name = store.state.network?.layers[l]?.name ?? "", shape = found?.shapes[name] ?? [];
    if (shape.length === 1) await walk.chooseUnit(name, 0, unit);
    const at = walk.lines.findIndex((one) => one.layer === name && one.stage === walk.line?.stage && one.chapter > 2);
    if (at >= 0) walk.go(at);
  };

  function drawFoot() {
    const { line, lines, at, found } = walk, playing = store.state.frame?.state === "playing";
    const still = walk.view !== "lines" || !found;
    rebuild(foot, h("button", { type: "button", "data-name": "back", "aria-label": t("bp.back"), disabled: still || at === 0, onclick: () => walk.move(-1) }, "◀"),
      at > 0 && at === lines.length - 1 && !still
        ? h("button", { type: "button", "data-name": "apply next", class: "primary", "data-tip": "bp.tipApplyNext", disabled: playing, onclick: () => void applyNext() }, t("bp.applyNext"))
        : h("button", { type: "button", "data-name": "next", class: "primary", disabled: still || at >= lines.length - 1, onclick: () => walk.move(1) }, `${t("bp.next")} ▶`),
      h("button", { type: "button", "data-name": "slow", "aria-pressed": String(slow !== 0), disabled: still, onclick: slowly }, t(slow ? "bp.stopSlow" : "bp.slow")),
      h("span", { class: "number count" }, found ? t("bp.nOfM", { n: at + 1, m: lines.length }) : ""),
      h("span", { class: "keys-hint" }, t("bp.keys")), h("span", { class: "space" }),
      h("button", { type: "button", "data-name": "check", "data-tip": "bp.tipCheck", disabled: !line || !parameterOf(), onclick: () => void check() }, t("bp.checkGradient")),
      h("button", { type: "button", "data-name": "apply", "data-tip": "bp.tipApply", disabled: !found || playing, onclick: () => void apply() }, t("bp.apply")));
  }

  async function check() {
    const name = parameterOf(), { found } = walk;
    if (!name || !found) return;
    const of = keyOfLine(), at = { [name]: found.places[name] };
    const answer = await session.try(() => api.checkGradient(session.id, { samples: found.samples, at }));
    if (!answer) return;
    const { backprop, difference, worst, kinks } = answer.parameters[name];
    const what = `${titleOf(store.state, name.split(".")[0])} · ${named(name.split(".")[1], "parameter")} [${found.places[name].map((k) => k + 1).join(", ")}]`;
    checked = { line: of, ok: kinks > 0 || worst <= 1e-5, text: kinks ? t("bp.kink", { what }) : t("bp.checked", { what, backprop: figure(backprop, 8), difference: figure(difference, 8), error: figure(worst, 2) }) };
    draw();
    byId("live").textContent = checked.text;
  }

  async function apply() {
    const { found } = walk;
    if (!found) return false;
    const { samples, step } = found, { id } = session;
    const done = await session.try(async () => {
      let made = false;
      await session.edits.run("apply", async () => ({
        redo: async () => {
          await (made ? api.seek(id, step + 1) : api.apply(id, { samples, step }));
          made = true;
        },
        undo: () => api.seek(id, step),
      }));
      return made;
    });
    if (done) say(store, { kind: "note", key: "bp.applied", values: { step: found.step + 1 } });
    await walk.refresh();
    return done ?? false;
  }

  /** As the run goes on: this update, and the next sample from its beginning. */
  async function applyNext() {
    const ahead = walk.found?.next_samples;
    if (!ahead?.length || !await apply()) return;
    await walk.chooseSamples([ahead[0]]);
    walk.jump(2);
    main.focus();
  }

  function slowly() {
    clearInterval(slow);
    slow = slow ? 0 : window.setInterval(() => {
      if (!isShown() || walk.view !== "lines" || walk.at >= walk.lines.length - 1) slowly();
      else walk.move(1);
    }, SLOW_MS);
    draw();
  }

  /** The whole screen, and back: the same part of the page, moved. */
  function whole() {
    if (dialog.open) return dialog.close();
    dialog.append(root);
    dialog.showModal();
    main.focus();
    drawAll();
  }
  dialog.addEventListener("close", () => {
    panel.prepend(root);
    draw();
    byId("backprop-full").focus();
  });

  root.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, () => unknown>} */
    const keys = {
      ArrowRight: () => walk.move(1), ArrowLeft: () => walk.move(-1), ArrowDown: () => walk.nextUnit(1), ArrowUp: () => walk.nextUnit(-1),
      Home: () => walk.go(0), End: () => walk.go(walk.lines.length - 1), c: check, a: apply, f: whole, o: () => toggle("overview"), w: () => toggle("chain"), e: () => toggle("exercise"), s: slowly,
      ...Object.fromEntries(CHAPTERS.map((n) => [String(n), () => walk.jump(n)])),
    };
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!keys[key] || !walk.found) return;
    if (walk.view !== "lines" && key.startsWith("Arrow")) return;
    event.preventDefault();
    event.stopPropagation();
    void keys[key]();
  });

  // One hover lights all: the same number wherever it stands, here and in the network's own picture.
  const light = (/** @type {Element | null} */ at) => {
    const key = at?.closest("[data-at]")?.getAttribute("data-at") ?? "";
    for (const lit of root.querySelectorAll(".lit")) lit.classList.remove("lit");
    if (key) for (const one of root.querySelectorAll(`[data-at="${CSS.escape(key)}"]`)) one.classList.add("lit");
    const place = key ? placeOf(key) : null;
    if (JSON.stringify(place) !== JSON.stringify(store.state.hover)) store.set({ hover: place });
    root.title = key ? nameOf(store.state, whereOf(key)) : "";
  };
  root.addEventListener("pointerover", (event) => light(/** @type {Element} */ (event.target)));
  root.addEventListener("pointerleave", () => light(null));
  root.addEventListener("focusin", (event) => light(/** @type {Element} */ (event.target)));

  /** @param {string} key @returns {import("../formula.js").Where} */
  const whereOf = (key) => {
    const [layer, array, index] = key.split("/");
    return { layer, array, index: index.split(".").map(Number) };
  };
  /** Where in the diagram a number stands. @param {string} key */
  const placeOf = (key) => {
    const { layer, array, index } = whereOf(key), network = store.state.network;
    const l = network?.layers.findIndex((one) => one.name === layer) ?? -1;
    if (!network || l < 0 || index.length > 2) return null;
    if (array.startsWith("weight") || array === "grad_weight") return index.length === 2 ? { layer: l, unit: index[1], from: index[0] } : null;
    if (array === "bias") return { layer: l, unit: index[0] };
    return { layer: array === "x" ? l - 1 : l, unit: index[index.length - 1] };
  };

  // A sample pointed at on the page is the one that is walked through.
  /** @type {number | null} */
  let pointed = null;
  store.on(["probePinned", "sample"], (s) => {
    if (!isShown()) return;
    pointed = samplePointedAt(s);
    if (pointed !== null && String(walk.samples) !== String([pointed])) void walk.chooseSamples([pointed]);
    draw();
  });
  let drawing = false;
  store.on(["arrived"], draw);
  store.on(["drawing"], (s) => {
    if (drawing === (s.drawing !== null)) return;
    drawing = !drawing;
    draw();
  });

  let of = "";
  store.on(["network", "frame", "language", "theme"], (s) => {
    if (!isShown() || !s.network) return;
    const now = `${s.network.id} ${s.network.revision} ${s.network.run} ${s.frame?.step} ${s.frame?.revision} ${JSON.stringify(s.network.spec.optimizer)}`;
    draw();
    if (now === of && walk.found) return;
    of = now;
    void walk.refresh();
  });
  return () => {
    draw();
    // One that was pointed at meanwhile; otherwise what was chosen here last.
    const found = samplePointedAt(store.state);
    if (found === null || found === pointed) return void walk.refresh();
    pointed = found;
    void walk.chooseSamples([found]);
  };
}
