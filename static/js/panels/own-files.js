/** Pictures out of files: read one after another in the browser, made small, shown by class before they are sent. */
import { drawImageSample } from "../charts/samples.js";
import { h, selectField } from "../dom.js";
import { classIn, HEAD_BYTES, headOf } from "../model/imagefile.js";
import { t } from "../words.js";

const SIZES = [16, 28, 32], SHOWN = 12, NAMED = 50, TOGETHER = 12;
const MOST_BYTES = 20e6, MOST_PIXELS = 16e6, LARGE = 1e6, MOST_FILES = 5000;

/**
 * @typedef {{path: string, file: File}} Found
 * @typedef {{path: string, pixels: Uint8ClampedArray}} Read `pixels` are (side, side, 4)
 * @typedef {{path: string, why: string}} Failed
 */

/**
 * @param {HTMLElement} pane
 * @param {() => void} changed what there is to send is another
 */
export function mountFiles(pane, changed) {
  let side = 28, colour = false, running = 0;
  /** All that was chosen. @type {Found[]} */
  let chosen = [];
  /** Of these, what has not been read yet. @type {Found[]} */
  let waiting = [];
  const halt = () => {
    running++;
    waiting = [];
  };
  /** @type {Read[]} */
  let read = [];
  /** @type {Failed[]} */
  let failed = [];
  /** Classes that are not wanted. @type {Set<string>} */
  const without = new Set();
  const canvas = document.createElement("canvas");
  /** Where large ones wait. @type {Promise<unknown>} */
  let line = Promise.resolve();

  const files = h("input", { type: "file", multiple: true, accept: "image/png,image/jpeg,image/webp", class: "visually-hidden", tabIndex: -1 });
  const folder = h("input", { type: "file", webkitdirectory: true, class: "visually-hidden", tabIndex: -1 });
  const bar = h("progress", { max: 1, value: 0 }), stop = h("button", { type: "button", onclick: () => { halt(); show(); } });
  const progress = h("div", { class: "row", hidden: true }, bar, stop);
  const options = h("div", { class: "row" }), drop = h("div", { class: "drop" }), said = h("p", { class: "hint", role: "status" });
  const preview = h("div", { class: "picture-classes" }), problems = h("div", { class: "left-out" });
  pane.append(files, folder, drop, options, progress, said, problems, preview);

  for (const input of [files, folder]) {
    input.setAttribute("aria-hidden", "true");
    input.addEventListener("change", () => {
      const found = [...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
      input.value = "";
      void add(found);
    });
  }
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.toggleAttribute("data-over", true);
  });
  drop.addEventListener("dragleave", () => drop.toggleAttribute("data-over", false));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.toggleAttribute("data-over", false);
    const items = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
    void Promise.all(items.map((entry) => walk(entry, ""))).then((found) => add(found.flat()));
  });

  /** @param {Found[]} more */
  async function add(more) {
    if (!more.length) return;
    const room = MOST_FILES - chosen.length;
    chosen.push(...more.slice(0, room));
    waiting.push(...more.slice(0, room));
    failed.push(...more.slice(room).map(({ path }) => ({ path, why: t("pictures.tooMany", { most: MOST_FILES }) })));
    if (progress.hidden) await work(); // else they are read after those before them
  }

  /** Read what waits, in steps; what has been read stays where it is stopped. */
  async function work() {
    const turn = ++running;
    let done = 0;
    progress.hidden = false;
    while (waiting.length && turn === running) {
      bar.value = done / (done + waiting.length);
      const part = waiting.splice(0, TOGETHER), found = await Promise.all(part.map(decoded));
      if (turn !== running) break;
      done += part.length;
      found.forEach((one, k) => {
        if (typeof one === "string") failed.push({ path: part[k].path, why: one });
        else read.push({ path: part[k].path, pixels: one });
      });
      said.textContent = t("pictures.reading", { n: done, of: done + waiting.length });
      await new Promise((resolve) => setTimeout(resolve));
    }
    if (turn === running) show();
  }

  /** @param {Found} found @returns {Promise<Uint8ClampedArray | string>} or why not */
  async function decoded({ file }) {
    if (!file.size) return t("pictures.broken");
    if (file.size > MOST_BYTES) return t("pictures.tooLarge", { most: MOST_BYTES / 1e6 });
    try {
      const head = headOf(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
      if (!("width" in head)) return t(head.kind === "other" ? "pictures.noPicture" : "pictures.kind", { kind: head.kind.toUpperCase() });
      if (!head.width || !head.height) return t("pictures.broken");
      if (head.width * head.height > MOST_PIXELS) return t("pictures.tooManyPixels", { width: head.width, height: head.height, most: MOST_PIXELS / 1e6 });
      // By what it is, not by what its name says. Large ones wait for each other: decoded they are.
      const decode = () => createImageBitmap(new Blob([file], { type: `image/${head.kind}` })).then(small);
      if (head.width * head.height < LARGE) return await decode();
      const mine = line.then(decode);
      line = mine.catch(() => {});
      return await mine;
    } catch {
      return t("pictures.broken");
    }
  }

  /** The largest square in its middle, on white where nothing is. @param {ImageBitmap} bitmap */
  function small(bitmap) {
    canvas.width = canvas.height = side;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
    const square = Math.min(bitmap.width, bitmap.height);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, side, side);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, (bitmap.width - square) / 2, (bitmap.height - square) / 2, square, square, 0, 0, side, side);
    bitmap.close();
    return context.getImageData(0, 0, side, side).data;
  }

  /** By class; where all lie in one folder, their own names tell them apart. @returns {Map<string, Read[]>} */
  function classes() {
    const folders = new Set(read.map(({ path }) => classIn(path, true))), byFolder = folders.size > 1;
    /** @type {Map<string, Read[]>} */
    const found = new Map();
    for (const one of read) {
      const name = classIn(one.path, byFolder);
      if (without.has(name)) continue;
      const all = found.get(name);
      if (all) all.push(one);
      else found.set(name, [one]);
    }
    return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Of one picture, 0 to 255: grey is ink on the paper that most pictures have at their rims. */
  function numbers() {
    const luma = (/** @type {Uint8ClampedArray} */ p, /** @type {number} */ at) => Math.round(0.299 * p[at] + 0.587 * p[at + 1] + 0.114 * p[at + 2]);
    const rims = read.map(({ pixels }) => luma(pixels, 0) + luma(pixels, 4 * (side - 1)) + luma(pixels, pixels.length - 4));
    const light = rims.filter((sum) => sum > 382).length * 2 > rims.length;
    return (/** @type {Uint8ClampedArray} */ p) => Array.from({ length: side }, (_, r) => Array.from({ length: side }, (_, c) => {
      const at = 4 * (r * side + c);
      return colour ? [p[at], p[at + 1], p[at + 2]] : light ? 255 - luma(p, at) : luma(p, at);
    }));
  }

  function show() {
    progress.hidden = true;
    const found = classes(), of = numbers();
    said.textContent = !chosen.length ? "" : t("pictures.found", { n: read.length, of: chosen.length, classes: [...found.keys()].filter(Boolean).length });
    preview.replaceChildren(...[...found].map(([name, all]) => h("section", {}, h("h3", {}, name || t("pictures.noClass"), h("small", {}, t("pictures.count", { n: all.length })),
      h("button", { type: "button", class: "quiet", "aria-label": t("pictures.leave", { name: name || t("pictures.noClass") }), onclick: () => { without.add(name); show(); } }, "×")),
      h("div", { class: "row" }, ...all.slice(0, SHOWN).map(({ path, pixels }) => {
        const thumb = h("canvas", { role: "img", title: path, "aria-label": path });
        const picture = of(pixels).map((line) => line.map((v) => (Array.isArray(v) ? v.map((one) => one / 255) : [v / 255])));
        requestAnimationFrame(() => drawImageSample(thumb, picture));
        return thumb;
      }), all.length > SHOWN ? h("span", { class: "hint" }, t("unitsNotShown", { n: all.length - SHOWN })) : null))));
    problems.replaceChildren(...(failed.length ? [h("details", { open: failed.length <= 12 }, h("summary", { class: "problem" }, t("pictures.leftOut", { n: failed.length })),
      h("ul", {}, ...failed.slice(0, NAMED).map(({ path, why }) => h("li", {}, h("b", {}, path), ` ${why}`)), failed.length > NAMED ? h("li", {}, t("unitsNotShown", { n: failed.length - NAMED })) : null))] : []));
    options.hidden = !chosen.length;
    changed();
  }

  function words() {
    stop.textContent = t("pictures.stop");
    bar.setAttribute("aria-label", t("pictures.progress"));
    drop.replaceChildren(h("p", {}, t("pictures.drop")), h("div", { class: "row" },
      h("button", { type: "button", id: "pictures-files", onclick: () => files.click() }, t("pictures.files")), h("button", { type: "button", onclick: () => folder.click() }, t("pictures.folder"))),
    h("p", { class: "hint" }, t("pictures.rule")));
    const again = () => {
      read = [];
      failed = [];
      waiting = [...chosen];
      void work();
    };
    options.replaceChildren(
      selectField(t("pictures.size"), SIZES.map((n) => ({ value: String(n), text: `${n} × ${n}` })), String(side), (value) => { side = Number(value); again(); }).field,
      selectField(t("pictures.colours"), ["grey", "colour"].map((value) => ({ value, text: t(`pictures.${value}`) })), colour ? "colour" : "grey", (value) => { colour = value === "colour"; show(); }).field,
      h("button", { type: "button", onclick: () => { halt(); chosen = []; read = []; failed = []; without.clear(); show(); } }, t("pictures.empty")));
    if (progress.hidden) show();
  }

  return {
    words,
    /** What is to be sent; those without a class stay behind. */
    sending() {
      const of = numbers(), named = [...classes()].filter(([name]) => name).flatMap(([name, all]) => all.map(({ pixels }) => ({ name, pixels })));
      return { images: named.map(({ pixels }) => of(pixels)), labels: named.map(({ name }) => name) };
    },
    /** How many of each class. */
    counts: () => new Map([...classes()].filter(([name]) => name).map(([name, all]) => [name, all.length])),
    names: () => [...classes().keys()].filter(Boolean),
    busy: () => !progress.hidden,
  };
}

/** All files in a folder that was dropped, and in those inside it. @param {any} entry @param {string} under @returns {Promise<Found[]>} */
async function walk(entry, under) {
  const path = under ? `${under}/${entry.name}` : entry.name;
  if (entry.isFile) return [{ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) }];
  const reader = entry.createReader(), found = [];
  // A reader gives some at a time, until it gives none.
  for (;;) {
    const some = /** @type {any[]} */ (await new Promise((resolve, reject) => reader.readEntries(resolve, reject)));
    if (!some.length) return found;
    for (const one of some) found.push(...await walk(one, path));
  }
}
