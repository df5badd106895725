/** Ten exercises from one's own network, with their solutions, to be printed. */
import { api } from "../api.js";
import { equation, sentence, titleOf } from "../backprop/lines.js";
import { byId, h } from "../dom.js";
import { leavesOf, m, symbol } from "../formula.js";
import { mountKeys, mountMessages, openShell, shellState } from "../shell.js";
import { Store } from "../store.js";
import { t, told } from "../words.js";

const COUNT = 10;

const store = new Store({ ...shellState(), network: /** @type {any} */ (null), dataset: /** @type {any} */ (null), made: /** @type {any[]} */ ([]), problem: /** @type {unknown} */ (null) });

async function start() {
  mountMessages(store);
  mountKeys({});
  byId("print").addEventListener("click", () => print());
  const asked = new URLSearchParams(location.search), id = asked.get("network") ?? "", first = Number(asked.get("seed") ?? 1) || 1;
  try {
    const network = await api.network(id), dataset = await api.dataset(id);
    const made = [];
    // Easy ones first: one number, then a delta, then an update.
    for (let k = 0; k < COUNT; k++) made.push(await api.exercise(id, { seed: first + k, level: k < 4 ? 1 : k < 7 ? 2 : 3, solutions: true }));
    store.set({ network, dataset, made });
  } catch (error) {
    store.set({ problem: error });
  }
  store.on(["made", "problem", "language"], (s) => {
    byId("lead").textContent = s.problem ? t("exercisesProblem", { text: told(s.problem) }) : t("exercisesLead", { step: s.network?.step ?? 0, name: s.network?.name ?? "" });
    byId("exercises").replaceChildren(...s.made.map((made) => sheet(made, false)));
    byId("solutions").replaceChildren(...s.made.map((made) => sheet(made, true)));
  });
}

/** @param {any} made @param {boolean} solved */
function sheet(made, solved) {
  const reading = { state: /** @type {any} */ (store.state), digits: 5 };
  const asked = new Set(made.lines.filter((/** @type {any} */ line) => line.blank).map((/** @type {any} */ line) => line.left));
  const given = new Map();
  if (!solved) for (const line of made.lines) for (const leaf of line.blank ? leavesOf(line.term) : []) if (leaf.symbol && !asked.has(leaf.symbol)) given.set(leaf.symbol, leaf.value);
  const lines = made.lines.filter((/** @type {any} */ line) => solved ? line.blank : true);
  return h("li", {}, h("p", { class: "hint" }, `${t(`bp.level${made.level}`)} · ${t("bp.sample")} ${made.sample + 1}`),
    ...(given.size ? [h("p", { class: "given-list" }, ...[...given].map(([name, value]) => h("span", {}, m("math", symbol(name), m("mo", "="), m("mn", String(Number(value.toPrecision(5))).replace("-", "−"))))))] : []),
    ...lines.map((/** @type {any} */ line) => h("div", { class: "sheet-line" }, h("span", { class: "hint" }, `${titleOf(reading.state, line.layer)} · ${sentence(reading.state, line)}`),
      solved || !line.blank ? equation(reading, solved ? line : { ...line, term: blanked(line.term, asked) }) : h("div", { class: "equation" }, m("math", symbol(line.left), m("mo", "=")), h("span", { class: "write-here" })))));
}

/** Without what is asked for. @param {any} term @param {Set<string>} asked @returns {any} */
const blanked = (term, asked) => ("op" in term ? { ...term, of: term.of.map((/** @type {any} */ one) => blanked(one, asked)) } : asked.has(term.symbol) ? { ...term, value: null } : term);

void openShell(store, start);
