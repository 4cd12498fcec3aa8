import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as outbox from "../../Services/Gateway/Web/inbox/state/outbox.js";
import { noon } from "./support.mjs";

const write = (items, id, { sessionID = "s-1", seen = 10 } = {}) => outbox.enqueue(items, { id, sessionID, text: `text ${id}`, seen, createdAt: noon + items.length });
const three = () => write(write(write([], "a"), "b"), "c");
const ids = (items) => items.map((item) => item.id);

describe("Replies", () => {
  test("go out one at a time per conversation, in order", () => {
    let items = write(three(), "x", { sessionID: "s-2" });
    assert.deepEqual(ids(outbox.sendable(items, noon)), ["a", "x"]);
    items = outbox.sending(items, "a");
    assert.deepEqual(ids(outbox.sendable(items, noon)), ["x"]);
    items = outbox.acknowledged(items, "a", 11);
    assert.deepEqual(ids(outbox.sendable(items, noon)), ["b", "x"]);
  });

  test("written one after another expect each other, not a stranger", () => {
    let items = three();
    assert.deepEqual(items.map((item) => item.expected), [10, 10, 10]);
    items = outbox.acknowledged(items, "a", 12);
    assert.equal(items[0].expected, 12, "an activity took 11, our own message 12");
    items = outbox.acknowledged(items, "b", 13);
    assert.equal(items[0].expected, 13);
  });

  test("without an answer keep their id and wait longer each time, up to a limit", () => {
    let items = write([], "a");
    const waits = [];
    for (let round = 0; round < 7; round += 1) {
      items = outbox.unanswered(outbox.sending(items, "a"), "a", noon);
      assert.equal(items[0].id, "a");
      assert.deepEqual(outbox.sendable(items, noon), []);
      waits.push(items[0].notBefore - noon);
    }
    assert.deepEqual(waits, [...outbox.pauses, 15_000, 15_000]);
    assert.equal(outbox.nextPause(items), noon + 15_000);
    assert.deepEqual(ids(outbox.sendable(outbox.wake(items), noon)), ["a"]);
  });

  test("wait as long as the service asks for", () => {
    assert.equal(outbox.unanswered(write([], "a"), "a", noon, 30_000)[0].notBefore, noon + 30_000);
  });

  test("acknowledged twice, by answer and by frame, leave once", () => {
    const items = outbox.acknowledged(three(), "a", 11);
    assert.equal(outbox.acknowledged(items, "a", 11), items);
  });
});

describe("A conflict", () => {
  test("stops the conversation until somebody decides", () => {
    const items = outbox.conflicted(outbox.sending(three(), "a"), "a", 14);
    assert.deepEqual(outbox.sendable(items, noon), []);
  });

  test("sent anyway expects what was seen then; another message in between is another conflict", () => {
    const items = outbox.sendAnyway(outbox.conflicted(three(), "a", 14), "a", 14);
    assert.deepEqual(outbox.sendable(items, noon).map((item) => [item.id, item.expected]), [["a", 14]]);
  });

  test("taken back lets the next go on from where it stood", () => {
    const items = outbox.discard(outbox.sendAnyway(three(), "a", 14), "a");
    assert.deepEqual(outbox.sendable(items, noon).map((item) => [item.id, item.expected]), [["b", 14]]);
  });
});

describe("A refusal", () => {
  test("does not hold up what comes after it", () => {
    const items = outbox.refused(outbox.sending(three(), "a"), "a", { code: "text-refused", message: "No." });
    assert.deepEqual(ids(outbox.sendable(items, noon)), ["b"]);
    assert.equal(items.find((item) => item.id === "b").follows, null);
  });
});

describe("After a reload", () => {
  test("what was on its way goes out again under the same id, in the old order", () => {
    const kept = outbox.sending(three(), "a").reverse();
    const items = outbox.restore(JSON.parse(JSON.stringify(kept)));
    assert.deepEqual(ids(items), ["a", "b", "c"]);
    assert.deepEqual(ids(outbox.sendable(items, noon)), ["a"]);
  });

  test("a reply whose predecessor is gone follows nobody", () => {
    const items = outbox.restore(three().slice(1));
    assert.deepEqual(items.map((item) => item.follows), [null, "b"]);
  });
});

test("A lossy line delivers every reply once, in order", () => {
  let lost = 0;
  for (let seed = 1; seed <= 300; seed += 1) {
    let random = seed;
    const chance = () => (random = (random * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
    const stored = [];
    let sequence = 10, items = three();
    for (let step = 0; items.length && step < 500; step += 1) {
      for (const item of outbox.sendable(outbox.wake(items), noon)) {
        items = outbox.sending(outbox.wake(items), item.id);
        const arrives = chance() > 0.3, answered = chance() > 0.3;
        if (arrives && !stored.includes(item.id)) {
          assert.equal(item.expected, sequence, `seed ${seed}`);
          stored.push(item.id);
          sequence += 1;
        }
        if (arrives && answered) items = outbox.acknowledged(items, item.id, 11 + stored.indexOf(item.id));
        else { items = outbox.unanswered(items, item.id, noon); lost += 1; }
        if (chance() < 0.1) items = outbox.restore(JSON.parse(JSON.stringify(items)));
      }
    }
    assert.deepEqual(stored, ["a", "b", "c"], `seed ${seed}`);
    assert.deepEqual(items, [], `seed ${seed}`);
  }
  assert.ok(lost > 300, "without losses this test proves nothing");
});
