import assert from "node:assert/strict";
import { test } from "node:test";
import { expiryOf, expiryState, keyErrors, scopeWords } from "../../Services/Gateway/Web/keys/keys.js";
import { deviceName, fitting, inviteErrors, stateOf } from "../../Services/Gateway/Web/people/people.js";

const user = (name, change = {}) => ({ id: name, name, email: `${name.toLowerCase()}@acme.example`, role: "agent", disabled: false, access: { state: "ready", link_expires_at: null, session_count: 0, last_used_at: null }, ...change });
const invited = user("Bruno", { access: { state: "invited", link_expires_at: "2026-12-01T00:00:00Z" } });

test("a person's state is what keeps them from signing in", () => {
  assert.equal(stateOf(user("Ana")).id, "active");
  assert.equal(stateOf(invited).name, "Invited");
  assert.equal(stateOf(user("Carla", { access: { state: "invited", link_expires_at: null } })).name, "Invitation ended");
  assert.equal(stateOf(user("Dora", { access: { state: "reset", link_expires_at: null } })).name, "Link ended");
  assert.equal(stateOf({ ...invited, disabled: true }).id, "disabled");
  assert.equal(stateOf({ ...user("Ana"), access: undefined }).id, "active", "an older service says nothing of it");
});

test("search and filter leave those who fit both", () => {
  const all = [user("Ana"), invited, user("Carla", { disabled: true }), user("Dora", { access: { state: "reset", link_expires_at: null } })];
  assert.deepEqual(fitting(all, "", "").map(({ name }) => name), ["Ana", "Bruno", "Carla", "Dora"]);
  assert.deepEqual(fitting(all, "", "invited").map(({ name }) => name), ["Bruno", "Dora"]);
  assert.deepEqual(fitting(all, " BRUNO@acme ", "invited").map(({ name }) => name), ["Bruno"]);
  assert.deepEqual(fitting(all, "bruno", "active"), []);
});

test("an invitation needs a name and something like an address", () => {
  assert.deepEqual(inviteErrors({ name: "Ana", email: " ana@acme.example " }), {});
  assert.deepEqual(Object.keys(inviteErrors({ name: " ", email: "ana@acme" })), ["name", "email"]);
});

test("a browser is called by its own name, not by those it claims", () => {
  const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
  assert.equal(deviceName(chrome), "Chrome on Linux");
  assert.equal(deviceName(`${chrome} Edg/126.0`), "Edge on Linux");
  assert.equal(deviceName("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1"), "Safari on iPhone");
  assert.equal(deviceName("curl/8.5.0"), "curl");
  assert.equal(deviceName(null), "Not known");
});

test("a key's scopes, end and form read as a person would say them", () => {
  const now = Date.parse("2026-11-30T12:00:00Z");
  assert.equal(scopeWords(null), "Everything");
  assert.equal(scopeWords(["routing:read", "conversations:read"]), "Read conversations, Read teams and routing");
  assert.equal(expiryOf("", now), undefined);
  assert.equal(expiryOf("30", now), "2026-12-30T12:00:00.000Z");
  assert.deepEqual([null, "2026-11-30T11:00:00Z", "2026-12-01T12:00:00Z", "2027-12-01T12:00:00Z"].map((end) => expiryState(end, now)), [null, "ended", "soon", null]);
  assert.deepEqual(Object.keys(keyErrors({ name: "", everything: false, chosen: [] })), ["name", "scopes"]);
  assert.deepEqual(keyErrors({ name: "Shop", everything: true, chosen: [] }), {});
});
