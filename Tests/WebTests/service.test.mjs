import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { serviceWords } from "../../Services/Gateway/Web/inbox/service.js";
import { applyFrame } from "../../Services/Gateway/Web/inbox/state/frames.js";
import { mergeSession } from "../../Services/Gateway/Web/inbox/state/rows.js";
import { bruno, frame, messageFrame, noon, session, state } from "./support.mjs";

const after = (minutes) => new Date(noon + minutes * 60_000).toISOString();
const sla = (fields) => ({ state: "ok", first_response_due_at: null, resolution_due_at: null, ...fields });
const words = (fields, more) => serviceWords(session({ sla: sla(fields), ...more }), noon);

describe("What was promised", () => {
  test("is nothing without a target, and over when the conversation is closed", () => {
    assert.equal(serviceWords(session({ sla: null }), noon), null);
    assert.equal(words({}), null);
    assert.notEqual(words({ resolution_due_at: after(9) }), null, "without a target shown this proves nothing");
    assert.equal(words({ resolution_due_at: after(9) }, { status: "closed" }), null);
  });

  test("says the first reply before the resolution, and how long is left", () => {
    const both = words({ first_response_due_at: after(9), resolution_due_at: after(68) });
    assert.equal(both.short, "Reply in 9 min");
    assert.equal(both.tone, "");
    assert.equal(both.isAnswer, true);
    assert.match(both.full, /^First reply is due .*\d{4} at/);
    assert.equal(words({ resolution_due_at: after(68) }).short, "Resolve in 1 h 08");
    assert.equal(words({ first_response_due_at: after(0.5) }).short, "Reply in under 1 min");
  });

  test("warns when the service warns, and is late by the clock", () => {
    assert.equal(words({ state: "warning", first_response_due_at: after(2) }).tone, "warn");
    const late = words({ state: "breached", first_response_due_at: after(-4) });
    assert.deepEqual([late.short, late.tone], ["4 min late", "bad"]);
    assert.match(late.full, /^First reply was due/);
    assert.equal(words({ state: "warning", first_response_due_at: after(0) }).short, "Due now");
  });

  test("remembers a missed target after the late answer, without colouring what is still in time", () => {
    const rest = words({ state: "breached", resolution_due_at: after(60) });
    assert.deepEqual([rest.short, rest.tone], ["Resolve in 1 h", ""]);
    assert.match(rest.full, /was missed/);
    assert.equal(words({ state: "breached" }).short, "Target missed");
    assert.equal(words({ state: "breached" }, { status: "resolved" }), null);
  });
});

describe("A service frame", () => {
  const promised = () => state({ sessions: { "s-1": session({ sla: sla({ first_response_due_at: after(9), resolution_due_at: after(60) }) }) } });

  test("changes what the row says", () => {
    const [next] = applyFrame(promised(), frame("sla", null, { measure: "first_response", sla: sla({ state: "breached", first_response_due_at: after(-1) }) }), noon);
    assert.equal(next.sessions["s-1"].sla.state, "breached");
    assert.equal(applyFrame(state({ sessions: {} }), frame("sla", null, { sla: sla() }), noon)[0].sessions["s-1"], undefined);
  });

  test("is not waited for when one of us answers: the reply is no longer due, and the row is fetched", () => {
    const [next, effects] = applyFrame(promised(), messageFrame(1, bruno), noon);
    assert.equal(next.sessions["s-1"].sla.first_response_due_at, null);
    assert.equal(next.sessions["s-1"].sla.resolution_due_at, after(60));
    assert.ok(effects.some((effect) => effect.type === "fetch-clock"));
    const [same] = applyFrame(promised(), messageFrame(1), noon);
    assert.notEqual(same.sessions["s-1"].sla.first_response_due_at, null, "a customer's word answers nothing");
  });

  test("is not taken back by an answer that was on its way, and is by one about another time", () => {
    const warned = frame("sla", null, { measure: "first_response", sla: sla({ state: "warning", first_response_due_at: after(9), resolution_due_at: after(60) }) });
    const [next] = applyFrame(promised(), warned, noon);
    const known = next.sessions["s-1"];
    const fetched = (fields) => mergeSession(known, session({ subject: "Newer", sla: sla({ first_response_due_at: after(9), resolution_due_at: after(60), ...fields }) }));
    assert.equal(fetched({}).sla.state, "warning");
    assert.equal(fetched({}).subject, "Newer");
    assert.equal(fetched({ state: "breached" }).sla.state, "breached");
    assert.equal(fetched({ first_response_due_at: null }).sla.state, "ok");
    assert.equal(fetched({ first_response_due_at: after(30) }).sla.state, "ok");
    assert.equal(mergeSession(known, session({ sla: null })).sla, null);
  });
});
