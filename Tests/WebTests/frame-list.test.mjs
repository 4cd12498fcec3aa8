/* Every frame that the gateway can send has a use in the pages that hear it: a change that nobody takes in leaves a stale copy on screen. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");
const all = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]);

const sockets = "Services/Gateway/Service/Sockets/";
/** Facts of the logs, with who may hear them. */
const facts = [...read(`${sockets}AllowedEvents.swift`).matchAll(/AllowedEvent\(\s*subject: \w+\.subject, frame: "(\w+)", audience: \.(\w+)/g)].map(([, frame, audience]) => ({ frame, audience }));
/** What a socket says by itself: to whoever it belongs to. */
const own = readdirSync(new URL(sockets, root)).flatMap((name) => all(read(sockets + name), /(?:ServerFrame\.make|\bsay)\(\s*"(\w+)"/g));

const inbox = new Set([
  ...all(read("Services/Gateway/Web/inbox/state/frames.js"), /case "(\w+)":/g),
  ...all(read("Services/Gateway/Web/inbox/store.js"), /frame\.type === "(\w+)"/g),
]);
const widget = new Set(["conversation.js", "frame.js", "line.js"].flatMap((name) => all(read(`Services/Gateway/Web/widget/${name}`), /(?:\bframe\.|[^.\w])type === "(\w+)"/g)));
/** Frames that the widget has no use for, and why. */
const notForWidget = {
  ack: "it sends over HTTP, whose answer is the acknowledgement",
  error: "what it says on the socket may be lost: typing and receipts",
};

const without = (wanted, used) => [...new Set(wanted)].filter((frame) => !used.has(frame)).sort();

test("The gateway's frames are found where they are decided", () => {
  assert.ok(facts.length >= 15, `${facts.length} facts`);
  assert.deepEqual([...new Set(own)].sort(), ["ack", "error", "ready", "resync"]);
  assert.equal(facts.length, all(read(`${sockets}AllowedEvents.swift`), /(AllowedEvent)\(subject:/g).length, "none is written in another way");
});

test("The inbox uses every frame that the company's people hear", () => {
  assert.deepEqual(without([...facts.map(({ frame }) => frame), ...own], inbox), []);
});

test("The widget uses every frame that a visitor hears", () => {
  const heard = [...facts.filter(({ audience }) => audience === "everyone").map(({ frame }) => frame), ...own];
  assert.deepEqual(without(heard.filter((frame) => !notForWidget[frame]), widget), []);
  assert.deepEqual(Object.keys(notForWidget).filter((frame) => !heard.includes(frame)), [], "an exception has something to except");
});
