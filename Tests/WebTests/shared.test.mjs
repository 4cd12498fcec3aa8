import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { exampleOfSchema, fieldsOf, operationsByTag, search, snippet, typeWords } from "../../Services/Gateway/Web/docs/reference.js";
import { contrastWithWhite, fieldOf, originOf } from "../../Services/Gateway/Web/settings/rules.js";
import { safeNext } from "../../Services/Gateway/Web/shared/api.js";
import { newIdentifier } from "../../Services/Gateway/Web/shared/identifier.js";
import { Problem } from "../../Services/Gateway/Web/shared/problem.js";
import { comingMoment, daysBetween, shortMoment, span } from "../../Services/Gateway/Web/shared/time.js";
import { firstName } from "../../Services/Gateway/Web/shared/words.js";

test("An id is a UUID of version 7 that sorts by its time", () => {
  const random = Uint8Array.from({ length: 10 }, (_, index) => 255 - index);
  const one = newIdentifier(1_700_000_000_000, random), next = newIdentifier(1_700_000_000_001, random);
  assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(one < next);
  assert.equal(parseInt(one.replaceAll("-", "").slice(0, 12), 16), 1_700_000_000_000);
});

test("A problem has its code, its fields, and says whether trying again may help", () => {
  const problem = new Problem(422, { type: "https://x.example/problems/field-invalid", detail: "No.", errors: [{ field: "email", detail: "Not an address." }] });
  assert.equal(problem.code, "field-invalid");
  assert.deepEqual(problem.fields, { email: "Not an address." });
  assert.equal(problem.isTemporary, false);
  assert.equal(new Problem(503, {}).isTemporary, true);
});

test("Somebody is called by a name, not by a title or an initial", () => {
  for (const [name, first] of [["Ana Lind", "Ana"], ["Dr. Ana Lind", "Ana"], ["Prof. Dr. J. Berg", "Berg"], ["Jr.", "Jr."], ["", ""]]) assert.equal(firstName(name), first);
});

test("After signing in only our own pages are next", () => {
  const origin = "https://chat.acme.example";
  assert.equal(safeNext("?next=%2Finbox%2F1%3Fview%3Dall", origin), `${origin}/inbox/1?view=all`);
  // Browsers leave out tabs and newlines, and read \\ as /; a whole address is what they go to, whatever its path looks like.
  for (const bad of ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "/\n/evil.example", "\t//evil.example", "javascript:alert(1)", "inbox", ""]) {
    assert.equal(safeNext(`?next=${encodeURIComponent(bad)}`, origin), `${origin}/inbox`, JSON.stringify(bad));
  }
  assert.equal(new URL(safeNext(`?next=${encodeURIComponent("/.//evil.example")}`, origin), origin).origin, origin);
});

test("Spans and moments are short words", () => {
  const now = new Date(2026, 10, 19, 14, 35).getTime();
  assert.deepEqual([0, 59_000, 60_000, 52 * 60_000, 68 * 60_000, 26 * 3_600_000, 50 * 3_600_000].map(span), ["now", "now", "1 min", "52 min", "1 h 08", "1 day", "2 days"]);
  assert.equal(shortMoment(new Date(2026, 10, 19, 9, 5), now), "09:05");
  assert.equal(shortMoment(new Date(2026, 10, 18, 23, 59), now), "Yesterday");
  assert.equal(comingMoment(new Date(2026, 10, 20, 9, 0), now), "tomorrow 09:00");
  assert.equal(daysBetween(new Date(2026, 10, 18, 23, 59), now), 1);
});

test("An allowed address is scheme, host and port, nothing else", () => {
  assert.equal(originOf("https://Shop.Example/"), "https://shop.example");
  assert.equal(originOf("http://localhost:8080"), "http://localhost:8080");
  for (const bad of ["shop.example", "https://shop.example/path", "https://*.example", "https://me@shop.example", "ftp://shop.example", "https://shop.example/?a"]) assert.equal(originOf(bad), null, bad);
  assert.equal(fieldOf("allowed_origins[2]", ["name", "allowed_origins"]), "allowed_origins");
  assert.ok(contrastWithWhite("#2a50b8") > 4.5);
  assert.ok(contrastWithWhite("#ffee00") < 2);
});

describe("The reference", () => {
  const document = {
    openapi: "3.1.0", tags: [{ name: "Messages" }],
    paths: {
      "/messages": { post: { tags: ["Messages"], summary: "Send", operationId: "send", requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Draft" } } } }, responses: {} } },
      "/ws": { get: { summary: "Live", responses: { 101: { description: "Live." } } } },
    },
    components: { schemas: {
      Draft: { allOf: [{ $ref: "#/components/schemas/Base" }, { type: "object", required: ["text"], properties: { text: { type: "string", maxLength: 9 } } }] },
      Base: { type: "object", properties: { id: { type: "string", format: "uuid" }, next: { $ref: "#/components/schemas/Draft" }, agent: { anyOf: [{ type: "object", properties: { name: { type: "string" } } }, { type: "null" }] } } },
    } },
  };
  const draft = { $ref: "#/components/schemas/Draft" };

  test("groups by tag and knows sockets", () => {
    assert.deepEqual(operationsByTag(document).map((group) => [group.tag, group.operations.map((operation) => operation.verb)]), [["Messages", ["post"]], ["Other", ["ws"]]]);
  });

  test("follows references, even circular ones, to a bounded depth", () => {
    const fields = fieldsOf(document, draft);
    assert.deepEqual(fields.map((field) => [field.name, field.required]), [["id", false], ["next", false], ["agent", false], ["text", true]]);
    assert.equal(exampleOfSchema(document, draft).next.next.text, "text");
  });

  test("says types in words", () => {
    assert.equal(typeWords(document, { type: "string", maxLength: 9 }), "string, up to 9 characters");
    assert.equal(typeWords(document, { type: ["integer", "null"], minimum: 0, maximum: 10 }), "integer, 0 to 10, or null");
    assert.equal(typeWords(document, { type: "array", items: { type: "string", format: "uuid" } }), "list of uuid");
  });

  test("finds by every word and shows the request", () => {
    const groups = operationsByTag(document);
    assert.equal(search(groups, "send mess").length, 1);
    assert.equal(search(groups, "send nothing").length, 0);
    assert.match(snippet("curl", groups[0].operations[0], "https://x.example", { text: "it's" }), /-X POST https:\/\/x\.example\/messages[\s\S]*it'\\''s/);
  });
});
