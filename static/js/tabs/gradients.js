/** Why it learns, and why it doesn't: gradients and updates of every layer over the run, how numbers are spread, what ails it. */
import { grouped, short } from "../canvas.js";
import { drawHistogram } from "../charts/histogram.js";
import { drawStrip, nearestPoint, powersOf } from "../charts/strip.js";
import { h } from "../dom.js";
import { FlowCourse } from "../flow/course.js";
import { drawRemedies, Remedies } from "../flow/remedies.js";
import { eachFrame } from "../store.js";
import { layerName, named, t, told } from "../words.js";

// Of the weights, one update changes about a thousandth where all is well.
const SOUND = /** @type {[number, number]} */ ([-4, -2]);
const SPREADS = /** @type {const} */ (["weights", "gradients", "activations"]);

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} panel
 * @param {() => boolean} isShown
 */
export function mountGradients(session, panel, isShown) {
  const { store } = session;
  const draw = eachFrame(() => { if (isShown()) drawAll(); });
  const drawAiling = eachFrame(() => { if (isShown()) drawRemedies(ailing, remedies); });
  const course = new FlowCourse(session, draw), remedies = new Remedies(session, drawAiling);
  const ailing = h("div", { id: "ailing", class: "ailing" }), body = h("tbody", {});
  const readout = h("p", { id: "flow-readout", class: "readout" });
  const head = h("tr", {});
  const table = h("table", { class: "flow" }, h("thead", {}, head), body);
  const region = h("div", { class: "flow-box", role: "region", tabIndex: 0 }, table);
  panel.append(h("section", { id: "gradients", class: "gradients" }, ailing, region, readout));
  /** Which point is read. @type {number | null} */
  let cursor = null;
  let arranged = "";

  function arrange() {
    const { network, language } = store.state;
    const names = course.points.length ? Object.keys(course.points[course.points.length - 1].layers) : [];
    const rows = (network?.layers ?? []).filter((layer) => names.includes(layer.name) || course.spreads[layer.name]);
    const key = `${language} ${rows.map((layer) => `${layer.name} ${layer.kind} ${layer.activation}`)}`;
    if (key === arranged || !network) return;
    arranged = key;
    region.setAttribute("aria-label", t("flow.alt"));
    const keys = () => [h("i", { class: "key" }), ` ${t("flow.gradient")} `, h("i", { class: "key dashed" }), ` ${t("flow.update")}`];
    head.replaceChildren(h("td", {}), h("th", { scope: "col", "data-tip": "flow.lengthsTip" }, ...keys()), h("th", { scope: "col", "data-tip": "flow.ratioTip" }, t("flow.ratio")),
      ...SPREADS.map((name) => h("th", { scope: "col", class: "small", "data-tip": `flow.${name}Tip` }, t(`flow.${name}`))));
    const caption = (/** @type {(string | Node)[]} */ ...of) => h("small", { class: "caption", "aria-hidden": "true" }, ...of);
    body.replaceChildren(...rows.map((layer) => h("tr", { "data-layer": layer.name }, h("th", { scope: "row" }, layerName(network, network.layers.indexOf(layer)), h("small", {}, named(layer.activation ?? layer.kind, "layer"))),
      ...["lengths", "ratio"].map((what) => h("td", {}, caption(...(what === "ratio" ? [t("flow.ratio")] : keys())), h("canvas", { class: "strip", role: "img", "data-what": what }))),
      ...SPREADS.map((what) => h("td", { class: "small" }, caption(t(`flow.${what}`)), h("canvas", { class: "spread", role: "img", "data-what": what }))))));
  }

  function drawAll() {
    arrange();
    const { points } = course, steps = points.map(({ step }) => step), { network } = store.state;
    if (!network) return;
    if (cursor !== null && cursor >= points.length) cursor = null;
    const of = (/** @type {string} */ name, /** @type {"gradient" | "update" | "ratio"} */ what) => points.map((point) => point.layers[name]?.[what] ?? null);
    const shown = network.layers.map(({ name }) => name).filter((name) => points.some((point) => point.layers[name]));
    const [low, high] = powersOf(shown.flatMap((name) => [...of(name, "gradient"), ...of(name, "update")]));
    const [least, most] = powersOf(shown.flatMap((name) => of(name, "ratio")));
    // Asked for before anything is written, or the page is laid out for each of them.
    const boxes = new Map([...body.querySelectorAll("canvas")].map((canvas) => [canvas, { width: canvas.clientWidth, height: canvas.clientHeight }]));
    for (const row of /** @type {Iterable<HTMLElement>} */ (body.children)) {
      const name = row.dataset.layer ?? "", spreads = course.spreads[name], at = points[cursor ?? points.length - 1]?.layers[name];
      for (const canvas of row.querySelectorAll("canvas")) {
        const what = canvas.dataset.what ?? "", box = boxes.get(canvas);
        if (what === "lengths") {
          drawStrip(canvas, { steps, box, low, high, cursor, lines: [{ values: of(name, "gradient"), colour: "accent" }, { values: of(name, "update"), colour: "positive-ink", dash: [4, 3] }] });
          canvas.setAttribute("aria-label", t("flow.lengthsAlt", { gradient: short(at?.gradient), update: short(at?.update) }));
        } else if (what === "ratio") {
          drawStrip(canvas, { steps, box, low: Math.min(least, SOUND[0]), high: Math.max(most, SOUND[1]), band: SOUND, cursor, lines: [{ values: of(name, "ratio"), colour: "ink" }] });
          canvas.setAttribute("aria-label", t("flow.ratioAlt", { ratio: short(at?.ratio) }));
        } else {
          const spread = spreads?.[/** @type {typeof SPREADS[number]} */ (what)] ?? null;
          drawHistogram(canvas, spread, { box });
          canvas.setAttribute("aria-label", spread ? t("flow.spreadAlt", { low: short(spread.low), high: short(spread.high), mean: short(spread.mean), deviation: short(spread.deviation) }) : t("flow.noNumbers"));
        }
      }
    }
    const point = points[cursor ?? points.length - 1];
    readout.textContent = course.problem ? told(course.problem) : !point ? t("flow.nothing")
      : `${t("step")} ${grouped(point.step)}: ${shown.map((name) => `${layerName(network, network.layers.findIndex((layer) => layer.name === name))} ${t("flow.reading", { gradient: short(point.layers[name]?.gradient), ratio: short(point.layers[name]?.ratio) })}`).join(" · ")}`;
    readout.classList.toggle("bad", Boolean(course.problem));
    panel.dataset.drawn = `${steps.length} ${steps[steps.length - 1] ?? ""}`;
  }

  region.addEventListener("pointermove", (event) => {
    const canvas = /** @type {Element} */ (event.target).closest("canvas.strip");
    const now = canvas ? nearestPoint(course.points.map(({ step }) => step), canvas.clientWidth, event.offsetX) : null;
    if (now !== cursor) {
      cursor = now;
      draw();
    }
  });
  region.addEventListener("pointerleave", () => { cursor = null; draw(); });
  region.addEventListener("blur", () => { cursor = null; draw(); });
  region.addEventListener("keydown", (event) => {
    const last = course.points.length - 1, at = cursor ?? last;
    const to = /** @type {Record<string, number>} */ ({ ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last })[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    event.stopPropagation();
    cursor = Math.max(0, Math.min(last, to));
    draw();
    requestAnimationFrame(() => { /** @type {HTMLElement} */ (document.getElementById("live")).textContent = readout.textContent; });
  });
  new ResizeObserver(draw).observe(region);

  const refresh = () => {
    course.refresh();
    remedies.refresh();
  };
  store.on(["frame", "network"], () => { if (isShown()) refresh(); });
  const drawBoth = () => { draw(); drawAiling(); };
  store.on(["language", "theme"], drawBoth);
  return () => {
    refresh();
    drawBoth();
  };
}
