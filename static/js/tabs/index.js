/** The tabs of the drawer: a tab is its file here and one line in this list. */
import { late } from "../assets.js";
import { byId, h, rovingTabs } from "../dom.js";
import { isUnrolled } from "../model/kinds.js";
import { t } from "../words.js";
import { mountActivations } from "./activations.js";

/**
 * @typedef {import("../session.js").Session} Session
 * @typedef {{id: string, label: string, tall?: number, fits: (dataset: import("../types.js").Dataset, s: import("../state.js").State) => boolean,
 *   mount: (session: Session, panel: HTMLElement, shown: () => boolean) => () => void}} Tab
 *   `label` is a word; `tall` the share of the window's height that it asks for when it is first opened; `mount` builds the tab in its panel once and returns what is called when it is shown
 */

/**
 * A tab whose script is loaded when it is first shown.
 * @param {string} path @param {string} name of what it exports @param {string | null} style its style sheet, where that is loaded with it
 * @returns {Tab["mount"]}
 */
function whenShown(path, name, style = null) {
  return (session, panel, shown) => {
    /** @type {(() => void) | null} */
    let show = null;
    let asked = false;
    return () => {
      if (show) return show();
      if (asked) return undefined;
      asked = true;
      panel.replaceChildren(h("p", { class: "hint" }, t("loading")));
      void session.try(async () => {
        try {
          const module = await late(path, style);
          panel.replaceChildren();
          show = /** @type {() => void} */ (module[name](session, panel, shown));
          show();
        } finally {
          asked = show !== null;
        }
      });
      return undefined;
    };
  };
}

/** @type {Tab[]} */
const TABS = [
  { id: "activations", label: "activations", fits: () => true, mount: mountActivations },
  { id: "kernels", label: "kernels", fits: (dataset, { network }) => dataset.view === "image" && Boolean(network?.layers.some((layer) => layer.kind === "conv2d")), mount: whenShown("js/tabs/kernels.js", "mountKernels", "css/cells.css") },
  { id: "backprop", label: "backprop", tall: 0.45, fits: () => true, mount: whenShown("js/tabs/backprop.js", "mountBackprop", "css/backprop.css") },
  { id: "time", label: "inTime", tall: 0.5, fits: (_, { network }) => isUnrolled(network), mount: whenShown("js/tabs/time.js", "mountTime", "css/time.css") },
  { id: "gradients", label: "gradients", fits: () => true, mount: whenShown("js/tabs/gradients.js", "mountGradients", "css/gradients.css") },
  { id: "landscape", label: "landscape", tall: 0.5, fits: () => true, mount: whenShown("js/tabs/landscape.js", "mountLandscape", "css/landscape.css") },
  { id: "race", label: "race", tall: 0.5, fits: () => true, mount: whenShown("js/tabs/race.js", "mountRace", "css/race.css") },
  { id: "ask", label: "ask", tall: 0.45, fits: () => true, mount: whenShown("js/tabs/ask.js", "mountAsk", "css/cells.css") },
  { id: "confused", label: "confusion", fits: (dataset) => dataset.classes > 0 && dataset.view !== "text", mount: whenShown("js/tabs/confusion.js", "mountConfusion", "css/cells.css") },
  { id: "clinic", label: "clinic", fits: (_, s) => s.clinic !== null, mount: whenShown("js/tabs/clinic.js", "mountClinic") },
  { id: "code", label: "asCode", tall: 0.5, fits: () => true, mount: whenShown("js/tabs/code.js", "mountCode", "css/code.css") },
  { id: "numbers", label: "numbers", fits: () => true, mount: whenShown("js/tabs/numbers.js", "mountNumbers") },
];

/** @param {Session} session */
export function mountTabs(session) {
  const { store } = session, list = byId("tablist"), box = byId("panels");
  const tabs = TABS.map((tab) => {
    const button = h("button", { id: `of-${tab.id}`, role: "tab", type: "button", "aria-controls": `tab-${tab.id}`, "data-t": tab.label }, t(tab.label));
    const panel = h("div", { id: `tab-${tab.id}`, role: "tabpanel", "aria-labelledby": `of-${tab.id}`, hidden: true });
    list.append(button);
    box.append(panel);
    return { ...tab, button, panel, show: tab.mount(session, panel, () => !panel.hidden) };
  });
  const select = (/** @type {typeof tabs[number]} */ chosen) => {
    for (const tab of tabs) {
      const on = tab === chosen;
      tab.button.setAttribute("aria-selected", String(on));
      tab.button.tabIndex = on ? 0 : -1;
      tab.panel.hidden = !on;
    }
    store.set({ tab: { id: chosen.id, tall: chosen.tall } });
    chosen.show();
  };
  for (const tab of tabs) {
    tab.button.addEventListener("click", () => select(tab));
  }
  rovingTabs(list);
  select(tabs[0]);
  // A case that is opened shows itself.
  store.on(["clinic"], ({ clinic }) => {
    const tab = tabs.find(({ id }) => id === "clinic");
    if (tab && clinic) select(tab);
  });
  store.on(["dataset", "network", "clinic"], (s) => {
    const { dataset } = s;
    if (!dataset) return;
    for (const tab of tabs) tab.button.hidden = !tab.fits(dataset, s);
    if (tabs.some((tab) => tab.button.hidden && !tab.panel.hidden)) select(tabs[0]);
  });
}
