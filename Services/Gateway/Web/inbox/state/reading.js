/* "Read" means: its end was visible for a second in a focused view. Pure; the shell says what is visible and what time it is. */

/** How long a message has to be visible. Unit: milliseconds. */
export const readingTime = 1_000;

export const nothingRead = { sessionID: null, seen: [], told: 0 };

/** What rounding may hide of a message's end. Unit: pixels. */
const rounding = 1;

/**
 * The highest sequence whose end stands between `top` and `bottom`, or 0. Half of a tall message is not the message: its end has to be seen.
 * @param messages {sequence, bottom} of what is drawn; more may be drawn than is seen
 */
export function lastEndBetween(messages, top, bottom) {
  let last = 0;
  for (const message of messages) if (message.sequence > last && message.bottom > top && message.bottom <= bottom + rounding) last = message.sequence;
  return last;
}

/**
 * @param visible highest sequence whose end is visible now in a focused view, or 0
 * @returns [state, through, wakeAt]: `through` is to be told as read, or 0; look again at `wakeAt`, or null
 */
export function look(state, sessionID, visible, now) {
  let { seen, told } = state.sessionID === sessionID ? state : nothingRead;
  if (visible <= 0) return [{ sessionID, seen: [], told }, 0, null];
  // Each mark says: from `since` on, everything up to `through` was visible without a break.
  seen = seen.filter((mark) => mark.through <= visible);
  if (visible > told && !seen.some((mark) => mark.through === visible)) seen = [...seen, { through: visible, since: now }];
  const done = seen.filter((mark) => now - mark.since >= readingTime);
  const through = done.reduce((highest, mark) => Math.max(highest, mark.through), 0);
  const rest = seen.filter((mark) => now - mark.since < readingTime);
  const wakeAt = rest.length ? Math.min(...rest.map((mark) => mark.since)) + readingTime : null;
  const tells = through > told;
  return [{ sessionID, seen: rest, told: tells ? through : told }, tells ? through : 0, wakeAt];
}
