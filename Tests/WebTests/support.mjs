/* Small makers of what the service says. Sequences and times are given, never taken from a clock. */
export const ana = { type: "customer", id: "c-ana", name: "Ana" };
export const me = { type: "agent", id: "a-me", name: "Lena" };
export const bruno = { type: "agent", id: "a-bruno", name: "Bruno" };
export const noon = Date.parse("2026-11-19T12:00:00.000Z");
export const at = (minutes) => new Date(noon + minutes * 60_000).toISOString();

export function message(sequence, author = ana, fields = {}) {
  return { id: `m-${sequence}`, session_id: "s-1", sequence, kind: "message", author, text: `text ${sequence}`, state: "sent", attachments: [], metadata: {}, sent_at: at(sequence), edited_at: null, deleted_at: null, ...fields };
}

export function session(fields = {}) {
  return {
    id: "s-1", status: "assigned", channel: "website", priority: 5, customer: { id: "c-ana", name: "Ana", email: null }, agent: { id: me.id, name: me.name }, queue: null, subject: null, last_sequence: 0, last_message_sequence: 0,
    created_at: at(0), updated_at: at(0), closed_at: null, waiting_since: null, last_activity_at: at(0), snoozed_until: null, room_id: null, metadata: {}, last_message: null, unread_count: 0, ...fields,
  };
}

export function state(fields = {}) {
  return { me: { id: me.id, name: me.name, role: "agent" }, sessions: { "s-1": session() }, conversations: {}, typing: {}, agents: {}, readMarks: {}, ...fields };
}

export function conversation(entries = [], fields = {}) {
  return { id: "s-1", phase: "loaded", entries, receipts: {}, through: entries.length ? entries[entries.length - 1].sequence : 0, subscribed: true, seen: 0, newAfter: null, ...fields };
}

/** A frame as the socket brings it: the message without sequence and state. */
export function frame(type, sequence, data) {
  return { type, sequence, through: sequence, data: { session_id: "s-1", ...data } };
}

export function messageFrame(sequence, author = ana, fields = {}) {
  const { sequence: _, state: __, ...data } = message(sequence, author, fields);
  return frame("message", sequence, data);
}
