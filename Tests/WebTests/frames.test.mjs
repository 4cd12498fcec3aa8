import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { applyFrame, expireTyping, readHere, typingSpan } from "../../Services/Gateway/Web/inbox/state/frames.js";
import { mergeSession } from "../../Services/Gateway/Web/inbox/state/rows.js";
import { ana, at, bruno, conversation, frame, me, message, messageFrame, noon, session, state } from "./support.mjs";

const apply = (before, ...frames) => frames.reduce((now, each) => applyFrame(now, each, noon)[0], before);
const effects = (before, each) => applyFrame(before, each, noon)[1];

describe("The company's ready frame", () => {
  test("says what does not arrive by itself, and then that everything does", () => {
    const away = apply(state(), { type: "ready", through: 0, data: { session_id: null, through: 0, receipts: [], stale: ["router"] } });
    assert.deepEqual(away.stale, ["router"]);
    assert.deepEqual(apply(away, { type: "ready", through: 0, data: { session_id: null, through: 0, receipts: [], stale: [] } }).stale, []);
    assert.deepEqual(apply(away, { type: "ready", through: 0, data: { session_id: null, through: 0, receipts: [] } }).stale, [], "an older gateway does not say it");
  });
});

describe("A message frame", () => {
  test("moves the row: last line, unread, sequence", () => {
    const row = apply(state(), messageFrame(1), messageFrame(2)).sessions["s-1"];
    assert.equal(row.last_message.text, "text 2");
    assert.equal(row.unread_count, 2);
    assert.equal(row.last_sequence, 2);
    assert.equal(row.last_message_sequence, 2);
    assert.equal(row.last_activity_at, at(2));
  });

  test("changes nothing in a row that was fetched later than it was sent", () => {
    const fetched = session({ last_sequence: 5, last_message_sequence: 5, unread_count: 3 });
    const row = apply(state({ sessions: { "s-1": fetched } }), messageFrame(4), messageFrame(5)).sessions["s-1"];
    assert.deepEqual(row, fetched);
  });

  test("of a conversation that is not known yet calls its agent too", () => {
    const unknown = state({ sessions: {} });
    assert.ok(effects(unknown, messageFrame(1)).some((effect) => effect.type === "arrived"));
    assert.ok(!effects(unknown, messageFrame(1, bruno)).some((effect) => effect.type === "arrived"));
    const toMe = frame("assigned", 2, { agent: { id: me.id, name: me.name }, previous_agent: null, reason: "routed", at: at(2), status: "assigned" });
    assert.deepEqual(effects(unknown, toMe).filter((effect) => effect.type === "assigned-to-me"), [{ type: "assigned-to-me", sessionID: "s-1", sequence: 2 }]);
    assert.ok(!effects(unknown, frame("assigned", 2, { agent: { id: bruno.id, name: "Bruno" }, previous_agent: null, reason: "routed", at: at(2), status: "assigned" })).some((effect) => effect.type === "assigned-to-me"));
  });

  test("that comes twice counts once", () => {
    const row = apply(state(), messageFrame(1), messageFrame(1)).sessions["s-1"];
    assert.equal(row.unread_count, 1);
  });

  test("of our side is not unread", () => {
    assert.equal(apply(state(), messageFrame(1, bruno)).sessions["s-1"].unread_count, 0);
  });

  test("of an unknown session asks for it", () => {
    assert.deepEqual(effects(state({ sessions: {} }), messageFrame(1)).filter((effect) => effect.type === "fetch-session"), [{ type: "fetch-session", id: "s-1" }]);
  });

  test("acknowledges a reply whose answer was lost", () => {
    assert.ok(effects(state(), messageFrame(1, me)).some((effect) => effect.type === "acknowledged" && effect.id === "m-1" && effect.sequence === 1));
  });

  test("ends its author's typing", () => {
    const typing = apply(state(), frame("typing", null, { author: ana, active: true }));
    assert.equal(Object.keys(typing.typing["s-1"]).length, 1, "without typing this test proves nothing");
    assert.equal(Object.keys(apply(typing, messageFrame(1)).typing["s-1"]).length, 0);
  });
});

describe("A subscribed conversation", () => {
  const open = (entries, fields) => state({ conversations: { "s-1": conversation(entries, fields) } });

  test("resumes: a replay that overlaps what is there adds what is missing and raises `through`", () => {
    const before = open([message(1), message(2)]);
    const after = apply(before, messageFrame(2), messageFrame(3), frame("assigned", 4, { agent: { id: bruno.id, name: "Bruno" }, previous_agent: null, reason: "routed", at: at(4), status: "assigned" }), { ...messageFrame(5), through: 6 });
    assert.deepEqual(after.conversations["s-1"].entries.map((entry) => entry.sequence), [1, 2, 3, 4, 5]);
    assert.equal(after.conversations["s-1"].through, 6);
  });

  test("that is not subscribed takes no entries, so that its `through` stays true", () => {
    const after = apply(open([message(1)], { subscribed: false }), messageFrame(5));
    assert.deepEqual(after.conversations["s-1"].entries.map((entry) => entry.sequence), [1]);
    assert.equal(after.conversations["s-1"].through, 1);
    assert.equal(after.sessions["s-1"].last_sequence, 5, "the row moves all the same");
  });

  test("learns from `ready` how far it is complete and who read what", () => {
    const after = apply(open([message(1, me)]), { type: "ready", sequence: null, through: 9, data: { session_id: "s-1", through: 9, receipts: [{ participant: ana, delivered_through: 1, read_through: 1 }] } });
    assert.equal(after.conversations["s-1"].through, 9);
    assert.equal(after.conversations["s-1"].receipts["customer:c-ana"].read_through, 1);
  });

  test("changes and deletes in place", () => {
    const after = apply(open([message(1), message(2, me)]), frame("message_edited", 3, { id: "m-2", text: "better", edited_at: at(3), by: me }), frame("message_deleted", 4, { id: "m-1", deleted_at: at(4), by: ana }));
    const [first, second] = after.conversations["s-1"].entries;
    assert.equal(second.text, "better");
    assert.equal(first.deleted_at, at(4));
    assert.equal(first.text, "");
    assert.equal(after.conversations["s-1"].through, 4);
  });
});

describe("An assignment", () => {
  const assigned = (sequence, agent) => frame("assigned", sequence, { agent, previous_agent: null, reason: "routed", decision_id: null, at: at(sequence), status: agent ? "assigned" : "waiting" });

  test("to this agent is told once, however often the frame comes", () => {
    const before = state({ sessions: { "s-1": session({ agent: null, status: "waiting" }) } });
    const mine = assigned(1, { id: me.id, name: me.name });
    assert.ok(effects(before, mine).some((effect) => effect.type === "assigned-to-me"));
    const after = apply(before, mine);
    assert.equal(after.sessions["s-1"].status, "assigned");
    assert.ok(!effects(after, mine).some((effect) => effect.type === "assigned-to-me"));
  });

  test("taken away puts the row back into the queue", () => {
    const after = apply(state(), assigned(1, null));
    assert.equal(after.sessions["s-1"].agent, null);
    assert.equal(after.sessions["s-1"].status, "waiting");
  });
});

describe("Reading", () => {
  const row = session({ last_sequence: 3, last_message_sequence: 3, unread_count: 2 });
  const before = state({ sessions: { "s-1": row }, conversations: { "s-1": conversation([message(1), message(2, me), message(3)]) } });

  test("here lowers the badge at once", () => {
    assert.equal(readHere(before, "s-1", 1).sessions["s-1"].unread_count, 1);
    assert.equal(readHere(before, "s-1", 3).sessions["s-1"].unread_count, 0);
  });

  test("in another tab lowers it too", () => {
    assert.equal(apply(before, frame("receipt", null, { participant: me, delivered_through: 3, read_through: 3 })).sessions["s-1"].unread_count, 0);
  });

  test("by a colleague does not", () => {
    assert.equal(apply(before, frame("receipt", null, { participant: bruno, delivered_through: 3, read_through: 3 })).sessions["s-1"].unread_count, 2);
  });

  test("far above what is new never makes more unread", () => {
    const long = state({ sessions: { "s-1": session({ last_message_sequence: 9, unread_count: 1 }) }, conversations: { "s-1": conversation([1, 2, 3, 4, 5, 6, 7, 8, 9].map((each) => message(each))) } });
    assert.equal(readHere(long, "s-1", 2).sessions["s-1"].unread_count, 1);
  });
});

describe("Typing", () => {
  test("goes away when it is not repeated", () => {
    const typing = apply(state(), frame("typing", null, { author: ana, active: true }));
    assert.equal(expireTyping(typing, noon + typingSpan - 1), typing);
    assert.deepEqual(expireTyping(typing, noon + typingSpan).typing, {});
  });

  test("of this agent itself is not shown", () => {
    assert.deepEqual(apply(state(), frame("typing", null, { author: me, active: true })).typing, {});
  });
});

test("A fetched row and the frames behind it end the same in either order", () => {
  const fetched = session({ last_sequence: 2, last_message_sequence: 2, unread_count: 2, last_message: { kind: "message", author: ana, text: "text 2", sent_at: at(2), sequence: 2 }, last_activity_at: at(2) });
  const framesFirst = apply(state(), messageFrame(1), messageFrame(2), messageFrame(3));
  const thenFetched = { ...framesFirst, sessions: { "s-1": mergeSession(framesFirst.sessions["s-1"], fetched) } };
  const fetchedFirst = apply(state({ sessions: { "s-1": fetched } }), messageFrame(1), messageFrame(2), messageFrame(3));
  assert.deepEqual(thenFetched.sessions, fetchedFirst.sessions);
  assert.equal(thenFetched.sessions["s-1"].unread_count, 3);
});

test("A frame of a kind that is not known yet changes nothing", () => {
  const before = state();
  assert.deepEqual(applyFrame(before, { type: "aurora", sequence: 9, data: {} }, noon), [before, []]);
});
