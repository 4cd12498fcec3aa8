import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { draftAgeMax, draftOf, draftsMax, forgetDrafts, keepDraft, makeRoom } from "../../Services/Gateway/Web/shared/drafts.js";
import { noon } from "./support.mjs";

let kept;

beforeEach(() => {
  // What the drafts use of a browser's storage: its keys are its own properties.
  kept = {};
  globalThis.localStorage = Object.create({
    getItem(key) { return this[key] ?? null; },
    setItem(key, value) { this[key] = String(value); kept = this; },
    removeItem(key) { delete this[key]; },
  });
  kept = globalThis.localStorage;
});

describe("A draft", () => {
  test("is its writer's, whoever uses the browser", () => {
    assert.equal(keepDraft("ana", "s-1", "Half a reply", noon), true);
    assert.equal(draftOf("ana", "s-1", noon), "Half a reply");
    assert.equal(draftOf("carla", "s-1", noon), "");
    assert.equal(draftOf("ana", "s-2", noon), "");
    assert.equal(draftOf("an", "a.s-1", noon), "");
  });

  test("that has become empty is none", () => {
    keepDraft("ana", "s-1", "Half a reply", noon);
    assert.equal(keepDraft("ana", "s-1", " ", noon), false);
    assert.deepEqual(Object.keys(kept), []);
  });

  test("is forgotten when nobody went on with it", () => {
    keepDraft("ana", "s-1", "Old", noon);
    assert.equal(draftOf("ana", "s-1", noon + draftAgeMax), "Old");
    assert.equal(draftOf("ana", "s-1", noon + draftAgeMax + 1), "");
    makeRoom(noon + draftAgeMax + 1);
    assert.deepEqual(Object.keys(kept), []);
  });

  test("that was kept without a time counts from now on, and one from the future is as of now", () => {
    localStorage.setItem("switchboard.draft.ana.s-1", "{ not JSON");
    localStorage.setItem("switchboard.draft.ana.s-2", JSON.stringify({ text: "Ahead", at: noon + 10 * draftAgeMax }));
    assert.equal(draftOf("ana", "s-1", noon), "{ not JSON");
    assert.equal(draftOf("ana", "s-1", noon + draftAgeMax + 1), "");
    assert.equal(draftOf("ana", "s-2", noon), "Ahead");
  });

  test("gives way to newer ones, whoever wrote it, and to nothing else", () => {
    localStorage.setItem("switchboard.inbox", "{}");
    for (let each = 0; each < draftsMax; each += 1) keepDraft(each % 2 ? "ana" : "carla", `s-${each}`, "Text", noon + each);
    assert.equal(Object.keys(kept).length, draftsMax + 1);
    keepDraft("carla", "s-0", "Gone on with", noon + draftsMax);
    keepDraft("ana", "s-new", "Newest", noon + draftsMax + 1);
    assert.equal(Object.keys(kept).length, draftsMax + 1);
    assert.equal(draftOf("ana", "s-1", noon + draftsMax + 2), "");
    assert.equal(draftOf("carla", "s-0", noon + draftsMax + 2), "Gone on with");
    assert.equal(draftOf("ana", "s-new", noon + draftsMax + 2), "Newest");
    assert.equal(localStorage.getItem("switchboard.inbox"), "{}");
  });

  test("goes with all of its writer's, and of nobody else", () => {
    for (const [person, conversation] of [["ana", "s-1"], ["ana", "s-2"], ["anabel", "s-1"]]) keepDraft(person, conversation, "Text", noon);
    forgetDrafts("ana");
    assert.deepEqual(Object.keys(kept), ["switchboard.draft.anabel.s-1"]);
  });

  test("is not kept where the browser keeps nothing", () => {
    Object.defineProperty(globalThis, "localStorage", { configurable: true, get() { throw new Error("SecurityError"); } });
    assert.equal(keepDraft("ana", "s-1", "Text", noon), false);
    assert.equal(draftOf("ana", "s-1", noon), "");
    makeRoom(noon);
    forgetDrafts("ana");
    delete globalThis.localStorage;
  });
});
