import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lastMessageSequence, mergeEntries, unreadIn } from "../../Services/Gateway/Web/inbox/state/entries.js";
import { at, me, message } from "./support.mjs";

const sequences = (entries) => entries.map((entry) => entry.sequence);

describe("A thread", () => {
  test("takes overlapping pages once each, in order", () => {
    const page = [message(3), message(4), message(5)];
    const older = [message(1), message(2), message(3)];
    assert.deepEqual(sequences(mergeEntries(mergeEntries([], page), older)), [1, 2, 3, 4, 5]);
  });

  test("ends the same whatever order entries arrive in and however often", () => {
    const all = [1, 2, 3, 4, 5, 6].map((sequence) => message(sequence));
    let seed = 7;
    const random = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
    for (let round = 0; round < 200; round += 1) {
      let entries = [];
      const arriving = [...all, ...all.filter(() => random() < 0.5)].sort(() => random() - 0.5);
      for (const entry of arriving) entries = mergeEntries(entries, [entry]);
      assert.deepEqual(sequences(entries), [1, 2, 3, 4, 5, 6], `seed after round ${round}: ${seed}`);
    }
  });

  test("keeps an edit and a deletion that an older copy follows", () => {
    const edited = message(1, me, { text: "new", edited_at: at(9) });
    assert.equal(mergeEntries([edited], [message(1, me)])[0].text, "new");
    const deleted = message(1, me, { text: "", deleted_at: at(9) });
    assert.equal(mergeEntries([deleted], [edited])[0].deleted_at, at(9));
    assert.equal(mergeEntries([edited], [deleted])[0].deleted_at, at(9));
  });

  test("stays the same object when nothing comes", () => {
    const entries = [message(1)];
    assert.equal(mergeEntries(entries, []), entries);
  });

  test("knows its last message and what is unread, events and our own messages apart", () => {
    const entries = [message(1), message(2, me), message(3), { kind: "event", id: "event-4", sequence: 4 }];
    assert.equal(lastMessageSequence(entries), 3);
    assert.equal(unreadIn(entries, 1), 1);
    assert.equal(unreadIn(entries, 3), 0);
  });
});
