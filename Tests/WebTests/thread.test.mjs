import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { firstNewRow, threadRows } from "../../Services/Gateway/Web/inbox/state/grouping.js";
import { offsetsOf, rowAt } from "../../Services/Gateway/Web/inbox/state/offsets.js";
import { mergeReceipt, tickOf } from "../../Services/Gateway/Web/inbox/state/receipts.js";
import { ana, at, bruno, me, message } from "./support.mjs";

const kinds = (rows) => rows.map((row) => row.type);

describe("Grouping", () => {
  test("puts an author's close messages together and starts anew with another author, a pause or an event", () => {
    const entries = [message(1), message(2), message(3, bruno), message(4, me), message(20, me), { kind: "event", id: "event-21", sequence: 21, sent_at: at(21) }, message(22, me)];
    const rows = threadRows(entries);
    assert.deepEqual(kinds(rows), ["day", "message", "message", "message", "message", "message", "event", "message"]);
    assert.deepEqual(rows.filter((row) => row.type === "message").map((row) => [row.first, row.last]), [[true, false], [false, true], [true, true], [true, true], [true, true], [true, true]]);
  });

  test("draws a line for every day, in the viewer's zone", () => {
    const rows = threadRows([message(1), message(2, ana, { sent_at: at(2 + 48 * 60) })]);
    assert.deepEqual(kinds(rows), ["day", "message", "day", "message"]);
  });

  test("draws the line above the first new customer message, once", () => {
    const rows = threadRows([message(1), message(2, me), message(3), message(4)], [], 1);
    assert.equal(firstNewRow(rows), 3);
    assert.equal(rows[4].entry.sequence, 3);
    assert.equal(rows.filter((row) => row.type === "new").length, 1);
    assert.equal(firstNewRow(threadRows([message(1)], [], null)), -1);
  });

  test("shows replies on their way last", () => {
    const rows = threadRows([message(1)], [{ id: "p1", text: "x" }, { id: "p2", text: "y" }]);
    assert.deepEqual(rows.slice(-2).map((row) => [row.key, row.first, row.last]), [["p1", true, true], ["p2", false, true]]);
  });

  test("shows a reply once while it is stored and still on its way", () => {
    assert.deepEqual(threadRows([message(1, me)], [{ id: "m-1", text: "x" }, { id: "p2", text: "y" }]).map((row) => row.key), ["day-m-1", "m-1", "p2"]);
  });

  test("gives every row its own key", () => {
    const rows = threadRows(Array.from({ length: 5_000 }, (_, index) => message(index + 1, index % 3 ? ana : me)), [], 10);
    assert.equal(new Set(rows.map((row) => row.key)).size, rows.length);
  });
});

describe("Ticks", () => {
  const receipts = (...list) => list.reduce(mergeReceipt, {});
  test("follow the customer's watermarks: sent, delivered, read", () => {
    const marks = receipts({ participant: ana, delivered_through: 5, read_through: 3 });
    assert.equal(tickOf(message(3, me), marks), "read");
    assert.equal(tickOf(message(5, me), marks), "delivered");
    assert.equal(tickOf(message(6, me), marks), "sent");
  });

  test("do not count what colleagues read", () => {
    assert.equal(tickOf(message(3, me), receipts({ participant: bruno, delivered_through: 9, read_through: 9 })), "sent");
  });

  test("never fall back when an old receipt comes late", () => {
    const marks = receipts({ participant: ana, delivered_through: 5, read_through: 5 }, { participant: ana, delivered_through: 2, read_through: 1 });
    assert.equal(tickOf(message(5, me), marks), "read");
  });

  test("show what history already said, and failure above all", () => {
    assert.equal(tickOf(message(3, me, { state: "delivered" }), {}), "delivered");
    assert.equal(tickOf(message(3, me, { state: "failed" }), receipts({ participant: ana, read_through: 9 })), "failed");
  });

  test("leave the map as it is when nothing new is said", () => {
    const marks = receipts({ participant: ana, delivered_through: 5, read_through: 5 });
    assert.equal(mergeReceipt(marks, { participant: ana, delivered_through: 4, read_through: 4 }), marks);
  });
});

test("A position is found among 10,000 rows of unequal height", () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => ({ key: String(index) }));
  const heights = new Map([["3", 100]]);
  const offsets = offsetsOf(rows, heights, () => 20);
  assert.equal(offsets[4], 160);
  assert.equal(rowAt(offsets, 159), 3);
  assert.equal(rowAt(offsets, 160), 4);
  assert.equal(rowAt(offsets, 10 ** 9), 9_999);
  assert.equal(rowAt(offsets, -5), 0);
});
