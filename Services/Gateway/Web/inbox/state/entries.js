/* What a conversation's thread is made of: messages, notes and events, ordered by the conversation's sequence. */
import { furtherDelivery } from "./receipts.js";

/** Adds entries to an ordered list. What is there already (by id) is replaced, so repeats and overlapping pages change nothing. */
export function mergeEntries(entries, incoming) {
  if (incoming.length === 0) return entries;
  const last = entries.length ? entries[entries.length - 1].sequence : -1;
  const ordered = isAscending(incoming) ? incoming : [...incoming].sort((one, other) => one.sequence - other.sequence);
  if (ordered[0].sequence > last) return entries.concat(ordered);
  const byIdentity = new Map();
  for (const entry of entries) byIdentity.set(entry.id, entry);
  for (const entry of ordered) byIdentity.set(entry.id, newer(byIdentity.get(entry.id), entry));
  return [...byIdentity.values()].sort((one, other) => one.sequence - other.sequence);
}

/** An edit or a deletion that arrived before an older copy of the message must survive that copy. */
function newer(known, incoming) {
  if (!known) return incoming;
  const entry = newerText(known, incoming);
  const delivery = furtherDelivery(known, incoming);
  return delivery ? { ...entry, ...delivery } : entry;
}

function newerText(known, incoming) {
  if (known.deleted_at && !incoming.deleted_at) return known;
  if (known.edited_at && !incoming.deleted_at && (incoming.edited_at || "") < known.edited_at) return known;
  return incoming;
}

function isAscending(list) {
  for (let index = 1; index < list.length; index += 1) if (list[index].sequence <= list[index - 1].sequence) return false;
  return true;
}

/** A socket's `message` frame as the same shape that history has. */
export function entryOfMessage(data, sequence) {
  return { kind: "message", state: "sent", attachments: [], metadata: {}, edited_at: null, deleted_at: null, ...data, sequence };
}

/** A socket's `status` or `assigned` frame as a line of the thread. */
export function entryOfEvent(type, data, sequence) {
  return { kind: "event", id: `event-${sequence}`, session_id: data.session_id, sequence, sent_at: data.at, event: { type, ...data } };
}

export function changeEntry(entries, id, change) {
  const index = entries.findIndex((entry) => entry.id === id);
  if (index < 0) return entries;
  const changed = entries.slice();
  changed[index] = { ...entries[index], ...change };
  return changed;
}

export function lastMessageSequence(entries) {
  for (let index = entries.length - 1; index >= 0; index -= 1) if (entries[index].kind === "message") return entries[index].sequence;
  return 0;
}

/** Messages above a sequence that somebody other than the reader's side wrote. */
export function unreadIn(entries, readThrough) {
  let count = 0;
  for (let index = entries.length - 1; index >= 0 && entries[index].sequence > readThrough; index -= 1) {
    const entry = entries[index];
    if (entry.kind === "message" && entry.author.type === "customer" && !entry.deleted_at) count += 1;
  }
  return count;
}
