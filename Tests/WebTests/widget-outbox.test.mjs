import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { createOutbox, waitingMax } from "../../Services/Gateway/Web/widget/outbox.js";
import { createStore } from "../../Services/Gateway/Web/widget/store.js";
import { waitingTime } from "../../Services/Gateway/Web/widget/waiting.js";
import { noon } from "./support.mjs";

/* A browser's storage, shared by tabs. */
class Storage {
  getItem(key) { return Object.hasOwn(this, key) ? this[key] : null; }
  setItem(key, value) { this[key] = String(value); }
  removeItem(key) { delete this[key]; }
}

const temporary = (fields = {}) => Object.assign(new Error("away"), { isTemporary: true, ...fields });
const settle = async () => { for (let turn = 0; turn < 50; turn += 1) await Promise.resolve(); };
const later = async (milliseconds) => {
  mock.timers.tick(milliseconds);
  await settle();
};

/** A tab's outbox; `answers(entry)` is what the service says, all right if nothing. */
function tabWith(answers = () => {}) {
  const sent = [], acknowledged = [];
  const outbox = createOutbox({
    store: createStore("test."), lockName: "test", changed() {}, acknowledged: (entry) => acknowledged.push(entry.text),
    async deliver(entry) {
      const refusal = answers(entry, sent.length);
      if (refusal) throw refusal;
      sent.push(entry.text);
      return { id: entry.id };
    },
  });
  return { outbox, sent, acknowledged };
}

describe("The widget's outbox", () => {
  beforeEach(() => {
    globalThis.localStorage = new Storage();
    Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true, writable: true });
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: noon });
  });
  afterEach(() => {
    mock.timers.reset();
    delete globalThis.localStorage;
  });

  test("sends in the order of writing, one after the other, and keeps nothing that was acknowledged", async () => {
    const { outbox, sent, acknowledged } = tabWith();
    for (const text of ["one", "two", "three"]) outbox.add(text);
    await settle();
    assert.deepEqual(sent, ["one", "two", "three"]);
    assert.deepEqual(acknowledged, sent);
    assert.deepEqual(outbox.entries(), []);
  });

  test("keeps the order while the line is away, and the ids over a reload", async () => {
    const away = tabWith(() => temporary());
    for (const text of ["one", "two", "three"]) away.outbox.add(text);
    await settle();
    assert.deepEqual(away.sent, []);
    assert.ok(away.outbox.isFailing());
    const ids = away.outbox.entries().map((entry) => entry.id);

    const again = tabWith();
    assert.deepEqual(again.outbox.entries().map((entry) => entry.id), ids);
    again.outbox.flush();
    await settle();
    assert.deepEqual(again.sent, ["one", "two", "three"]);
  });

  test("keeps the order when the clock goes back", async () => {
    const { outbox } = tabWith(() => temporary());
    outbox.add("before");
    mock.timers.setTime(noon - 3_600_000);
    outbox.add("after");
    await settle();
    assert.deepEqual(outbox.entries().map((entry) => entry.text), ["before", "after"]);
  });

  test("tries again by itself, and at once when the line is back", async () => {
    let isAway = true;
    const { outbox, sent } = tabWith(() => (isAway ? temporary() : null));
    outbox.add("hello");
    await settle();
    isAway = false;
    await later(500);
    assert.deepEqual(sent, ["hello"]);

    isAway = true;
    outbox.add("again");
    await settle();
    isAway = false;
    outbox.hurry();
    await settle();
    assert.deepEqual(sent, ["hello", "again"]);
  });

  test("waits as long as the service asks, also when the line seems fine", async () => {
    let isBusy = true;
    const { outbox, sent } = tabWith(() => (isBusy ? temporary({ status: 429, retryAfterSeconds: 7 }) : null));
    outbox.add("quick");
    await settle();
    isBusy = false;
    outbox.hurry();
    await later(6_900);
    assert.deepEqual(sent, []);
    await later(200);
    assert.deepEqual(sent, ["quick"]);
  });

  test("sets one refused message aside with its cause and goes on with the next", async () => {
    const { outbox, sent } = tabWith((entry) => (entry.text === "bad" ? Object.assign(new Error("Too long."), { status: 413 }) : null));
    outbox.add("bad");
    outbox.add("good");
    await settle();
    assert.deepEqual(sent, ["good"]);
    assert.deepEqual(outbox.entries().map((entry) => [entry.text, entry.failed]), [["bad", "Too long."]]);
    outbox.discard(outbox.entries()[0].id);
    assert.deepEqual(outbox.entries(), []);
  });

  test("holds everything of a closed conversation until it is asked to go on", async () => {
    let isClosed = true;
    const { outbox, sent } = tabWith(() => (isClosed ? Object.assign(new Error("closed"), { held: true, status: 409 }) : null));
    outbox.add("one");
    outbox.add("two");
    await later(60_000);
    assert.deepEqual(sent, []);
    isClosed = false;
    outbox.flush();
    await settle();
    assert.deepEqual(sent, ["one", "two"]);
  });

  test("learns from another tab what was sent there, and does not take a discarded message for one", () => {
    const { outbox, acknowledged } = tabWith();
    assert.ok(outbox.changedElsewhere("out.1", null, { id: "1", text: "sent there" }));
    assert.ok(outbox.changedElsewhere("out.2", null, { id: "2", text: "discarded there", discarded: true }));
    assert.equal(outbox.changedElsewhere("draft", "x", null), false);
    assert.deepEqual(acknowledged, ["sent there"]);
  });

  test("works without storage for as long as the page lives", async () => {
    globalThis.localStorage = { getItem() { throw new Error("forbidden"); }, setItem() { throw new Error("forbidden"); } };
    const { outbox, sent } = tabWith();
    outbox.add("hello");
    await settle();
    assert.deepEqual(sent, ["hello"]);
    assert.deepEqual(outbox.entries(), []);
    assert.ok(waitingMax > 0);
  });
});

describe("Waiting before the next try", () => {
  test("grows, has an upper limit, and is anything below it", () => {
    assert.deepEqual([0, 1, 2, 3, 4, 5, 50].map((failures) => waitingTime(failures, () => 1)), [500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    assert.equal(waitingTime(5, () => 0), 0);
  });
});
