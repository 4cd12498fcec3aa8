/* The queue's rows, and their part that is drawn. */

/** Height of a row. Unit: pixels. The same as in the style sheet. */
export const rowHeight = 52;
/** Rows drawn beyond the visible ones, on both sides. */
export const overscan = 10;

/** First and last row (excluded) to draw. */
export function drawn(count, top, height) {
  const first = Math.max(0, Math.floor(top / rowHeight) - overscan);
  return [first, Math.min(count, Math.ceil((top + height) / rowHeight) + overscan)];
}

/** What the filters leave, in the queue's order. */
export function filtered(items, { sector = "", team = "" }) {
  return items.filter((item) => (!sector || item.sector === sector) && (!team || item.team_id === team));
}

/** The queue in one sentence: how many, and since when the first one waits. */
export function queueWords(items, now, span) {
  if (items.length === 0) return "Nobody waits.";
  const oldest = items.reduce((least, item) => (item.waiting_since < least ? item.waiting_since : least), items[0].waiting_since);
  const wait = span(now - Date.parse(oldest));
  return `${items.length === 1 ? "1 customer waits" : `${items.length} customers wait`}, the longest ${wait === "now" ? "since just now" : `for ${wait}`}.`;
}
