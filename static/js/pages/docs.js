/** The API's documentation, made from openapi.json on this very server; every call can be tried. */
import { h } from "../dom.js";

/** @param {any} schema @param {any} root @param {number} depth @returns {any} */
function example(schema, root, depth = 0) {
  if (!schema || depth > 4) return null;
  if (schema.$ref) return example(root.components.schemas[schema.$ref.split("/").pop()], root, depth);
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice) return example(choice.find((/** @type {any} */ s) => s.type !== "null") ?? choice[0], root, depth);
  if (schema.properties) return Object.fromEntries(Object.entries(schema.properties).map(([k, v]) => [k, example(v, root, depth + 1)]));
  if (schema.type === "array") return [example(schema.items, root, depth + 1)];
  if (schema.type === "number" || schema.type === "integer") return schema.minimum ?? 0;
  return schema.type === "object" ? {} : null;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {any} operation
 * @param {any} root
 */
function operationView(method, path, operation, root) {
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  const fields = (operation.parameters ?? []).map((/** @type {any} */ p) => {
    const input = h("input", { type: "text", placeholder: String(p.schema?.default ?? ""), "data-in": p.in, "data-name": p.name });
    return h("label", { class: "field" }, `${p.name}${p.required ? " *" : ""} (${p.in}) ${p.description ?? ""}`, input);
  });
  const text = body ? h("textarea", { value: JSON.stringify(example(body, root), null, 1), "aria-label": "request body" }) : null;
  const result = h("pre", { hidden: true });
  const send = async () => {
    let url = path;
    const query = new URLSearchParams();
    for (const field of view.querySelectorAll("input")) {
      if (!field.value) continue;
      if (field.dataset.in === "path") url = url.replace(`{${field.dataset.name}}`, encodeURIComponent(field.value));
      if (field.dataset.in === "query") query.set(field.dataset.name ?? "", field.value);
    }
    result.hidden = false;
    result.textContent = "…";
    try {
      const response = await fetch(query.size ? `${url}?${query}` : url, { method: method.toUpperCase(), ...(text ? { body: text.value, headers: { "Content-Type": "application/json" } } : {}) });
      const answer = await response.text();
      let shown = answer;
      try {
        shown = JSON.stringify(JSON.parse(answer), null, 1);
      } catch {
        // Not JSON: shown as it is.
      }
      result.textContent = `${response.status}\n${shown.slice(0, 20000)}`;
    } catch (error) {
      result.textContent = String(error);
    }
  };
  const streaming = path.endsWith("/stream");
  const responses = Object.entries(operation.responses).map(([code, r]) => `${code} ${/** @type {any} */ (r).description}`).join(" · ");
  const view = h("details", { id: `${method}-${path}` },
    h("summary", {}, h("span", { class: `method ${method}` }, method.toUpperCase()), h("code", {}, path), h("span", {}, operation.summary ?? "")),
    h("div", { class: "body" }, h("p", {}, operation.description ?? ""), ...fields, text,
      h("p", { class: "hint" }, responses),
      h("div", { class: "row" }, h("button", { type: "button", onclick: () => void send(), disabled: streaming }, streaming ? "a stream: use EventSource or curl" : "Try it")), result));
  return view;
}

const root = await fetch("/openapi.json").then((r) => r.json());
const contents = document.getElementById("contents"), box = document.getElementById("operations");
/** @type {Map<string, HTMLElement[]>} */
const groups = new Map();
for (const [path, methods] of Object.entries(root.paths)) {
  for (const [method, operation] of Object.entries(/** @type {any} */ (methods))) {
    const tag = operation.tags?.[0] ?? "other";
    groups.set(tag, [...(groups.get(tag) ?? []), operationView(method, path, operation, root)]);
  }
}
box?.replaceChildren(h("p", {}, root.info.description), ...[...groups].flatMap(([tag, views]) => [h("h2", { id: tag }, tag), ...views]));
contents?.replaceChildren(...[...groups].flatMap(([tag, views]) => [h("b", {}, tag), ...views.map((v) => h("a", { href: `#${v.id}`, onclick: () => { /** @type {HTMLDetailsElement} */ (v).open = true; } }, `${v.querySelector(".method")?.textContent} ${v.querySelector("code")?.textContent}`))]));
