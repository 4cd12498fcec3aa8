import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { filterOfSearch, mayAct, mergeSession, mergeSessions, noFilter, rowsOf, searchOfFilter, waitingSince } from "../../Services/Gateway/Web/inbox/state/rows.js";
import { ana, at, me, session } from "./support.mjs";

const filter = (fields) => ({ ...noFilter, ...fields });
const known = (...list) => Object.fromEntries(list.map((each) => [each.id, each]));
const ids = (rows) => rows.map((row) => row.id);

describe("A list", () => {
  const mine = session({ id: "mine", last_activity_at: at(3) });
  const other = session({ id: "other", agent: { id: "a-bruno", name: "Bruno" }, last_activity_at: at(2) });
  const queued = session({ id: "queued", agent: null, status: "waiting", waiting_since: at(1), last_activity_at: at(1) });
  const later = session({ id: "later", agent: null, status: "waiting", waiting_since: at(2), last_activity_at: at(9) });
  const resolved = session({ id: "resolved", agent: null, status: "resolved", last_activity_at: at(4) });
  const sessions = known(mine, other, queued, later, resolved);

  test("has what belongs to its view, newest first", () => {
    assert.deepEqual(ids(rowsOf(sessions, null, filter({ view: "mine" }), me.id)), ["mine"]);
    assert.deepEqual(ids(rowsOf(sessions, null, filter({ view: "unassigned" }), me.id)), ["later", "queued"]);
    assert.deepEqual(ids(rowsOf(sessions, null, filter({ view: "all" }), me.id)), ["later", "mine", "other", "queued"]);
  });

  test("sorts by the longest wait, those that do not wait last", () => {
    assert.deepEqual(ids(rowsOf(sessions, null, filter({ view: "all", sort: "waiting" }), me.id)), ["queued", "later", "mine", "other"]);
  });

  test("trusts the service about whose a resolved conversation was", () => {
    const resolvedOnes = filter({ view: "mine", status: "resolved" });
    assert.deepEqual(ids(rowsOf(sessions, { ids: ["resolved"] }, resolvedOnes, me.id)), ["resolved"]);
    assert.deepEqual(ids(rowsOf(sessions, { ids: [] }, resolvedOnes, me.id)), []);
  });

  test("stops at the last fetched row while more are to come, except for what is newer", () => {
    const list = { ids: ["later", "mine"], cursor: "next", edge: "mine" };
    assert.deepEqual(ids(rowsOf(sessions, list, filter({ view: "all" }), me.id)), ["later", "mine"]);
  });

  test("of a text search is what the service found, in its order", () => {
    assert.deepEqual(ids(rowsOf(sessions, { ids: ["other", "mine", "gone"] }, filter({ view: "all", text: "tent" }), me.id)), ["other", "mine"]);
  });
});

test("Of two copies of a row the one that covers more stays; of equals the one fetched later", () => {
  const older = session({ last_sequence: 4 }), newer = session({ last_sequence: 5 });
  assert.equal(mergeSession(newer, older), newer);
  assert.equal(mergeSession(older, newer), newer);
  const again = session({ last_sequence: 5 });
  assert.equal(mergeSession(newer, again), again);
});

test("Waiting counts from the queue or from the customer's last word, and ends with ours", () => {
  const last = (author) => ({ kind: "message", author, text: "", sent_at: at(7), sequence: 1 });
  assert.equal(waitingSince(session({ status: "waiting", waiting_since: at(1) })), at(1));
  assert.equal(waitingSince(session({ last_message: last(ana) })), at(7));
  assert.equal(waitingSince(session({ last_message: last(me) })), null);
  assert.equal(waitingSince(session({ status: "resolved", last_message: last(ana) })), null);
});

test("An answer that was on its way while the agent read does not bring the badge back", () => {
  const stale = session({ last_sequence: 5, last_message_sequence: 4, unread_count: 2 });
  assert.equal(mergeSessions({}, [stale], { "s-1": 4 })["s-1"].unread_count, 0);
  assert.equal(mergeSessions({}, [stale], { "s-1": 3 })["s-1"].unread_count, 2);
});

describe("The address", () => {
  test("carries the filter there and back", () => {
    const given = filter({ view: "all", status: "pending", channel: "sms", sort: "waiting", text: "tent & pole" });
    assert.deepEqual(filterOfSearch(searchOfFilter(given)), given);
    assert.equal(searchOfFilter(noFilter), "");
  });

  test("with nonsense in it shows the first list", () => {
    assert.deepEqual(filterOfSearch("?view=<x>&status=../&sort=7&channel=pigeon"), noFilter);
  });
});

test("A conversation is changed by its agent, by anybody while nobody holds it, and always by supervisors", () => {
  const held = session({ agent: { id: "a-bruno", name: "Bruno" } }), free = session({ agent: null, status: "waiting" });
  const agent = { id: me.id, role: "agent" };
  assert.deepEqual([session(), held, free].map((each) => mayAct(each, agent)), [true, false, true]);
  assert.equal(mayAct(held, { id: "x", role: "supervisor" }), true);
  assert.equal(mayAct(free, { id: "x", role: "viewer" }), false);
  assert.equal(mayAct(session({ status: "closed", agent: null }), { id: "x", role: "admin" }), false);
});
