/* From entries to what is drawn: days, the line above what is new, and messages in groups by author. */
import { dayKey } from "../../shared/time.js";

/** Messages of one author closer together than this stand in one group. Unit: milliseconds. */
const groupSpan = 5 * 60_000;

/** A reply that was just stored is among this many last entries. */
const storedNearEnd = 50;

/**
 * @param entries   ordered by sequence
 * @param pending   our messages that are not stored yet, in the order of sending
 * @param newAfter  what was read before the conversation was opened, or null for no line
 */
export function threadRows(entries, pending = [], newAfter = null) {
  const rows = [];
  let day = null, group = null, lineDrawn = newAfter === null;
  for (const entry of entries) {
    const key = dayKey(entry.sent_at);
    if (key !== day) {
      rows.push({ type: "day", key: `day-${entry.id}`, at: entry.sent_at });
      day = key;
      group = null;
    }
    if (!lineDrawn && entry.sequence > newAfter && entry.kind === "message" && entry.author.type === "customer" && !entry.deleted_at) {
      rows.push({ type: "new", key: "new" });
      lineDrawn = true;
      group = null;
    }
    if (entry.kind === "event") {
      rows.push({ type: "event", key: entry.id, entry });
      group = null;
      continue;
    }
    const author = `${entry.kind}:${entry.author.type}:${entry.author.id}`;
    const time = Date.parse(entry.sent_at);
    const continues = group !== null && group.author === author && time - group.time < groupSpan;
    const row = { type: entry.kind === "note" ? "note" : "message", key: entry.id, entry, first: !continues, last: true, mine: entry.author.type !== "customer" };
    if (continues) rows[rows.length - 1].last = false;
    rows.push(row);
    group = { author, time };
  }
  // Between the answer and the outbox's step a reply is in both; it is shown once.
  const stored = pending.length ? new Set(entries.slice(-storedNearEnd).map((entry) => entry.id)) : null;
  pending.filter((item) => !stored.has(item.id)).forEach((item, index) => {
    rows.push({ type: "pending", key: item.id, item, first: index === 0, last: true, mine: true });
  });
  return rows;
}

/** The row at which what is new begins, or -1. */
export function firstNewRow(rows) {
  return rows.findIndex((row) => row.type === "new");
}
