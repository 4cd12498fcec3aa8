import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { applyFrame } from "../../Services/Gateway/Web/inbox/state/frames.js";
import { threadRows } from "../../Services/Gateway/Web/inbox/state/grouping.js";
import { lastEndBetween, look, nothingRead, readingTime } from "../../Services/Gateway/Web/inbox/state/reading.js";
import { ana, at, bruno, conversation, frame, me, message, messageFrame, noon, session, state } from "./support.mjs";

const apply = (before, ...frames) => frames.reduce((now, each) => applyFrame(now, each, noon)[0], before);
const effects = (before, each) => applyFrame(before, each, noon)[1];
const source = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

describe("Every frame that the gateway says", () => {
  const said = [
    ...source("Services/Gateway/Service/Sockets/AllowedEvents.swift").matchAll(/frame: "([a-z_]+)"/g),
    ...source("Services/Gateway/Service/Sockets/Socket.swift").matchAll(/(?:say|make)\("([a-z_]+)"/g),
  ].map((match) => match[1]);
  const page = source("Services/Gateway/Web/inbox/state/frames.js") + source("Services/Gateway/Web/inbox/store.js");

  test("has a use in the inbox", () => {
    assert.ok(new Set(said).size >= 12, `only ${[...new Set(said)].join(", ")} were found, which proves nothing`);
    for (const type of new Set(said)) assert.ok(page.includes(`case "${type}"`) || page.includes(`frame.type === "${type}"`), `nothing becomes of a frame ${type}`);
  });
});

describe("Every preference of an agent's", () => {
  const [, written] = /let preferences = \{([^}]*)\.\.\./.exec(source("Services/Gateway/Web/inbox/preferences.js"));
  const named = [...written.matchAll(/(\w+):/g)].map((match) => match[1]);
  /** What each changes; one more is added with what it does. */
  const uses = {
    sound: ["inbox/attention.js", "currentPreferences().sound"], desktop: ["inbox/attention.js", "currentPreferences().desktop"],
    enterSends: ["inbox/composer.jsx", "enterSends && !event.shiftKey"], listWidth: ["inbox/inbox.jsx", "`${listWidth}px`"],
  };

  test("does what it says, in one place", () => {
    assert.deepEqual(named.sort(), Object.keys(uses).sort());
    for (const [name, [path, use]] of Object.entries(uses)) assert.ok(source(`Services/Gateway/Web/${path}`).includes(use), `${name} is not used in ${path}`);
  });

  test("can be chosen", () => {
    const menu = source("Services/Gateway/Web/inbox/rail.jsx") + source("Services/Gateway/Web/inbox/list.jsx") + source("Services/Gateway/Web/inbox/preferences.js");
    for (const name of named) assert.match(menu, new RegExp(`prefer\\(\\{ ${name}:`), name);
  });
});

describe("A message that was changed or deleted", () => {
  const lastMessage = (fields) => ({ kind: "message", author: ana, text: "old", sent_at: at(7), sequence: 7, ...fields });
  const row = (fields) => state({ sessions: { "s-1": session({ last_sequence: 7, last_message_sequence: 7, last_message: lastMessage(), unread_count: 2, ...fields }) } });
  const edited = (own) => frame("message_edited", 9, { id: "m-7", text: "new", edited_at: at(9), by: ana, ...(own ? { message_sequence: own } : {}) });
  const deleted = (own) => frame("message_deleted", 9, { id: "m-7", deleted_at: at(9), by: ana, ...(own ? { message_sequence: own } : {}) });

  test("changes the list's preview, though its conversation was never opened", () => {
    assert.equal(apply(row(), edited(7)).sessions["s-1"].last_message.text, "new");
    const gone = apply(row(), deleted(7)).sessions["s-1"].last_message;
    assert.equal(gone.text, "");
    assert.equal(gone.deleted_at, at(9));
  });

  test("changes no other message's preview", () => {
    assert.equal(apply(row(), edited(5)).sessions["s-1"].last_message.text, "old");
    assert.equal(apply(row(), deleted(5)).sessions["s-1"].last_message.text, "old");
  });

  test("of an older service, without its place, asks for the row", () => {
    assert.deepEqual(effects(row(), edited(null)), [{ type: "fetch-session", id: "s-1" }]);
    assert.equal(apply(row(), edited(null)).sessions["s-1"].last_message.text, "old", "which message it is, is not known");
  });

  test("is not unread any more when it is deleted: the service counts, and an open thread at once", () => {
    assert.deepEqual(effects(row(), deleted(7)), [{ type: "fetch-session", id: "s-1" }]);
    assert.deepEqual(effects(row({ unread_count: 0 }), deleted(7)), []);
    const open = { ...row(), conversations: { "s-1": conversation([message(5, me), message(6), message(7)], { newAfter: 5 }) } };
    assert.equal(apply(open, deleted(7)).sessions["s-1"].unread_count, 1);
  });

  test("leaves no line above what is new, if nothing else is", () => {
    const entries = [message(5, me), message(6)];
    assert.ok(threadRows(entries, [], 5).some((each) => each.type === "new"), "without a line this test proves nothing");
    const after = apply(state({ conversations: { "s-1": conversation(entries, { newAfter: 5 }) } }), frame("message_deleted", 7, { id: "m-6", message_sequence: 6, deleted_at: at(7), by: ana }));
    assert.ok(!threadRows(after.conversations["s-1"].entries, [], 5).some((each) => each.type === "new"));
  });
});

describe("A colleague's change", () => {
  const changed = (sequence, data) => frame("session", sequence, { subject: "Broken pump", priority: 9, room_id: null, by: bruno, at: at(sequence), ...data });

  test("of subject and priority changes the row", () => {
    const row = apply(state(), changed(3)).sessions["s-1"];
    assert.deepEqual([row.subject, row.priority, row.last_sequence, row.updated_at], ["Broken pump", 9, 3, at(3)]);
    assert.equal(apply(state(), changed(3), changed(4, { subject: null })).sessions["s-1"].subject, null);
  });

  test("that is older than the row changes nothing", () => {
    const before = state({ sessions: { "s-1": session({ last_sequence: 5, subject: "Newer" }) } });
    assert.equal(apply(before, changed(3)).sessions["s-1"].subject, "Newer");
  });

  test("moves an open conversation's position, so that it resumes behind it", () => {
    assert.equal(apply(state({ conversations: { "s-1": conversation([message(1)]) } }), changed(3)).conversations["s-1"].through, 3);
  });

  test("of a customer changes every row and the panel", () => {
    const before = state({
      sessions: { "s-1": session(), "s-2": session({ id: "s-2" }), "s-3": session({ id: "s-3", customer: { id: "c-other", name: "Otto", email: null } }) },
      customers: { "c-ana": { phase: "loaded", value: { id: "c-ana", name: "Ana", email: null, phone: "+47 1", blocked: false }, problem: null } },
    });
    const after = apply(before, { type: "customer", sequence: null, through: null, data: { customer_id: "c-ana", name: "Ana Lund", email: "ana@example.com", blocked: true } });
    assert.deepEqual(Object.values(after.sessions).map((each) => each.customer.name), ["Ana Lund", "Ana Lund", "Otto"]);
    assert.equal(after.sessions["s-1"].customer.email, "ana@example.com");
    assert.deepEqual([after.customers["c-ana"].value.blocked, after.customers["c-ana"].value.phone], [true, "+47 1"]);
  });
});

describe("A page that has more than the service", () => {
  test("begins the conversation anew", () => {
    const before = state({ conversations: { "s-1": conversation([message(1), message(8)], { askedAfter: 8 }) } });
    assert.deepEqual(effects(before, { type: "ready", sequence: null, through: 5, data: { session_id: "s-1", through: 5, receipts: [] } }), [{ type: "resync", id: "s-1" }]);
    assert.deepEqual(effects(before, { type: "ready", sequence: null, through: 8, data: { session_id: "s-1", through: 8, receipts: [] } }), []);
    assert.deepEqual(effects(before, { type: "resync", sequence: null, through: null, data: { session_id: "s-1" } }), [{ type: "resync", id: "s-1" }]);
  });
});

describe("A message is read", () => {
  test("when its end was seen, not when half of it fits", () => {
    assert.equal(lastEndBetween([{ sequence: 1, bottom: 1200 }], 0, 600), 0, "a tall one whose end is below");
    assert.equal(lastEndBetween([{ sequence: 1, bottom: 600.4 }], 0, 600), 1);
    assert.equal(lastEndBetween([{ sequence: 1, bottom: 300 }, { sequence: 2, bottom: 1300 }], 0, 600), 1);
  });

  test("by no end that is above what is seen, though it is drawn", () => {
    assert.equal(lastEndBetween([{ sequence: 1, bottom: -20 }, { sequence: 2, bottom: 1300 }], 0, 600), 0);
  });

  test("after a second of it", () => {
    let [reading, through] = look(nothingRead, "s-1", lastEndBetween([{ sequence: 4, bottom: 500 }], 0, 600), noon);
    assert.equal(through, 0);
    [reading, through] = look(reading, "s-1", 4, noon + readingTime - 1);
    assert.equal(through, 0);
    [reading, through] = look(reading, "s-1", 4, noon + readingTime);
    assert.equal(through, 4);
  });
});
