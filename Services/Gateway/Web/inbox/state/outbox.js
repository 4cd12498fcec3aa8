/*
 * Replies on their way. Each has the id it will always have, so sending it twice stores it once. Per conversation they go
 * out one at a time, in order, each saying which message its writer had seen last (`expected`). No I/O and no clock here.
 *
 * queued → sending → (acknowledged: gone) | queued again (no answer) | conflict (somebody wrote) | refused (it will never go)
 */

/** Pauses between tries while the service does not answer. The last one repeats. Unit: milliseconds. */
export const pauses = [1_000, 2_000, 4_000, 8_000, 15_000];

/** Most replies kept per browser; beyond it the composer keeps the text and says so. Unit: replies. */
export const outboxLimit = 200;

export function enqueue(items, { id, sessionID, text, seen, createdAt }) {
  const before = items.filter((item) => item.sessionID === sessionID && item.state !== "refused").pop();
  return [...items, { id, sessionID, text, expected: seen, follows: before ? before.id : null, state: "queued", tries: 0, notBefore: 0, createdAt, problem: null }];
}

/** Which may be sent now: the first of each conversation, unless it waits for somebody's decision or its pause is not over. */
export function sendable(items, now) {
  const heads = new Map();
  for (const item of items) if (item.state !== "refused" && !heads.has(item.sessionID)) heads.set(item.sessionID, item);
  return [...heads.values()].filter((item) => item.state === "queued" && item.notBefore <= now);
}

/** When the next pause ends, or null. */
export function nextPause(items) {
  const times = items.filter((item) => item.state === "queued" && item.notBefore > 0).map((item) => item.notBefore);
  return times.length ? Math.min(...times) : null;
}

const change = (items, id, fields) => items.map((item) => (item.id === id ? { ...item, ...fields } : item));

export const sending = (items, id) => change(items, id, { state: "sending" });

/** Stored, as message number `sequence`. What was written after it was written knowing it. */
export function acknowledged(items, id, sequence) {
  if (!items.some((item) => item.id === id)) return items;
  return items.filter((item) => item.id !== id).map((item) => (item.follows === id ? { ...item, follows: null, expected: Math.max(item.expected, sequence) } : item));
}

/** No answer: it may be stored or not. The same id goes out again. */
export function unanswered(items, id, now, retryAfter = 0) {
  const item = items.find((candidate) => candidate.id === id);
  if (!item) return items;
  const pause = Math.max(pauses[Math.min(item.tries, pauses.length - 1)], retryAfter);
  return change(items, id, { state: "queued", tries: item.tries + 1, notBefore: now + pause });
}

/** The line is back: no pause has to be waited out. */
export function wake(items) {
  if (!items.some((item) => item.state === "queued" && item.notBefore > 0)) return items;
  return items.map((item) => (item.state === "queued" ? { ...item, notBefore: 0 } : item));
}

/** Somebody wrote after what its writer had seen. It is certain that it was not stored. */
export const conflicted = (items, id, lastMessageSequence) => change(items, id, { state: "conflict", movedTo: lastMessageSequence });

/** Its writer saw what came between and sends it all the same; if yet another comes, they are asked again. */
export const sendAnyway = (items, id, seen) => change(items, id, { state: "queued", expected: seen, notBefore: 0, tries: 0 });

/** It will never be stored as it is; the ones after it go on from where it stood. */
export function refused(items, id, problem) {
  return passOn(change(items, id, { state: "refused", problem, follows: null }), id);
}

export function discard(items, id) {
  return passOn(items, id).filter((item) => item.id !== id);
}

function passOn(items, id) {
  const gone = items.find((item) => item.id === id);
  return items.map((item) => (item.follows === id ? { ...item, follows: null, expected: Math.max(item.expected, gone.expected) } : item));
}

/** After a reload: what was being sent counts as unanswered. */
export function restore(items) {
  const known = new Set(items.map((item) => item.id));
  return [...items].sort((one, other) => one.createdAt - other.createdAt)
    .map((item) => ({ ...item, state: item.state === "sending" ? "queued" : item.state, notBefore: 0, follows: known.has(item.follows) ? item.follows : null }));
}
