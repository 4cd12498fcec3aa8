/* The list's rows: sessions, merged by last_sequence, filtered and ordered here the same way as the service does it. */

/** Keeps whichever copy of a session covers more; of equals the one that was fetched later. What warns of a promise has no sequence of its own. */
export function mergeSession(known, incoming) {
  if (!known) return incoming;
  if (incoming.last_sequence < known.last_sequence) return known;
  return isSamePromise(known.sla, incoming.sla) && worse(known.sla, incoming.sla) ? { ...incoming, sla: known.sla } : incoming;
}

/** A promise's state, while what it is about stays the same, only gets worse: an answer that says better was on its way when the warning came. */
const states = ["ok", "warning", "breached"];
const worse = (one, other) => states.indexOf(one.state) > states.indexOf(other.state);
const isSamePromise = (one, other) => Boolean(one && other) && ["first_response_due_at", "resolution_due_at"].every((due) => momentOf(one[due]) === momentOf(other[due]));
const momentOf = (time) => (time ? Date.parse(time) : null);

/** @param readMarks how far this agent has read, by session: an answer that was on its way meanwhile must not say otherwise */
export function mergeSessions(sessions, incoming, readMarks = {}) {
  if (incoming.length === 0) return sessions;
  const merged = { ...sessions };
  for (const session of incoming) {
    const row = mergeSession(merged[session.id], session);
    merged[session.id] = row.unread_count && (readMarks[row.id] || 0) >= row.last_message_sequence ? { ...row, unread_count: 0 } : row;
  }
  return merged;
}

const nothing = new Set();

/** Who may change a conversation: its agent, anybody while nobody holds it, and always supervisors and administrators. */
export function mayAct(session, me) {
  if (me.role === "viewer" || session.status === "closed") return false;
  return me.role !== "agent" || !session.agent || session.agent.id === me.id;
}

export const statusTabs = {
  open: (session) => session.status === "waiting" || session.status === "assigned",
  pending: (session) => session.status === "pending",
  resolved: (session) => session.status === "resolved",
  closed: (session) => session.status === "closed",
};

/**
 * Whether a session belongs to a list. Free text is matched by the service only, and so is whose a pending or resolved conversation was:
 * nobody holds it, the service remembers its last agent. `listed` are the sessions that the service put into this list.
 */
export function belongs(session, filter, myID, listed = nothing) {
  const held = session.status === "waiting" || session.status === "assigned";
  if (filter.view === "mine" && session.agent?.id !== myID && (held || !listed.has(session.id))) return false;
  if (filter.view === "unassigned" && (session.agent !== null || (filter.status === "open" && session.status !== "waiting"))) return false;
  if (filter.channel && session.channel !== filter.channel) return false;
  return (statusTabs[filter.status] || statusTabs.open)(session);
}

/** Since when the customer waits for an answer, or null when the last word is ours. */
export function waitingSince(session) {
  if (session.status !== "waiting" && session.status !== "assigned") return null;
  if (session.status === "waiting" && session.waiting_since) return session.waiting_since;
  const last = session.last_message;
  return last && last.author?.type === "customer" ? last.sent_at : null;
}

export const orders = {
  newest: (one, other) => compare(other.last_activity_at, one.last_activity_at) || compare(other.id, one.id),
  waiting: (one, other) => compareLast(one.waiting_since, other.waiting_since) || compare(one.id, other.id),
};

function compare(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}

function compareLast(one, other) {
  if (!one || !other) return one ? -1 : other ? 1 : 0;
  return compare(one, other);
}

/**
 * The rows of a list. Sessions beyond the last fetched page are left out although they may be known from elsewhere,
 * since between them and the page others are still missing.
 */
export function rowsOf(sessions, list, filter, myID) {
  const order = orders[filter.sort] || orders.newest;
  const listed = new Set(list?.ids);
  if (filter.text) return [...listed].map((id) => sessions[id]).filter((session) => session && belongs(session, filter, myID, listed));
  const found = Object.values(sessions).filter((session) => belongs(session, filter, myID, listed)).sort(order);
  const edge = list?.cursor && list.edge ? sessions[list.edge] : null;
  if (!edge) return found;
  return found.filter((session) => session.id === edge.id || order(session, edge) <= 0);
}

export function filterKey(filter) {
  return JSON.stringify([filter.view, filter.status, filter.channel, filter.sort, filter.text]);
}

export const noFilter = { view: "mine", status: "open", channel: "", sort: "newest", text: "" };

export function filterOfSearch(search) {
  const given = new URLSearchParams(search);
  const one = (name, allowed, otherwise) => (allowed.includes(given.get(name)) ? given.get(name) : otherwise);
  return {
    view: one("view", ["mine", "unassigned", "all"], "mine"),
    status: one("status", ["open", "pending", "resolved", "closed"], "open"),
    channel: one("channel", ["website", "whatsapp", "email", "phone", "sms", "facebook", "instagram"], ""),
    sort: one("sort", ["newest", "waiting"], "newest"),
    text: given.get("text") || "",
  };
}

export function searchOfFilter(filter) {
  const changed = Object.entries(filter).filter(([name, value]) => value !== noFilter[name]);
  return changed.length ? `?${new URLSearchParams(changed)}` : "";
}
