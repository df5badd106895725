/** The loss on a slice through the network's own weights, with the path walked on it: look at a place, go there. */
import { h, write } from "../dom.js";
import { Asking } from "../landscape/asking.js";
import { mountControls } from "../landscape/controls.js";
import { likelyWeights, share } from "../landscape/names.js";
import { mountPicture } from "../landscape/picture.js";
import { Visit } from "../landscape/place.js";
import { eachFrame } from "../store.js";
import { t, told } from "../words.js";

/**
 * @param {import("../session.js").Session} session
 * @param {HTMLElement} panel
 * @param {() => boolean} isShown
 */
export function mountLandscape(session, panel, isShown) {
  const { store } = session;
  const picture = h("div", { class: "land-picture" }), controls = h("div", { class: "land-controls" }), here = h("div", { class: "land-here" });
  const slice = h("p", { class: "land-said land-slice" }), way = h("p", { class: "land-said" }), problem = h("p", { class: "problem", role: "alert" });
  panel.append(h("section", { id: "landscape", class: "landscape" }, picture, h("div", { class: "land-side" }, controls, problem, slice, way, here)));

  /** The network and the layout that two weights were chosen of. */
  let named = "";
  /** Of the network that the place is one of. */
  let revision = "";
  const draw = eachFrame(() => { if (isShown()) drawAll(); });
  const asking = new Asking(session, {
    visible: () => isShown() && !document.hidden && canvas.clientWidth > 0,
    held: () => visit.place !== null && asking.found?.whole === true && JSON.stringify(asking.wanted) === JSON.stringify(asking.found.wanted),
    changed: () => draw(),
  });
  const visit = new Visit(session, here, () => {
    draw();
    asking.refresh();
  });
  const { draw: drawPicture, canvas } = mountPicture(session, picture, {
    found: () => asking.found, place: () => visit.place, leave: () => visit.leave(),
    choose: (place) => { if (asking.found) visit.look(place, asking.found); },
  });
  const drawControls = mountControls(session, controls, asking);

  function drawAll() {
    const { found } = asking, { network, connection } = store.state;
    // A place is one of its own slice: of another the same figures are other weights.
    if (visit.place && visit.of !== found) {
      if (found && visit.of && found.at === visit.of.at && JSON.stringify(found.wanted) === JSON.stringify(visit.of.wanted)) visit.grown(found);
      else visit.leave();
    }
    drawControls();
    drawPicture();
    visit.draw();
    write(problem, connection === "lost" ? t("land.lost") : told(asking.problem));
    if (!network) return;
    const directions = found?.wanted.directions ?? asking.wanted.directions;
    write(slice, t("land.said", { slice: t("land.slice", { n: network.parameters }), others: t(`land.slice.${directions}`), samples: found?.rows.size ? t("land.samples", { n: found.samples }) : "" }));
    const path = found?.path;
    write(way, !path ? "" : path.steps.length < 2 ? t("land.noPath") : t(directions === "pca" ? "land.within.pca" : "land.within", { step: path.steps[0], within: share(path.within[0]) }));
    panel.dataset.asked = asking.going ? "going" : "resting";
  }

  store.on(["frame", "weights", "network", "connection"], () => asking.refresh());
  store.on(["network"], ({ network }) => {
    const { weights } = asking.wanted, now = network ? JSON.stringify([network.id, network.layout]) : "", revised = `${network?.id} ${network?.revision}`;
    // Of other data, or after an edit, the place would be one of a slice that is no more; of other layers the slice itself is of nothing.
    if (revised !== revision) visit.leave();
    if (now !== named) asking.found = null;
    revision = revised;
    asking.problem = null;
    if (weights && network && now !== named) asking.want({ weights: asking.wanted.directions === "weights" ? likelyWeights(store.state) : null });
    named = now;
    draw();
  });
  store.on(["language", "theme", "imagined", "connection", "frame", "dataset"], draw);
  // Nothing is asked for while nobody sees it.
  store.on(["tab"], () => {
    if (isShown()) return;
    visit.leave();
    visit.draw();
    asking.refresh();
  });
  document.addEventListener("visibilitychange", () => asking.refresh());
  new ResizeObserver(() => {
    asking.refresh();
    draw();
  }).observe(canvas);
  return () => {
    asking.refresh();
    draw();
  };
}
