import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mergeEntries } from "../../Services/Gateway/Web/inbox/state/entries.js";
import { applyFrame } from "../../Services/Gateway/Web/inbox/state/frames.js";
import { furtherDelivery, tickOf } from "../../Services/Gateway/Web/inbox/state/receipts.js";
import { ana, conversation, frame, me, message, messageFrame, noon, session, state } from "./support.mjs";

const carried = (sequence, fields) => message(sequence, me, { state: "queued", attempt: 1, ...fields });
const before = (...entries) => state({ sessions: { "s-1": session({ channel: "sms" }) }, conversations: { "s-1": conversation(entries) } });
const delivery = (fields) => ({ ...frame("delivery", null, { message_id: "m-2", state: "sent", attempt: 1, at: "2026-11-19T12:03:00.000Z", ...fields }), through: null });
const after = (start, ...frames) => frames.reduce((now, each) => applyFrame(now, each, noon)[0], start).conversations["s-1"];
const entry = (start, ...frames) => after(start, ...frames).entries.find((each) => each.id === "m-2");

describe("An answer on a channel", () => {
  test("is on its way, then as far as its provider says", () => {
    assert.equal(tickOf(carried(2), {}), "going");
    for (const reached of ["sent", "delivered", "read", "failed", "unknown"]) assert.equal(tickOf(entry(before(carried(2)), delivery({ state: reached })), {}), reached);
  });

  test("says why it failed, and no more when it has arrived after all", () => {
    const error = { code: "30003", detail: "The handset cannot be reached." };
    assert.deepEqual(entry(before(carried(2)), delivery({ state: "unknown", error })).error, error);
    assert.equal(entry(before(carried(2)), delivery({ state: "unknown", error }), delivery({ state: "delivered" })).error, null);
  });

  test("does not go back: a frame may be older than what was fetched meanwhile", () => {
    const read = before(carried(2, { state: "read" }));
    for (const older of ["queued", "sent", "delivered", "failed", "unknown"]) assert.equal(entry(read, delivery({ state: older })).state, "read");
    assert.equal(entry(before(carried(2, { state: "queued", attempt: 2 })), delivery({ state: "failed" })).state, "queued", "of an attempt that is over");
    assert.equal(entry(before(carried(2, { state: "failed" })), delivery({ state: "queued", attempt: 2 })).attempt, 2);
  });

  test("keeps what is known of it when the message itself comes again", () => {
    const again = messageFrame(2, me, { attempt: 1 });
    again.data.state = "queued";
    assert.equal(entry(before(carried(2)), delivery({ state: "delivered" }), again).state, "delivered");
  });

  test("is not read because the customer read on the website", () => {
    assert.equal(tickOf(carried(2, { state: "sent" }), { "customer:c-ana": { participant: ana, delivered_through: 9, read_through: 9 } }), "sent");
  });

  test("moves no position of its conversation", () => {
    assert.equal(after(before(carried(2)), delivery()).through, 2);
  });

  test("is asked for again after the line was down, since what was missed is not said again", () => {
    const ready = { type: "ready", sequence: null, through: 2, data: { session_id: "s-1", through: 2, receipts: [] } };
    assert.deepEqual(applyFrame(before(carried(2)), ready, noon)[1], [{ type: "fetch-deliveries", id: "s-1" }]);
    assert.deepEqual(applyFrame(before(message(2, me)), ready, noon)[1], [], "where no channel carries anything, there is nothing to ask");
  });
});

describe("A message on the website", () => {
  test("has nothing to do with deliveries", () => {
    assert.equal(furtherDelivery(message(1), message(1)), null);
    const one = message(1);
    assert.equal(mergeEntries([message(1)], [one])[0], one, "the same object, so nothing is drawn anew");
  });
});
