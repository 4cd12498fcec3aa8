/* Replies on their way (state/outbox.js says what becomes of each), kept in the browser until they are stored. Part of the store: its methods. */
import { query, request } from "../../shared/api.js";
import { newIdentifier } from "../../shared/identifier.js";
import { Problem, SignedOut, Unreachable } from "../../shared/problem.js";
import { keysBelow, recall, remember } from "../../shared/storage.js";
import { lastMessageSequence, mergeEntries } from "../state/entries.js";
import { withConversation } from "../state/frames.js";
import * as outbox from "../state/outbox.js";

/** The service gives at most so many messages at once. */
const mostMessages = 200;

export const replies = {
  /** Returns false when the reply could not be kept; then the composer keeps the text. */
  reply(sessionID, text) {
    if (this.state.outbox.length >= outbox.outboxLimit) {
      this.say(`${outbox.outboxLimit} replies wait already. Your text is kept in the composer.`, { bad: true });
      return false;
    }
    const conversation = this.state.conversations[sessionID];
    const seen = Math.max(conversation?.seen || 0, 0);
    this.stopsTyping(sessionID);
    this.setOutbox(outbox.enqueue(this.state.outbox, { id: newIdentifier(), sessionID, text, seen, createdAt: Date.now() }));
    this.pump();
    return true;
  },

  setOutbox(items) {
    const before = this.state.outbox;
    if (items === before) return;
    this.set({ outbox: items });
    // One key per reply, so that two tabs never overwrite each other's.
    const prefix = outboxPrefix(this.state.me.id);
    for (const item of items) if (!before.includes(item)) remember(prefix + item.id, JSON.stringify(item));
    for (const item of before) if (!items.some((other) => other.id === item.id)) remember(prefix + item.id, null);
  },

  keptReplies(userID) {
    return keysBelow(outboxPrefix(userID)).flatMap((key) => {
      try {
        return [JSON.parse(recall(key))];
      } catch {
        remember(key, null);
        return [];
      }
    });
  },

  pump() {
    clearTimeout(this.pumpTimer);
    if (this.state.connection.phase === "reconnecting" && this.state.connection.lostAt !== null) return;
    for (const item of outbox.sendable(this.state.outbox, Date.now())) this.sendReply(item);
    const next = outbox.nextPause(this.state.outbox);
    if (next !== null) this.pumpTimer = setTimeout(() => this.pump(), Math.max(50, next - Date.now()));
  },

  async sendReply(item) {
    this.setOutbox(outbox.sending(this.state.outbox, item.id));
    try {
      const message = await request("POST", "/api/v1/chat/messages", { id: item.id, session_id: item.sessionID, text: item.text, expected_sequence: item.expected });
      this.set((state) => {
        const conversation = state.conversations[item.sessionID];
        return conversation?.phase === "loaded" ? withConversation(state, item.sessionID, { entries: mergeEntries(conversation.entries, [message]) }) : state;
      });
      this.replyStored(item.id, message.sequence);
      this.fetchSoon(item.sessionID);
    } catch (error) {
      if (error instanceof SignedOut) return this.onSignedOut();
      if (!this.state.outbox.some((other) => other.id === item.id)) return; // Its frame was faster than the failing answer.
      if (error instanceof Problem && error.code === "conversation-moved-on") {
        await this.fetchNewer(item.sessionID);
        this.setOutbox(outbox.conflicted(this.state.outbox, item.id, error.body.last_message_sequence || 0));
      } else if (error instanceof Problem && !error.isTemporary) {
        this.setOutbox(outbox.refused(this.state.outbox, item.id, { code: error.code, message: error.message }));
      } else {
        this.setOutbox(outbox.unanswered(this.state.outbox, item.id, Date.now(), (error.retryAfterSeconds || 0) * 1000));
        if (error instanceof Unreachable) this.probe();
      }
    }
    this.pump();
  },

  replyStored(id, sequence) {
    const item = this.state.outbox.find((candidate) => candidate.id === id);
    if (!item) return;
    const conversation = this.state.conversations[item.sessionID];
    if (conversation) this.set((state) => withConversation(state, item.sessionID, { seen: Math.max(state.conversations[item.sessionID].seen, item.expected === conversation.seen ? sequence : conversation.seen) }));
    this.setOutbox(outbox.acknowledged(this.state.outbox, id, sequence));
    this.pump();
  },

  /** What came between, in case its frames have not arrived yet. */
  async fetchNewer(id) {
    const conversation = this.state.conversations[id];
    if (conversation?.phase !== "loaded") return;
    try {
      const { items } = await request("GET", query(`/api/v1/chat/messages/${id}`, { after: lastMessageSequence(conversation.entries) || 0, limit: mostMessages }));
      this.set((state) => (state.conversations[id]?.phase === "loaded" ? withConversation(state, id, { entries: mergeEntries(state.conversations[id].entries, items) }) : state));
    } catch (error) {
      if (error instanceof SignedOut) this.onSignedOut();
      // Otherwise the socket brings it.
    }
  },

  sendAnyway(id) {
    const item = this.state.outbox.find((candidate) => candidate.id === id);
    const seen = Math.max(item.movedTo || 0, lastMessageSequence(this.state.conversations[item.sessionID]?.entries || []));
    this.setOutbox(outbox.sendAnyway(this.state.outbox, id, seen));
    this.pump();
  },

  retry(id) {
    const item = this.state.outbox.find((candidate) => candidate.id === id);
    this.setOutbox(outbox.sendAnyway(this.state.outbox, id, Math.max(item.expected, this.state.conversations[item.sessionID]?.seen || 0)));
    this.pump();
  },

  /** Resolves once every reply of the conversation is stored; a reply that cannot go out leaves it open. */
  resolveAfterSending(sessionID) {
    const check = () => {
      const waiting = this.state.outbox.filter((item) => item.sessionID === sessionID);
      if (waiting.some((item) => item.state === "refused" || item.state === "conflict")) stop();
      else if (waiting.length === 0) {
        stop();
        const session = this.state.sessions[sessionID];
        if (session) this.changeStatus(session, { status: "resolved" }, "Sent and resolved. It opens again when the customer writes.");
      }
    };
    const stop = this.subscribe(check);
    check();
  },

  /** Takes a reply back; returns its text for the composer. */
  takeBack(id) {
    const item = this.state.outbox.find((candidate) => candidate.id === id);
    this.setOutbox(outbox.discard(this.state.outbox, id));
    this.pump();
    return item?.text || "";
  },
};

function outboxPrefix(userID) {
  return `switchboard.reply.${userID}.`;
}
