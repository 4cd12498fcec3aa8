import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, filtered, queueWords, rowHeight } from "../../Services/Gateway/Web/queue/rows.js";
import { comparison, fieldOf, formErrors, formOf, settingsOf, sumOf } from "../../Services/Gateway/Web/routing/rules.js";
import { decisionWords, refusalWords, termWords } from "../../Services/Gateway/Web/shared/decision.js";
import { span } from "../../Services/Gateway/Web/shared/time.js";

const settings = {
  weights: { success: 40, priority: 25, load: 20, handling_time: 15, capability: 5 }, channel_weights: { phone: 3 }, offer_timeout_seconds: 30, preferred_wait_seconds: 0,
  relaxation: [{ after_seconds: 60, lacking_max: 1, levels_below_max: 0 }], offline_grace_seconds: null, learned_weight: 0, measures_capabilities: false,
};

test("settings that nobody touched come back as they were", () => {
  assert.deepEqual(settingsOf(formOf(settings), settings), settings);
  assert.deepEqual(formErrors(formOf(settings)), {});
});

test("weights are summed while they are typed, without the noise of decimals", () => {
  const form = formOf(settings);
  assert.equal(sumOf(form), 100);
  form.weights.success = "39.9";
  form.weights.priority = "25.1";
  assert.equal(sumOf(form), 100);
  form.weights.load = "25";
  assert.match(formErrors(form).weights, /105; take 5 away/);
  form.weights.load = "x";
  assert.equal(sumOf(form), null);
  assert.ok(formErrors(form)["weights.load"]);
});

test("what is wrong stands at its control", () => {
  const form = { ...formOf(settings), offer: "2", steps: [{ after: "60", lacking: "1", levels: "0" }, { after: "60", lacking: "", levels: "9" }] };
  const errors = formErrors(form);
  assert.match(errors.offer_timeout_seconds, /5 to 600/);
  assert.match(errors["relaxation[1].after_seconds"], /Later/);
  assert.ok(errors["relaxation[1].lacking_max"] && errors["relaxation[1].levels_below_max"]);
  assert.equal(fieldOf("routing.relaxation[1].lacking_max"), "relaxation[1].lacking_max");
});

test("a draft is compared in words", () => {
  const rows = comparison({ conversations: 9, wait_seconds_p50: 42, sla_met_share: 0.82, fairness: 0.9 }, { conversations: 9, wait_seconds_p50: 31, sla_met_share: 0.86, fairness: 0.9 });
  const words = Object.fromEntries(rows.map(([name, , , difference]) => [name, difference]));
  assert.equal(words["Half waited at most"], "11 s shorter");
  assert.equal(words["Answered in time"], "4 points more");
  assert.equal(words["Fairness, 0 to 1"], "the same");
  assert.equal(words["Highest load of an agent"], "");
});

const scored = (id, name, total, success = 20) => ({ agent_id: id, name, inputs: {}, terms: { success_rate: success, priority: 10, load: 10, handling_time: 5, capabilities: 0, total }, refusal: null });

test("a decision is told to the one who got it", () => {
  const two = [scored("a", "Ana", 60, 35), scored("b", "Bruno", 45)];
  assert.equal(decisionWords({ outcome: "assigned", chosen_agent_id: "a", candidates: two }, "a"), "You got this because your score was the highest: 60.0, 15.0 more than Bruno, most of all for success.");
  assert.match(decisionWords({ outcome: "assigned", chosen_agent_id: "a", candidates: two }, "z"), /^Ana got this because their score/);
  assert.match(decisionWords({ outcome: "assigned", chosen_agent_id: "a", candidates: [two[0]] }, "a"), /nobody else could have it/);
  assert.match(decisionWords({ outcome: "assigned", chosen_agent_id: "a", candidates: [scored("a", "Ana", 60), scored("b", "Bruno", 60)] }, "a"), /scored the same/);
  assert.match(decisionWords({ outcome: "manual", chosen_agent_id: "a", candidates: [] }, "a"), /a person chose you/);
  assert.match(decisionWords({ outcome: "preferred", chosen_agent_id: "a", candidates: two }, "a"), /had this customer before/);
  assert.match(decisionWords({ outcome: "queued", chosen_agent_id: null, candidates: [] }, "a"), /waited in the queue/);
});

test("whoever got it for want of skills is told so", () => {
  const decision = { outcome: "assigned", chosen_agent_id: "a", candidates: [scored("a", "Ana", 45), scored("b", "Bruno", 60)], work: { falls_back: true } };
  assert.match(decisionWords(decision, "a"), /^You got this because it had waited long enough .* you have the highest priority\.$/);
  assert.match(decisionWords(decision, "z"), /^Ana got this .* they have the highest priority\.$/);
  assert.doesNotMatch(decisionWords({ ...decision, work: { falls_back: false } }, "a"), /waited long enough/);
});

test("reasons have words, even new ones", () => {
  assert.equal(refusalWords("full"), "Full");
  assert.equal(refusalWords("not_trained_yet"), "Not trained yet");
  assert.match(termWords("success_rate", { inputs: { success_rate: null } }), /no history/);
  assert.equal(termWords("load", { inputs: { load: 2, capacity: 5 } }), "held 2 of 5");
});

test("of a thousand rows those in view are drawn", () => {
  const [first, last] = drawn(1_000, 500 * rowHeight, 900);
  assert.ok(first <= 500 && first > 480);
  assert.ok(last >= 518 && last < 540);
  assert.deepEqual(drawn(3, 0, 900), [0, 3]);
});

test("the queue is filtered and told in one sentence", () => {
  const items = [{ sector: "a", team_id: "t", waiting_since: "2026-11-25T12:00:00Z" }, { sector: "b", team_id: null, waiting_since: "2026-11-25T11:52:00Z" }];
  assert.equal(filtered(items, { sector: "b" }).length, 1);
  assert.equal(filtered(items, { team: "t" })[0].sector, "a");
  assert.equal(queueWords(items, Date.parse("2026-11-25T12:01:00Z"), span), "2 customers wait, the longest for 9 min.");
  assert.equal(queueWords([], 0, span), "Nobody waits.");
});
