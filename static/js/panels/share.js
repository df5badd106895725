/** Sharing: what the link holds, what it hides, code for another page, a picture of it for a class. */
import { byId, h } from "../dom.js";
import { keptOf, toFragment } from "../link.js";
import { dataName } from "../names.js";
import { listed, named, t } from "../words.js";
import { MOST_WEIGHTS, asText } from "./linked.js";

/** What a link may hide, and where it stands in the preview: row and column. @type {[string, string][]} */
const PARTS = [
  ["transport", "1 / 1 / 2 / 3"], ["speed", "1 / 3 / 2 / 4"], ["settings", "2 / 1 / 3 / 4"], ["data", "3 / 1 / 5 / 2"], ["network", "3 / 2 / 4 / 3"],
  ["builder", ""], ["output", "3 / 3 / 4 / 4"], ["brushes", ""], ["loss", "4 / 3 / 5 / 4"], ["tabs", "4 / 2 / 5 / 3"],
];

/** Addresses that mean another machine on every machine. */
const LOCAL = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * @param {import("../session.js").Session} session
 * @param {string[]} hidden by the link of this page
 * @returns {() => void} what opens the dialog
 */
export function mountShare(session, hidden) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("share-dialog")), body = byId("share-body");
  const hide = new Set(hidden);
  /** What it asks to be guessed first. @type {string | null} */
  let predict = null, withWeights = false;
  const link = () => {
    const { network, weights, catalog, clinic } = session.store.state, fits = weights !== null && weights.length <= MOST_WEIGHTS;
    const fragment = network ? toFragment(network.spec, catalog, { ...keptOf(hide, predict, clinic), ...(withWeights && fits ? { w: asText(weights) } : {}) }) : "";
    return `${location.origin}${location.pathname}${fragment ? `#${fragment}` : ""}`;
  };
  const copy = (/** @type {string} */ text) => navigator.clipboard.writeText(text).then(() => session.say("note", "copied"), () => session.say("note", "copyYourself"));

  const build = () => {
    const { network } = session.store.state;
    if (!network) return;
    const { spec } = network;
    ({ predict } = session.store.state);
    const preview = h("div", { class: "preview", "aria-hidden": "true" }, ...PARTS.filter(([, area]) => area).map(([name, area]) => {
      const cell = h("span", {}, t(`part.${name}`));
      cell.style.gridArea = area;
      cell.dataset.part2 = name;
      return cell;
    }));
    const address = h("input", { type: "text", id: "share-link", readOnly: true, "aria-label": t("shareLink"), onfocus: () => address.select() });
    const frame = h("textarea", { readOnly: true, "aria-label": t("shareEmbed"), spellcheck: false });
    const picture = h("img", { alt: t("shareQr"), width: 200, height: 200 }), problem = h("p", { class: "hint" });
    const show = () => {
      const url = link();
      address.value = url;
      frame.value = `<iframe src="${url}" width="100%" height="720" title="Glassbox"></iframe>`;
      for (const cell of /** @type {NodeListOf<HTMLElement>} */ (preview.querySelectorAll("span"))) cell.toggleAttribute("data-off", hide.has(cell.dataset.part2 ?? ""));
      picture.hidden = url.length > 2000;
      problem.textContent = picture.hidden ? t("shareTooLong") : "";
      if (!picture.hidden) picture.src = `/api/qr?text=${encodeURIComponent(url)}`;
    };
    const ticks = PARTS.map(([name]) => {
      const input = h("input", { type: "checkbox", checked: hide.has(name), "data-name": `hide ${name}` });
      input.addEventListener("change", () => {
        if (input.checked) hide.add(name);
        else hide.delete(name);
        show();
      });
      return h("label", { class: "check" }, input, t(`part.${name}`));
    });
    const first = h("select", { "data-name": "share predict", onchange: () => {
      predict = first.value || null;
      show();
    } }, ...["", "loss", "boundary", "weight"].map((name) => h("option", { value: name, selected: name === (predict ?? "") }, t(name ? `predict.${name}` : "predict.off"))));
    const count = session.store.state.weights?.length ?? 0, trained = h("input", { type: "checkbox", checked: withWeights && count <= MOST_WEIGHTS, disabled: !count || count > MOST_WEIGHTS, "data-name": "share weights", onchange: () => {
      withWeights = trained.checked;
      show();
    } });
    const layers = spec.layers.map((/** @type {any} */ layer) => `${named(layer.kind, "layer")}${layer.units ? ` ${layer.units}` : ""}`).join(" → ");
    body.replaceChildren(
      h("div", {},
        h("ul", {}, h("li", {}, `${t("data")}${t("colon")}${session.store.state.dataset ? dataName(session.store.state.dataset) : ""}`), h("li", {}, `${t("network")}${t("colon")}${layers || t("noHidden")}`),
          h("li", {}, `${t("optimizer")}${t("colon")}${listed([named(spec.optimizer.kind), `${t("learningRate")} ${spec.optimizer.learning_rate}`])}`), h("li", {}, `${t("seed")} ${spec.seed}${t("colon")}${t("shareSame")}`),
          ...(spec.dataset.kind.startsWith("own") && spec.dataset.kind !== "own_text" ? [h("li", {}, t("shareNotTable"))] : [])),
        h("label", { class: "check" }, trained, t(count > MOST_WEIGHTS ? "shareTooMany" : "shareWeights", { n: count, most: MOST_WEIGHTS, step: session.store.state.frame?.step ?? 0 })),
        h("h3", {}, t("shareHide")), h("div", { class: "ticks" }, ...ticks),
        h("label", { class: "field" }, t("predictTitle"), first),
        h("h3", {}, t("shareLink")), h("div", { class: "row" }, address, h("button", { type: "button", class: "primary", id: "copy-link", onclick: () => void copy(address.value) }, t("copyLink"))),
        ...(("embedding" in document.documentElement.dataset) ? [h("h3", {}, t("shareEmbed")), frame, h("button", { type: "button", onclick: () => void copy(frame.value) }, t("copyEmbed"))] : [h("p", { class: "hint" }, t("embedOff"))])),
      h("div", {}, h("p", { class: "hint" }, t("sharePreview")), preview, picture, ...(LOCAL.test(location.hostname) ? [h("p", { class: "hint local" }, t("shareLocal"))] : []), problem));
    show();
  };
  return () => {
    build();
    dialog.showModal();
  };
}
