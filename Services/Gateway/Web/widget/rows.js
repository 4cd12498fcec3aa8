/* The thread as a list of rows: days, messages grouped by their author, what happened, and what still waits. Pure. */

/** Messages of one author within this time stand together, with one name and one time. Unit: milliseconds. */
const groupedWithin = 5 * 60_000;

/**
 * `threads`: conversations, oldest first. `waiting`: unsent entries with `mark` (sending, sent, waits, held, failed).
 * A row: {key, kind: "day" | "event" | "message", …}; a message row says whether it starts and whether it ends its group.
 */
export function threadRows(threads, waiting, language, now = new Date()) {
  const items = [];
  for (const thread of threads) {
    for (const { message, line, sequence } of thread.entries()) {
      if (line) {
        const words = line.kind === "closed" ? (line.name ? "closedBy" : "wasClosed") : line.kind;
        items.push({ key: `${thread.id} ${sequence}`, kind: "event", at: new Date(line.at || now), text: language.say(words, { name: line.name }) });
      } else if (message.kind === "event") {
        if (message.text) items.push({ key: message.id, kind: "event", at: new Date(message.sent_at), text: message.text });
      } else {
        items.push({
          key: message.id,
          kind: "message",
          at: new Date(message.sent_at),
          mine: message.mine,
          author: message.mine ? "" : message.author?.name || thread.title || "",
          text: message.deleted_at ? language.say("removed") : message.text,
          removed: Boolean(message.deleted_at),
          edited: Boolean(message.edited_at) && !message.deleted_at,
          mark: message.mine ? thread.stateOf(message) : "",
          sequence,
          thread: thread.id,
        });
      }
    }
  }
  for (const entry of waiting) {
    items.push({ key: entry.id, kind: "message", at: new Date(entry.writtenAt), mine: true, author: "", text: entry.text, mark: entry.mark, failed: entry.failed });
  }

  const rows = [];
  let day = "";
  items.forEach((item, index) => {
    const today = item.at.toDateString();
    if (today !== day) rows.push({ key: `day ${today} ${rows.length ? item.key : ""}`, kind: "day", text: language.dayName(item.at, now) });
    if (item.kind === "message") {
      const [before, after] = [items[index - 1], items[index + 1]];
      item.first = day !== today || !isOneGroup(before, item);
      item.last = !after || after.at.toDateString() !== today || !isOneGroup(item, after) || item.mark !== after.mark || item.mark === "waits" || item.mark === "failed";
    }
    day = today;
    rows.push(item);
  });
  return rows;
}

function isOneGroup(one, other) {
  return Boolean(one) && one.kind === "message" && other.kind === "message" && one.mine === other.mine && one.author === other.author && other.at - one.at < groupedWithin;
}
