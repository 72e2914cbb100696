// The OpenAPI description as a page, without anything from another host.

import { make } from "./dom.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

/** Words in which `this` is code. */
function prose(words, className = "", tag = "p") {
  const parts = (words ?? "").split("`");
  return make(tag, { className }, ...parts.map((part, n) => (n % 2 ? make("code", { textContent: part }) : part)));
}

function resolve(schema, api) {
  if (!schema?.$ref) return schema;
  return schema.$ref.slice(2).split("/").reduce((found, key) => found[key], api);
}

function kind(schema, api) {
  const found = resolve(schema, api) ?? {};
  if (found.anyOf) return found.anyOf.map((one) => kind(one, api)).join(" | ");
  if (found.enum) return found.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (found.type === "array") return `list of ${kind(found.items, api)}`;
  return found.type ?? found.title ?? "any";
}

function rows(fields) {
  const table = make("table");
  for (const { name, type, required, description } of fields) {
    table.append(
      make(
        "tr",
        {},
        make("th", {}, make("code", { textContent: name })),
        make("td", {}, make("code", { textContent: type })),
        prose([required ? "required" : "", description].filter(Boolean).join("; "), "", "td"),
      ),
    );
  }
  return table;
}

function fieldsOf(schema, api) {
  let found = resolve(schema, api) ?? {};
  if (found.type === "array") found = resolve(found.items, api);
  return Object.entries(found.properties ?? {}).map(([name, property]) => ({
    name,
    type: kind(property, api),
    required: found.required?.includes(name),
    description: property.description,
  }));
}

function operation(path, method, described, api) {
  const summary = make(
    "summary",
    {},
    make("code", { className: "method", textContent: method.toUpperCase() }),
    make("span", { className: "about" }, make("code", { textContent: path }), ` \u2003${described.summary ?? ""}`),
  );
  const body = make("div", { className: "body" }, prose(described.description));
  const parameters = (described.parameters ?? []).map((one) => ({
    name: one.name,
    type: kind(one.schema, api),
    required: one.required,
    description: one.description ?? one.schema?.description,
  }));
  if (parameters.length) body.append(rows(parameters));
  const sent = described.requestBody?.content?.["application/json"]?.schema;
  if (sent) body.append(prose(resolve(sent, api).description, "quiet"), rows(fieldsOf(sent, api)));
  return make("details", {}, summary, body);
}

const api = await (await fetch("openapi.json")).json();
const groups = new Map();
for (const [path, methods] of Object.entries(api.paths)) {
  for (const method of METHODS.filter((one) => one in methods)) {
    const tag = methods[method].tags?.[0] ?? "Other";
    if (!groups.has(tag)) groups.set(tag, make("section", {}, make("h2", { textContent: tag })));
    groups.get(tag).append(operation(path, method, methods[method], api));
  }
}
document.getElementById("operations").append(...groups.values());
