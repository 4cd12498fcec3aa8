/* One socket frame changes the state here, and nowhere else. Pure: what has to be fetched is returned as effects. */
import { beginning } from "../../shared/text.js";
import { changeEntry, entryOfEvent, entryOfMessage, mergeEntries, unreadIn } from "./entries.js";
import { furtherDelivery, mergeReceipt, participantKey, readThroughOf } from "./receipts.js";

/** A typing mark that is not repeated goes away after this. Unit: milliseconds. */
export const typingSpan = 6_000;
/** A list row carries at most this much of its last message, as the service cuts it. Unit: characters. */
const previewLength = 200;

/**
 * @returns [state, effects]; effects are {type: "fetch-session", id}, {type: "fetch-clock", id}, {type: "counts"}, {type: "presence"},
 * {type: "acknowledged", id, sequence}, {type: "arrived", message}, {type: "assigned-to-me", sessionID, sequence}, {type: "resync", id},
 * {type: "fetch-deliveries", id}
 */
export function applyFrame(state, frame, now) {
  const { type, sequence, data = {} } = frame;
  switch (type) {
    case "message": return applyMessage(state, frame, now);
    case "message_edited": return applyChange(state, frame, { text: data.text, edited_at: data.edited_at });
    case "message_deleted": return applyChange(state, frame, { text: "", deleted_at: data.deleted_at });
    case "status": return applyStatus(state, frame);
    case "session": return applySession(state, frame);
    case "customer": return applyCustomer(state, data);
    case "assigned": return applyAssigned(state, frame);
    case "receipt": return applyReceipt(state, data);
    case "delivery": return applyDelivery(state, data);
    case "typing": return [withTyping(state, data.session_id, data.author, data.active ? now + typingSpan : 0), []];
    case "presence": return applyPresence(state, data);
    case "queue": return [withRow(state, data.session_id, () => ({ queue: { position: data.position, estimated_wait_seconds: data.estimated_wait_seconds } })), []];
    case "sla": return [withRow(state, data.session_id, () => ({ sla: data.sla })), []];
    case "ready": return applyReady(state, data, frame);
    case "ack": return [state, [{ type: "acknowledged", id: data.id, sequence: data.sequence ?? sequence }]];
    case "resync": return [state, [{ type: "resync", id: data.session_id ?? null }]];
    default: return [state, []];
  }
}

function applyMessage(state, frame, now) {
  const { sequence, data } = frame;
  const id = data.session_id;
  const effects = [];
  const entry = entryOfMessage(data, sequence);
  const known = state.sessions[id];
  let next = withEntries(state, id, [entry], frame);
  const fromCustomer = entry.kind === "message" && entry.author.type === "customer";
  if (!known) {
    effects.push({ type: "fetch-session", id });
    if (fromCustomer) effects.push({ type: "arrived", message: entry });
  } else if (sequence > known.last_sequence) {
    const answers = entry.kind === "message" && entry.author.type === "agent" && Boolean(known.sla?.first_response_due_at);
    next = withRow(next, id, (session) => ({
      last_sequence: sequence,
      ...(entry.kind === "message" ? {
        last_message_sequence: sequence,
        last_activity_at: entry.sent_at > session.last_activity_at ? entry.sent_at : session.last_activity_at,
        last_message: { kind: entry.kind, author: entry.author, text: preview(entry.text), sent_at: entry.sent_at, sequence },
      } : {}),
      unread_count: fromCustomer ? (session.unread_count || 0) + 1 : session.unread_count,
      ...(answers ? { sla: { ...session.sla, first_response_due_at: null } } : {}),
    }));
    if (answers) effects.push({ type: "fetch-clock", id });  // What is due now, chat knows a moment later.
    if (fromCustomer) effects.push({ type: "arrived", message: entry });
  }
  next = withTyping(next, id, entry.author, 0);
  effects.push({ type: "acknowledged", id: entry.id, sequence });
  return [next, effects];
}

/** An edit or a deletion. Every copy of the text follows: the thread's, the list's preview, the number of what is unread. */
function applyChange(state, frame, change) {
  const { data, sequence } = frame;
  const id = data.session_id;
  const conversation = state.conversations[id];
  const entry = conversation?.entries.find((candidate) => candidate.id === data.id);
  let next = state;
  if (conversation) next = withConversation(state, id, { entries: changeEntry(conversation.entries, data.id, change), through: furthest(conversation, frame) });
  const session = state.sessions[id];
  if (!session) return [next, []];
  const place = data.message_sequence ?? entry?.sequence ?? null;
  const isLast = place !== null && session.last_message?.sequence === place;
  next = withRow(next, id, () => ({
    last_sequence: Math.max(session.last_sequence, sequence || 0),
    ...(isLast ? { last_message: { ...session.last_message, ...change, text: preview(change.text) } } : {}),
  }));
  const wasUnread = change.deleted_at && !entry?.deleted_at && session.unread_count > 0;
  if (wasUnread && entry?.author.type === "customer" && place > ownReadThrough(state, id)) next = withRow(next, id, (row) => ({ unread_count: row.unread_count - 1 }));
  // Where the page does not know the message, the service says what became of the row.
  return [next, place === null || wasUnread ? [{ type: "fetch-session", id }] : []];
}

const preview = (text) => beginning(text, previewLength);

function ownReadThrough(state, id) {
  return Math.max(state.readMarks[id] || 0, state.me ? readThroughOf(state.conversations[id]?.receipts || {}, { type: "agent", id: state.me.id }) : 0);
}

/** Somebody changed what a conversation is about, or how urgent it is. All values are those after the change. */
function applySession(state, frame) {
  const { sequence, data } = frame;
  const id = data.session_id;
  const conversation = state.conversations[id];
  const next = conversation ? withConversation(state, id, { through: furthest(conversation, frame) }) : state;
  const known = state.sessions[id];
  if (!known) return [next, [{ type: "fetch-session", id }]];
  if (sequence <= known.last_sequence) return [next, []];
  return [withRow(next, id, () => ({ last_sequence: sequence, subject: data.subject ?? null, priority: data.priority ?? known.priority, room_id: data.room_id ?? null, updated_at: data.at ?? known.updated_at })), []];
}

/** Who somebody is changed, in every row and in the panel. */
function applyCustomer(state, { customer_id: id, ...change }) {
  const sessions = { ...state.sessions };
  for (const session of Object.values(sessions)) {
    if (session.customer?.id === id) sessions[session.id] = { ...session, customer: { ...session.customer, name: change.name ?? null, email: change.email ?? null } };
  }
  const known = state.customers?.[id];
  if (!known?.value) return [{ ...state, sessions }, []];
  return [{ ...state, sessions, customers: { ...state.customers, [id]: { ...known, value: { ...known.value, ...change } } } }, []];
}

function applyStatus(state, frame) {
  const { sequence, data } = frame;
  const id = data.session_id;
  let next = withEntries(state, id, [entryOfEvent("status", data, sequence)], frame);
  if (!state.sessions[id]) return [next, [{ type: "fetch-session", id }, { type: "counts" }]];
  if (sequence <= state.sessions[id].last_sequence) return [next, []];
  next = withRow(next, id, (session) => ({
    last_sequence: sequence, status: data.status, priority: data.priority ?? session.priority, subject: data.subject ?? session.subject, snoozed_until: data.snoozed_until ?? null,
    updated_at: data.at, closed_at: data.status === "closed" ? data.at : null,
    waiting_since: data.status === "waiting" ? (session.status === "waiting" && session.waiting_since) || data.at : session.waiting_since,
    queue: data.status === "waiting" ? session.queue : null, agent: data.status === "assigned" ? session.agent : null,
  }));
  // Who holds it, since when it waits and its place are chat's to say: the row is fetched once more.
  return [next, [{ type: "counts" }, { type: "fetch-session", id }]];
}

function applyAssigned(state, frame) {
  const { sequence, data } = frame;
  const id = data.session_id;
  const next = withEntries(state, id, [entryOfEvent("assigned", data, sequence)], frame);
  const effects = [{ type: "counts" }, { type: "presence" }];
  const known = state.sessions[id];
  const toMe = data.agent?.id !== undefined && data.agent.id === state.me?.id;
  if (!known) return [next, [...effects, { type: "fetch-session", id }, ...(toMe ? [{ type: "assigned-to-me", sessionID: id, sequence }] : [])]];
  if (sequence <= known.last_sequence) return [next, effects];
  if (toMe && known.agent?.id !== state.me.id) effects.push({ type: "assigned-to-me", sessionID: id, sequence });
  return [withRow(next, id, () => ({ last_sequence: sequence, agent: data.agent, queue: data.agent ? null : known.queue, status: data.status ?? (data.agent && known.status === "waiting" ? "assigned" : known.status), waiting_since: data.agent ? null : known.waiting_since ?? data.at })), [...effects, { type: "fetch-session", id }]];
}

function applyReceipt(state, data) {
  const id = data.session_id;
  let next = state;
  const conversation = state.conversations[id];
  if (conversation) {
    const receipts = mergeReceipt(conversation.receipts, data);
    if (receipts !== conversation.receipts) next = withConversation(state, id, { receipts });
  }
  if (data.participant.id !== state.me?.id) return [next, []];
  next = marked(next, id, data.read_through || 0);
  const session = state.sessions[id];
  if (!session || !session.unread_count) return [next, []];
  return [withRow(next, id, () => ({ unread_count: unreadAfter(next, id, data.read_through || 0) })), []];
}

/** Takes no sequence, so what was missed does not come again: see `ready`. */
function applyDelivery(state, { session_id: id, message_id: messageID, ...report }) {
  const entries = state.conversations[id]?.entries;
  const entry = entries?.find((candidate) => candidate.id === messageID);
  if (!entry) return [state, []];
  return [withConversation(state, id, { entries: changeEntry(entries, messageID, furtherDelivery(entry, report)) }), []];
}

/** Counted in the thread where it is loaded far enough; otherwise all or nothing, which the next fetch corrects. */
function unreadAfter(state, id, readThrough) {
  const session = state.sessions[id];
  if (readThrough >= session.last_message_sequence) return 0;
  const entries = state.conversations[id]?.entries;
  // Never more than before: who scrolls up and rests there has not unread what is below.
  return entries?.length && entries[0].sequence <= readThrough + 1 ? Math.min(session.unread_count, unreadIn(entries, readThrough)) : session.unread_count;
}

/** This agent read up to here; the row does not wait for the service to say it back. */
export function readHere(state, id, through) {
  const conversation = state.conversations[id];
  const next = conversation && state.me
    ? withConversation(state, id, { receipts: mergeReceipt(conversation.receipts, { participant: { type: "agent", id: state.me.id, name: state.me.name }, read_through: through }) })
    : state;
  return withRow(marked(next, id, through), id, () => ({ unread_count: unreadAfter(next, id, through) }));
}

function marked(state, id, through) {
  return { ...state, readMarks: { ...state.readMarks, [id]: Math.max(state.readMarks[id] || 0, through) } };
}

function applyPresence(state, data) {
  const agents = { ...state.agents, [data.agent_id]: { ...state.agents[data.agent_id], id: data.agent_id, name: data.name, status: data.status, load: data.load, capacity: data.capacity } };
  return [{ ...state, agents }, data.agent_id === state.me?.id ? [{ type: "presence" }] : []];
}

function applyReady(state, data, frame) {
  const id = data.session_id;
  if (!id) return [{ ...state, stale: data.stale || [] }, []];
  const conversation = state.conversations[id];
  if (!conversation) return [state, []];
  const through = data.through ?? frame.through;
  // We have more than there is: a backup was restored, or this is another server.
  if (through !== undefined && through !== null && through < (conversation.askedAfter ?? 0)) return [state, [{ type: "resync", id }]];
  const receipts = (data.receipts || []).reduce(mergeReceipt, conversation.receipts);
  const isCarried = conversation.entries.some((entry) => entry.attempt);
  return [withConversation(state, id, { receipts, resumed: true, through: Math.max(conversation.through, through ?? 0) }), isCarried ? [{ type: "fetch-deliveries", id }] : []];
}

export function withConversation(state, id, change) {
  return { ...state, conversations: { ...state.conversations, [id]: { ...state.conversations[id], ...change } } };
}

/** Only a subscribed conversation takes entries from the socket: of others the page does not know whether it missed some. */
function withEntries(state, id, incoming, frame) {
  const conversation = state.conversations[id];
  if (!conversation || !conversation.subscribed) return state;
  return withConversation(state, id, { entries: mergeEntries(conversation.entries, incoming), through: furthest(conversation, frame) });
}

function furthest(conversation, frame) {
  return conversation.subscribed ? Math.max(conversation.through, frame.through ?? frame.sequence ?? 0) : conversation.through;
}

export function withRow(state, id, change) {
  const session = state.sessions[id];
  return session ? { ...state, sessions: { ...state.sessions, [id]: { ...session, ...change(session) } } } : state;
}

function withTyping(state, id, author, until) {
  if (!author || (state.me && author.id === state.me.id)) return state;
  const key = participantKey(author);
  const here = state.typing[id] || {};
  if (!until && !here[key]) return state;
  const { [key]: _, ...others } = here;
  return { ...state, typing: { ...state.typing, [id]: until ? { ...others, [key]: { author, until } } : others } };
}

/** Typing marks that were not repeated. */
export function expireTyping(state, now) {
  let changed = false;
  const typing = {};
  for (const [id, authors] of Object.entries(state.typing)) {
    const kept = Object.entries(authors).filter(([, mark]) => mark.until > now);
    if (kept.length !== Object.keys(authors).length) changed = true;
    if (kept.length) typing[id] = Object.fromEntries(kept);
  }
  return changed ? { ...state, typing } : state;
}

