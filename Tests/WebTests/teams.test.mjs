import assert from "node:assert/strict";
import { test } from "node:test";
import { deletionWords, leavingWords, moveOperations, movedMember, removalButton, teamErrors } from "../../Services/Gateway/Web/teams/changes.js";
import { filledDays, lastDays, minutes, percent, summary } from "../../Services/Gateway/Web/teams/days.js";

const noon = Date.parse("2026-11-25T12:00:00Z");
const member = { id: "m1", team_id: "t1", user: { id: "u1", name: "Ana Lund" }, role: "lead", active: true, assignments: [{ id: "s1", agent: { id: "u1", name: "Ana Lund" } }] };

test("a range ends today and has every day", () => {
  assert.deepEqual(lastDays(3, noon), ["2026-11-23", "2026-11-24", "2026-11-25"]);
  assert.deepEqual(lastDays(2, Date.parse("2026-03-01T00:30:00Z")), ["2026-02-28", "2026-03-01"]);
});

test("days without a figure count nothing and measure nothing", () => {
  const days = filledDays([{ day: "2026-11-24", assigned_count: 4, resolved_count: 3, given_up_count: 1, success_rate: 0.75, mean_wait_seconds: 30, mean_handling_seconds: 120 }], lastDays(3, noon));
  assert.deepEqual(days.map((day) => day.assigned_count), [0, 4, 0]);
  assert.equal(days[0].success_rate, null);
});

test("a sum weighs each day by what happened on it", () => {
  const day = (assigned, resolved, success, wait) => ({ day: "", assigned_count: assigned, resolved_count: resolved, given_up_count: 0, success_rate: success, mean_wait_seconds: wait, mean_handling_seconds: null });
  const sum = summary([day(1, 1, 0, 100), day(9, 3, 1, 0)]);
  assert.equal(sum.success, 0.75);
  assert.equal(sum.waitSeconds, 10);
  assert.equal(sum.handlingSeconds, null);
});

test("figures read as a person would say them", () => {
  assert.equal(percent(0.874), "87 %");
  assert.equal(percent(null), "–");
  assert.equal(minutes(78), "1:18");
  assert.equal(minutes(3_725), "1:02:05");
});

test("removing somebody says what happens to their conversations", () => {
  assert.match(leavingWords(member, {}, 3, false), /^3 open conversations will be offered to others at once\./);
  assert.match(leavingWords(member, {}, 1, false), /^1 open conversation will/);
  assert.match(leavingWords(member, {}, 0, false), /holds no open conversation/);
  assert.match(leavingWords(member, {}, 3, true), /those of this team/);
  assert.match(leavingWords(member, {}, null, false), /conversations of this team/);
  assert.equal(removalButton(3, false), "Remove and offer 3");
  assert.equal(removalButton(0, false), "Remove");
});

test("deleting a team says who leaves and where its work goes", () => {
  const words = deletionWords({ sector: "Retail", member_count: 2, agent_count: 1 }, 4);
  assert.match(words, /2 members and 1 agent leave it/);
  assert.match(words, /4 conversations waiting for it, will be offered to everybody in Retail/);
});

test("a move is one request, and can be taken back as one", () => {
  let count = 0;
  const change = moveOperations(member, "t2", () => `new${(count += 1)}`);
  assert.equal(change.mode, "all_or_nothing");
  assert.deepEqual(change.operations.map((operation) => operation.operation), ["add_member", "assign_agent", "remove_member"]);
  assert.equal(change.operations[1].member_id, change.operations[0].id);
  const back = moveOperations(movedMember(member, change.operations, "t2"), "t1", () => "later");
  assert.deepEqual(back.operations.at(-1), { operation: "remove_member", team_id: "t2", id: "new1" });
  assert.equal(back.operations[1].agent_id, "u1");
});

test("a team needs a name that is not too long", () => {
  assert.deepEqual(teamErrors({ name: "Repairs", sector: "", description: "" }), {});
  assert.match(teamErrors({ name: " ", sector: "", description: "" }).name, /Enter a name/);
  assert.match(teamErrors({ name: "x".repeat(101), sector: "", description: "" }).name, /101/);
});
