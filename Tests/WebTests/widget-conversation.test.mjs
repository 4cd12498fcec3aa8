import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createConversation } from "../../Services/Gateway/Web/widget/conversation.js";
import { createLanguage } from "../../Services/Gateway/Web/widget/language.js";
import { threadRows } from "../../Services/Gateway/Web/widget/rows.js";
import { ana, at, bruno, frame, message, messageFrame, noon, session } from "./support.mjs";

const english = createLanguage(["en-GB"]);
const visited = (...frames) => {
  const conversation = createConversation(session({ agent: null, status: "waiting" }));
  const news = frames.map((each) => conversation.take(each));
  return { conversation, news };
};
const texts = (conversation) => conversation.entries().map((entry) => entry.message?.text ?? entry.line.kind);
const rowsOf = (conversation, waiting = []) => threadRows([conversation], waiting, english, new Date(noon));

describe("The visitor's conversation", () => {
  test("shows a message once, whether page, frame or acknowledgement brings it, and in whatever order", () => {
    const { conversation } = visited(messageFrame(3, bruno), messageFrame(3, bruno));
    conversation.addPage({ items: [message(1), message(2), message(3, bruno)], through: 3 }, true);
    conversation.add(message(2));
    assert.deepEqual(texts(conversation), ["text 1", "text 2", "text 3"]);
  });

  test("is complete only up to what pages and frames say, not up to what was acknowledged", () => {
    const { conversation } = visited(messageFrame(1));
    conversation.add(message(9));
    assert.equal(conversation.through, 1);
    conversation.take({ type: "ready", through: 4, data: { receipts: [] } });
    assert.equal(conversation.through, 4);
    conversation.take({ type: "queue", sequence: null, through: null, data: { position: 2, estimated_wait_seconds: 60 } });
    assert.equal(conversation.through, 4);
  });

  test("takes in what the session is about, without a line of its own in the thread", () => {
    const { conversation, news } = visited(frame("session", 2, { session_id: "s-1", subject: "Poles", priority: 9, room_id: null }));
    assert.deepEqual([conversation.session.subject, conversation.session.priority, conversation.through], ["Poles", 9, 2]);
    assert.deepEqual([texts(conversation), news], [[], [null]]);
  });

  test("never shows a note, whoever lets one through", () => {
    const { conversation, news } = visited(messageFrame(1, bruno, { kind: "note" }));
    assert.deepEqual([texts(conversation), news], [[], [null]]);
  });

  test("calls only the other side's new messages news", () => {
    const { news } = visited(messageFrame(1, ana), messageFrame(2, bruno), messageFrame(2, bruno));
    assert.deepEqual(news.map((each) => each?.text ?? null), [null, "text 2", null]);
  });

  test("keeps an edit and a deletion when the first version comes again", () => {
    const { conversation } = visited(
      messageFrame(1, bruno), messageFrame(2, bruno),
      frame("message_edited", 3, { id: "m-1", text: "better", edited_at: at(3) }), frame("message_deleted", 4, { id: "m-2", deleted_at: at(4) }),
      messageFrame(1, bruno), messageFrame(2, bruno),
    );
    assert.equal(conversation.find("m-1").text, "better");
    assert.ok(conversation.find("m-2").deleted_at);
    assert.deepEqual(rowsOf(conversation).filter((row) => row.kind === "message").map((row) => [row.text, row.edited, row.removed]), [["better", true, false], ["This message was deleted.", false, true]]);
  });

  test("counts as unread what the other side wrote above the read watermark, which only rises", () => {
    const { conversation } = visited(messageFrame(1, ana), messageFrame(2, bruno), messageFrame(3, bruno));
    assert.deepEqual(conversation.unread().map((each) => each.sequence), [2, 3]);
    conversation.take(frame("receipt", null, { participant: ana, delivered_through: 3, read_through: 2 }));
    conversation.take(frame("receipt", null, { participant: ana, delivered_through: 1, read_through: 1 }));
    assert.deepEqual(conversation.unread().map((each) => each.sequence), [3]);
    conversation.markRead(3);
    assert.equal(conversation.unread().length, 0);
  });

  test("says how far the visitor's own message came: the furthest of the other side's people counts", () => {
    const { conversation } = visited(messageFrame(1, ana));
    const state = () => conversation.stateOf(conversation.find("m-1"));
    assert.equal(state(), "sent");
    conversation.take(frame("receipt", null, { participant: ana, delivered_through: 1, read_through: 1 }));
    assert.equal(state(), "sent", "one's own eyes do not count");
    conversation.take(frame("receipt", null, { participant: bruno, delivered_through: 1, read_through: 0 }));
    assert.equal(state(), "delivered");
    conversation.take({ type: "ready", through: 1, data: { receipts: [{ participant: bruno, delivered_through: 1, read_through: 1 }] } });
    assert.equal(state(), "read");
  });

  test("tells who joined, who left and how it ended, and forgets the queue with the first agent", () => {
    const assigned = (sequence, agent, previous_agent, status) => frame("assigned", sequence, { agent, previous_agent, status, reason: "routed", at: at(sequence) });
    const { conversation } = visited(
      frame("queue", null, { position: 1, estimated_wait_seconds: 30 }), messageFrame(1),
      assigned(2, { id: bruno.id, name: "Bruno" }, null, "assigned"), assigned(3, null, { id: bruno.id, name: "Bruno" }, "waiting"),
      frame("status", 4, { status: "closed", previous_status: "waiting", by: { type: "system", id: null, name: "" }, at: at(4) }),
    );
    assert.deepEqual(texts(conversation), ["text 1", "joined", "left", "closed"]);
    assert.deepEqual(rowsOf(conversation).filter((row) => row.kind === "event").map((row) => row.text), ["Bruno joined", "Bruno left. Somebody else will answer.", "The conversation was closed"]);
    assert.equal(conversation.queue, null);
    assert.ok(conversation.isClosed());
  });
});

describe("The thread's rows", () => {
  test("name each day once and group one author's messages of five minutes", () => {
    const { conversation } = visited(
      messageFrame(1, bruno, { sent_at: "2026-11-18T20:00:00.000Z" }), messageFrame(2, bruno, { sent_at: "2026-11-19T11:00:00.000Z" }), messageFrame(3, bruno, { sent_at: "2026-11-19T11:04:59.000Z" }),
      messageFrame(4, bruno, { sent_at: "2026-11-19T11:30:00.000Z" }), messageFrame(5, ana, { sent_at: "2026-11-19T11:31:00.000Z" }),
    );
    const rows = rowsOf(conversation);
    assert.deepEqual(rows.filter((row) => row.kind === "day").map((row) => row.text), ["Yesterday", "Today"]);
    assert.deepEqual(rows.filter((row) => row.kind === "message").map((row) => [row.first, row.last]), [[true, true], [true, false], [false, true], [true, true], [true, true]]);
  });

  test("give each waiting message its own mark, after everything that was sent", () => {
    const { conversation } = visited(messageFrame(1, ana));
    const rows = rowsOf(conversation, [{ id: "w-1", text: "one", writtenAt: at(2), mark: "waits" }, { id: "w-2", text: "two", writtenAt: at(2), mark: "waits" }]).filter((row) => row.kind === "message");
    assert.deepEqual(rows.map((row) => [row.text, row.mark, row.last]), [["text 1", "sent", true], ["one", "waits", true], ["two", "waits", true]]);
  });

  test("have keys of their own, also when days alternate", () => {
    const { conversation } = visited(messageFrame(1, ana, { sent_at: "2026-11-18T12:00:00.000Z" }), messageFrame(2, ana, { sent_at: "2026-11-19T12:00:00.000Z" }));
    const keys = rowsOf(conversation, [{ id: "w-1", text: "old", writtenAt: "2026-11-18T13:00:00.000Z", mark: "waits" }]).map((row) => row.key);
    assert.equal(new Set(keys).size, keys.length);
    assert.ok(keys.length >= 5, "without three days this test proves nothing");
  });
});
