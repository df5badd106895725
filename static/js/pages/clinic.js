/** The clinic: networks with a fault planted, to be opened in the playground and cured there. */
import { api } from "../api.js";
import { byId, h } from "../dom.js";
import { toFragment } from "../link.js";
import { remembered } from "../remembered.js";
import { mountKeys, mountMessages, openShell, shellState } from "../shell.js";
import { Store } from "../store.js";
import { goalText } from "../tabs/clinic.js";
import { pick, t, told } from "../words.js";

const store = new Store({ ...shellState(), cases: /** @type {any[]} */ ([]), catalog: /** @type {any} */ (null), problem: /** @type {unknown} */ (null) });

async function start() {
  mountMessages(store);
  mountKeys({});
  try {
    const [cases, catalog] = await Promise.all([api.clinic(), api.catalog()]);
    store.set({ cases, catalog });
  } catch (error) {
    store.set({ problem: error });
  }
  store.on(["cases", "problem", "language"], (s) => {
    const cured = s.cases.filter((one) => remembered(`cured-${one.name}`)).length;
    byId("tally").textContent = s.problem ? told(s.problem) : t("clinic.tally", { n: cured, of: s.cases.length });
    byId("cases").replaceChildren(...s.cases.map((one, k) => h("li", { id: one.name, class: remembered(`cured-${one.name}`) ? "done" : "" },
      h("h2", {}, h("span", { class: "number" }, `${k + 1}`), " ", pick(one.title), ...(remembered(`cured-${one.name}`) ? [h("span", { class: "cured" }, ` ✓ ${t("clinic.cured")}`)] : [])),
      h("p", {}, pick(one.story)), h("p", { class: "goal" }, h("b", {}, t("clinic.goal")), " ", goalText(one.goal)),
      h("p", {}, h("a", { class: "button primary", "data-case": one.name, href: `/#${toFragment(one.spec, s.catalog, { clinic: one.name })}` }, t("clinic.open"))))));
    // An address names a case: it is shown once they are there.
    const wanted = location.hash.slice(1);
    if (wanted && s.cases.length) document.getElementById(wanted)?.scrollIntoView();
  });
}

void openShell(store, start);
