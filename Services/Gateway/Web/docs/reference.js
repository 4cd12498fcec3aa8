/* Reads an OpenAPI 3.1 document: operations by tag, schemas with their references followed, examples where the document has none. */

/** How deep nested fields are listed and examples are made; deeper ones are named only. */
const deepest = 4;
const verbs = ["get", "post", "put", "patch", "delete"];

export function resolve(document, value) {
  let found = value;
  for (let step = 0; step < 20 && found && found.$ref; step += 1) {
    const parts = found.$ref.replace(/^#\//, "").split("/").map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"));
    const { $ref, ...beside } = found;
    found = { ...parts.reduce((at, part) => at?.[part], document), ...beside };
  }
  return found || {};
}

/** [{tag, operations: [{key, verb, path, …}]}] in the document's order of tags; operations without one come last. */
export function operationsByTag(document) {
  const groups = new Map((document.tags || []).map((tag) => [tag.name, []]));
  for (const [path, given] of Object.entries(document.paths || {})) {
    const item = resolve(document, given);
    for (const verb of verbs) {
      const operation = item[verb];
      if (!operation) continue;
      const tag = operation.tags?.[0] || "Other";
      if (!groups.has(tag)) groups.set(tag, []);
      const isSocket = Boolean(operation["x-websocket"]) || Boolean(operation.responses?.["101"]);
      groups.get(tag).push({
        ...operation, key: operation.operationId || `${verb}${path}`.replace(/[^a-zA-Z0-9]+/g, "-"), verb: isSocket ? "ws" : verb, path, tag,
        title: operation.summary || operation.operationId || `${verb.toUpperCase()} ${path}`,
        parameters: [...(item.parameters || []), ...(operation.parameters || [])].map((parameter) => resolve(document, parameter)),
      });
    }
  }
  return [...groups].map(([tag, operations]) => ({ tag, operations })).filter((group) => group.operations.length > 0);
}

/** The document's own example of a media type, or one made from its schema. */
export function exampleOf(document, media) {
  if (!media) return undefined;
  if (media.example !== undefined) return media.example;
  const first = Object.values(media.examples || {})[0];
  if (first) return resolve(document, first).value;
  return exampleOfSchema(document, media.schema);
}

const samples = {
  uuid: "0193f2a4-7c1e-7b60-9d52-2f1f6a0c9e11", "date-time": "2026-11-19T13:11:08.214Z", date: "2026-11-19", email: "ana@example.com", uri: "https://www.example.com/",
};

export function exampleOfSchema(document, given, depth = 0) {
  const schema = merged(document, given);
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum.find((value) => value !== null);
  if (schema.default !== undefined) return schema.default;
  switch (typesOf(schema)[0]) {
    case "object": {
      if (depth >= deepest) return {};
      return Object.fromEntries(Object.entries(schema.properties || {}).map(([name, property]) => [name, exampleOfSchema(document, property, depth + 1)]));
    }
    case "array": return depth >= deepest || !schema.items ? [] : [exampleOfSchema(document, schema.items, depth + 1)];
    case "integer": return schema.minimum ?? 1;
    case "number": return schema.minimum ?? 1;
    case "boolean": return true;
    case "string": return samples[schema.format] ?? "text";
    default: return null;
  }
}

/** References followed, allOf joined, of oneOf and anyOf the first that is not null. */
export function merged(document, given) {
  let schema = resolve(document, given);
  if (schema.allOf) {
    const { allOf, ...rest } = schema;
    schema = [...allOf.map((part) => merged(document, part)), rest].reduce((sum, part) => ({
      ...sum, ...part, properties: { ...sum.properties, ...part.properties }, required: [...(sum.required || []), ...(part.required || [])],
    }), {});
  }
  const choice = (schema.oneOf || schema.anyOf)?.map((part) => merged(document, part));
  if (choice) {
    const { oneOf, anyOf, ...rest } = schema;
    const first = choice.find((part) => part.type !== "null") || {};
    schema = { ...first, ...rest, nullable: choice.some((part) => part.type === "null") || undefined };
  }
  if (!schema.type && schema.properties) schema = { ...schema, type: "object" };
  return schema;
}

export function typesOf(schema) {
  const types = Array.isArray(schema.type) ? schema.type : schema.type ? [schema.type] : [];
  return types.filter((type) => type !== "null");
}

/** A bound at or above this only says that JSON numbers end there. */
const noBound = Number.MAX_SAFE_INTEGER;

/** "uuid", "string, up to 200", "integer, 0 to 10", "list of uuid, or null". */
export function typeWords(document, given) {
  const schema = merged(document, given);
  const type = typesOf(schema)[0];
  const words = [];
  if (type === "array") words.push(`list of ${typeWords(document, schema.items || {})}`);
  else words.push(schema.format && type === "string" ? schema.format : type || "any value");
  if (schema.enum) words[0] = schema.enum.filter((value) => value !== null).join(" | ");
  const bounded = schema.maximum !== undefined && schema.maximum < noBound;
  if (schema.minimum !== undefined && bounded) words.push(`${schema.minimum} to ${schema.maximum}`);
  else if (bounded) words.push(`up to ${schema.maximum}`);
  else if (schema.minimum !== undefined) words.push(`from ${schema.minimum}`);
  if (schema.maxLength !== undefined) words.push(`up to ${schema.maxLength.toLocaleString("en")} characters`);
  if (schema.nullable || (Array.isArray(schema.type) && schema.type.includes("null")) || schema.enum?.includes(null)) words.push("or null");
  return words.join(", ");
}

/** [{name, type, required, description, fields}] of an object, nested ones included. */
export function fieldsOf(document, given, depth = 0) {
  let schema = merged(document, given);
  if (typesOf(schema)[0] === "array") schema = merged(document, schema.items || {});
  if (!schema.properties || depth >= deepest) return [];
  return Object.entries(schema.properties).map(([name, property]) => ({
    name, type: typeWords(document, property), required: Boolean(schema.required?.includes(name)), description: merged(document, property).description || "",
    fields: fieldsOf(document, property, depth + 1),
  }));
}

export function jsonMedia(content) {
  if (!content) return null;
  const type = Object.keys(content).find((name) => /json/.test(name)) || Object.keys(content)[0];
  return type ? { type, ...content[type] } : null;
}

/** The request as a program would send it. */
export function snippet(language, operation, origin, body) {
  const query = operation.parameters.filter((parameter) => parameter.in === "query" && parameter.required).map((parameter) => `${parameter.name}=…`).join("&");
  const address = origin + operation.path + (query ? `?${query}` : "");
  const open = operation.security && operation.security.length === 0;
  const json = body === undefined ? null : JSON.stringify(body, null, 2);
  const verb = operation.verb.toUpperCase();
  if (operation.verb === "ws") {
    return `websocat --protocol "switchboard.v1, bearer.$TOKEN" \\\n  ${address.replace(/^http/, "ws")}`;
  }
  if (language === "curl") {
    const lines = [`curl ${verb === "GET" ? "" : `-X ${verb} `}${address}`];
    if (!open) lines.push('  -H "Authorization: Bearer $TOKEN"');
    if (json) lines.push('  -H "Content-Type: application/json"', `  -d '${json.replaceAll("'", "'\\''").replaceAll("\n", "\n  ")}'`);
    return lines.join(" \\\n");
  }
  if (language === "Python") {
    const headers = [!open && '"Authorization": f"Bearer {token}"', json && '"Content-Type": "application/json"'].filter(Boolean).join(", ");
    return `import json, urllib.request\n\nrequest = urllib.request.Request(\n    "${address}", method="${verb}",\n    headers={${headers}}${json ? `,\n    data=json.dumps(${json.replaceAll(/\btrue\b/g, "True").replaceAll(/\bfalse\b/g, "False").replaceAll(/\bnull\b/g, "None").replaceAll("\n", "\n    ")}).encode()` : ""})\nwith urllib.request.urlopen(request) as answer:\n    print(json.load(answer))`;
  }
  return `var request = URLRequest(url: URL(string: "${address}")!)\nrequest.httpMethod = "${verb}"${open ? "" : '\nrequest.setValue("Bearer \\(token)", forHTTPHeaderField: "Authorization")'}${json ? `\nrequest.setValue("application/json", forHTTPHeaderField: "Content-Type")\nrequest.httpBody = Data(#"""\n${json}\n"""#.utf8)` : ""}\nlet (data, _) = try await URLSession.shared.data(for: request)`;
}

/** Operations in which every searched word occurs somewhere. */
export function search(groups, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return groups;
  return groups.map((group) => ({ ...group, operations: group.operations.filter((operation) => {
    const hay = JSON.stringify([operation.title, operation.path, operation.description, operation.verb, operation.parameters, operation.requestBody, operation.responses, group.tag]).toLowerCase();
    return words.every((word) => hay.includes(word));
  }) })).filter((group) => group.operations.length > 0);
}
