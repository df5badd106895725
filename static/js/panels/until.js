/** The stop rule: what ends playing by itself. */
import { anchored, byId, h } from "../dom.js";
import { listed, t } from "../words.js";

/** Rules that are shares of 1 to the server, and per cent on the page. @param {string} name */
const isShare = (name) => name.endsWith("accuracy");
const tidy = (/** @type {number} */ value) => Number(value.toPrecision(12));

/** @param {import("../session.js").Session} session */
export function mountUntil(session) {
  const { store } = session, button = byId("until"), card = byId("until-card");
  // A phone has no room for it beside Play: there it stands among the settings.
  const home = button.parentElement, narrow = matchMedia("(max-width: 699px)");
  const settle = () => void (narrow.matches ? byId("more").before(button) : home?.append(button));
  narrow.addEventListener("change", settle);
  settle();
  const build = () => {
    const { dataset, until } = store.state;
    const classes = dataset?.task === "classification", tests = Boolean(dataset?.test_inputs.length);
    const rules = /** @type {[string, {min: string, max?: string, step: string}][]} */ ([
      [tests ? "test_loss" : "loss", { min: "0", step: "any" }],
      ...(classes ? [[tests ? "test_accuracy" : "accuracy", { min: "0", max: "100", step: "any" }]] : []),
      ["epochs", { min: "1", max: "1000000", step: "1" }], ["patience", { min: "1", max: "1000000", step: "1" }],
    ]);
    const fields = rules.map(([name, limits]) => {
      const input = h("input", { type: "number", name, ...limits, value: until?.[name] === undefined ? "" : String(isShare(name) ? tidy(until[name] * 100) : until[name]), placeholder: t(`until.${name}.example`) });
      return h("label", { class: "field" }, t(`until.${name}`), input);
    });
    card.replaceChildren(h("h3", {}, t("untilTitle")), h("p", { class: "hint" }, t("untilHint")), ...fields,
      h("div", { class: "row" }, h("button", { type: "submit", class: "primary" }, t("set")), h("button", { type: "button", onclick: () => {
        store.set({ until: null });
        card.hidePopover();
      } }, t("untilNone"))));
  };
  card.addEventListener("submit", (event) => {
    event.preventDefault();
    const found = Object.fromEntries([.../** @type {NodeListOf<HTMLInputElement>} */ (card.querySelectorAll("input"))].filter((input) => input.value !== "").map((input) => [input.name, isShare(input.name) ? tidy(Number(input.value) / 100) : Number(input.value)]));
    store.set({ until: Object.keys(found).length ? found : null });
    card.hidePopover();
    void session.replay();
  });
  store.on(["dataset", "language"], build);
  store.on(["until", "language"], ({ until }) => {
    byId("until-now").textContent = until ? listed(Object.entries(until).map(([name, value]) => t(`until.${name}.now`, { value: isShare(name) ? `${tidy(value * 100)}%` : value }))) : t("until");
    button.setAttribute("aria-pressed", String(Boolean(until)));
  });
  // Of other data another rule may hold.
  store.on(["dataset"], () => store.set({ until: null }));
  anchored(button, card);
}
