import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { becameLive, catchingUp, connecting, firstConnection, lost, provenGood, reconnectPauses } from "../../Services/Gateway/Web/inbox/state/connection.js";
import { look, nothingRead, readingTime } from "../../Services/Gateway/Web/inbox/state/reading.js";
import { noon } from "./support.mjs";

describe("The line", () => {
  const live = becameLive(catchingUp(firstConnection), noon);

  test("is complete up to the last moment it was proven good", () => {
    const proven = provenGood(live, noon + 5_000);
    const away = lost(proven, noon + 20_000, 1);
    assert.equal(away.completeUpTo, noon + 5_000);
    assert.equal(provenGood(away, noon + 30_000).completeUpTo, noon + 5_000, "what is not live proves nothing");
    assert.equal(becameLive(catchingUp(connecting(away)), noon + 40_000).completeUpTo, noon + 40_000);
  });

  test("is tried again after growing pauses, each spread over its second half", () => {
    let connection = live;
    const pauses = [];
    for (let round = 0; round < 8; round += 1) {
      connection = lost(connecting(connection), noon, 1);
      pauses.push(connection.nextTryAt - noon);
    }
    assert.deepEqual(pauses, [...reconnectPauses, 15_000, 15_000]);
    assert.equal(lost(live, noon, 0).nextTryAt - noon, reconnectPauses[0] / 2);
  });

  test("remembers since when it is lost until it is live again", () => {
    const away = lost(lost(live, noon, 1), noon + 9_000, 1);
    assert.equal(away.lostAt, noon);
    assert.equal(connecting(away).phase, "reconnecting");
    assert.equal(becameLive(away, noon + 10_000).lostAt, null);
  });
});

describe("Reading", () => {
  test("takes a second of being visible", () => {
    let state = nothingRead, through, wakeAt;
    [state, through, wakeAt] = look(state, "s-1", 7, noon);
    assert.equal(through, 0);
    assert.equal(wakeAt, noon + readingTime);
    [state, through] = look(state, "s-1", 7, noon + readingTime - 1);
    assert.equal(through, 0);
    [state, through, wakeAt] = look(state, "s-1", 7, noon + readingTime);
    assert.equal(through, 7);
    assert.equal(wakeAt, null);
    [state, through] = look(state, "s-1", 7, noon + 9_000);
    assert.equal(through, 0, "told once");
  });

  test("starts anew after looking away", () => {
    let state, through;
    [state] = look(nothingRead, "s-1", 7, noon);
    [state] = look(state, "s-1", 0, noon + 500);
    [state, through] = look(state, "s-1", 7, noon + 1_200);
    assert.equal(through, 0);
    [, through] = look(state, "s-1", 7, noon + 2_200);
    assert.equal(through, 7);
  });

  test("of a message goes on while newer ones come in", () => {
    let state, through;
    [state] = look(nothingRead, "s-1", 7, noon);
    [state] = look(state, "s-1", 8, noon + 600);
    [state, through] = look(state, "s-1", 8, noon + 1_000);
    assert.equal(through, 7);
    [, through] = look(state, "s-1", 8, noon + 1_600);
    assert.equal(through, 8);
  });

  test("belongs to one conversation", () => {
    const [state] = look(nothingRead, "s-1", 7, noon);
    const [, through] = look(state, "s-2", 7, noon + 2_000);
    assert.equal(through, 0);
  });
});
