/* What the page knows about its line. `completeUpTo` is the last moment at which the line was proven good: nothing before it is missing. */

/** Pauses between tries to connect; the last one repeats. Unit: milliseconds. */
export const reconnectPauses = [500, 1_000, 2_000, 4_000, 8_000, 15_000];

export const firstConnection = { phase: "connecting", completeUpTo: null, tries: 0, nextTryAt: null, lostAt: null };

export const isLive = (connection) => connection.phase === "live";

/** The socket is open and lists and conversations are refetched: nothing is missing. */
export const becameLive = (_, now) => ({ phase: "live", completeUpTo: now, tries: 0, nextTryAt: null, lostAt: null });

/** The socket is open, what was missed is being fetched. */
export const catchingUp = (connection) => ({ ...connection, phase: "catching-up", nextTryAt: null });

export const provenGood = (connection, now) => (connection.phase === "live" ? { ...connection, completeUpTo: now } : connection);

/** @param chance between 0 and 1: spreads the clients of a gateway that went away. */
export function lost(connection, now, chance) {
  const pause = reconnectPauses[Math.min(connection.tries, reconnectPauses.length - 1)];
  return { ...connection, phase: "reconnecting", tries: connection.tries + 1, nextTryAt: now + Math.round(pause * (0.5 + chance / 2)), lostAt: connection.lostAt ?? now };
}

export const connecting = (connection) => ({ ...connection, phase: connection.lostAt === null ? "connecting" : "reconnecting", nextTryAt: null });

/** Nothing is followed any more: what is here of each conversation is resumed from its own place. */
export function unsubscribed(conversations) {
  return Object.fromEntries(Object.entries(conversations).map(([id, conversation]) => [id, { ...conversation, subscribed: false }]));
}
