/*
 * What one visitor's conversation is, from pages, frames and acknowledgements in any order: a value without network, page or clock.
 * Pages and frames may repeat and overlap; each message counts once, by its id.
 */

/** Statuses that leave a line between the messages, by the line's kind; assignment adds joined and left. */
const statusLines = { resolved: "resolved", closed: "closed" };

export function createConversation(session, title = null) {
  const messages = new Map(); // by id
  const lines = new Map(); // by sequence
  const receipts = new Map(); // by participant: {mine, delivered, read}

  const conversation = {
    id: session.id,
    title,
    session,
    /** Complete up to this sequence; where the socket resumes. */
    through: 0,
    /** Whether there are messages before the first one here. */
    hasEarlier: false,
    queue: session.queue || null,

    add(message, sequence = message.sequence) {
      if (message.kind === "note") return null; // never for visitors; a second lock behind the gateway's
      const known = messages.get(message.id);
      const added = { ...message, sequence: sequence ?? known?.sequence ?? null, mine: message.author?.type === "customer" };
      if (known && !added.edited_at && !added.deleted_at) {
        for (const later of ["text", "edited_at", "deleted_at"]) if (known.edited_at || known.deleted_at) added[later] = known[later]; // a late repeat of the first version
      }
      messages.set(message.id, added);
      return known ? null : added;
    },

    addPage(page, isNewest) {
      for (const message of page.items) conversation.add(message);
      if (isNewest) conversation.through = Math.max(conversation.through, page.through || 0);
      else if (!page.items.length) conversation.hasEarlier = false;
    },

    /** Takes a frame in; returns the message when it is a new one from the other side, else null. */
    take({ type, sequence, through, data = {} }) {
      let news = null;
      if (type === "message") {
        const added = conversation.add(data, sequence);
        if (added && !added.mine) news = added;
      } else if (type === "message_edited") {
        const message = messages.get(data.id);
        if (message) messages.set(data.id, { ...message, text: data.text, edited_at: data.edited_at });
      } else if (type === "message_deleted") {
        const message = messages.get(data.id);
        if (message) messages.set(data.id, { ...message, text: "", deleted_at: data.deleted_at });
      } else if (type === "status") {
        conversation.session = { ...conversation.session, status: data.status };
        if (data.status !== "waiting") conversation.queue = null;
        const kind = statusLines[data.status];
        if (kind && sequence) lines.set(sequence, { kind, name: data.by?.type === "agent" ? data.by.name : "", at: data.at });
      } else if (type === "assigned") {
        const previous = data.previous_agent || conversation.session.agent;
        conversation.session = { ...conversation.session, agent: data.agent, status: data.status || (data.agent ? "assigned" : conversation.session.status) };
        if (data.agent) conversation.queue = null;
        if (data.agent) lines.set(sequence, { kind: "joined", name: data.agent.name, at: data.at });
        else if (previous?.name) lines.set(sequence, { kind: "left", name: previous.name, at: data.at });
      } else if (type === "session") {
        conversation.session = { ...conversation.session, subject: data.subject, priority: data.priority, room_id: data.room_id };
      } else if (type === "receipt") {
        noteReceipt(data);
      } else if (type === "queue") {
        conversation.queue = { position: data.position, estimated_wait_seconds: data.estimated_wait_seconds };
      } else if (type === "ready") {
        for (const receipt of data.receipts || []) noteReceipt(receipt);
        through = Math.max(through || 0, data.through || 0);
      }
      if (through > conversation.through) conversation.through = through;
      return news;
    },

    /** This side's own watermark moves at once, not only when the server repeats it. */
    markRead(through) {
      noteReceipt({ participant: { type: "customer", id: "here" }, delivered_through: through, read_through: through });
    },

    /** The newest message of the other side that a teaser may show, as it reads now; null when there is none. */
    teaser() {
      return conversation.unread().at(-1) || null;
    },

    has: (id) => messages.has(id),
    find: (id) => messages.get(id),
    isEmpty: () => messages.size === 0,

    firstSequence() {
      return Math.min(...[...messages.values()].map((message) => message.sequence ?? Infinity));
    },
    readThrough: () => highest(true, "read"),
    deliveredThrough: () => highest(true, "delivered"),

    /** The other side's messages that were not read yet, oldest first. */
    unread() {
      const read = conversation.readThrough();
      return [...messages.values()]
        .filter((message) => !message.mine && !message.deleted_at && message.sequence > read)
        .sort((one, other) => one.sequence - other.sequence);
    },

    /** What the visitor's own message has reached: sent, delivered or read. */
    stateOf(message) {
      if (message.sequence === null) return "sent";
      if (message.sequence <= highest(false, "read")) return "read";
      return message.sequence <= highest(false, "delivered") ? "delivered" : "sent";
    },

    /** Messages and lines in their order. */
    entries() {
      return [
        ...[...messages.values()].map((message) => ({ message, sequence: message.sequence ?? Infinity, at: message.sent_at })),
        ...[...lines].map(([sequence, line]) => ({ line, sequence, at: line.at })),
      ].sort((one, other) => one.sequence - other.sequence || (one.at < other.at ? -1 : 1));
    },

    isClosed: () => conversation.session.status === "closed",
  };

  function noteReceipt({ participant, delivered_through, read_through }) {
    const key = `${participant.type} ${participant.id}`;
    const before = receipts.get(key) || { delivered: 0, read: 0 };
    receipts.set(key, {
      mine: participant.type === "customer",
      delivered: Math.max(before.delivered, delivered_through || 0),
      read: Math.max(before.read, read_through || 0),
    });
  }

  function highest(mine, watermark) {
    let result = 0;
    for (const receipt of receipts.values()) if (receipt.mine === mine) result = Math.max(result, receipt[watermark]);
    return result;
  }

  return conversation;
}
