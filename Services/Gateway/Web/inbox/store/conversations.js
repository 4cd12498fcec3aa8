/* The open conversation: its history, its place on the socket, what was seen of it, who types. Part of the store: its methods. */
import { query, request } from "../../shared/api.js";
import { SignedOut } from "../../shared/problem.js";
import * as line from "../state/connection.js";
import { mergeEntries } from "../state/entries.js";
import { readHere, typingSpan, withConversation } from "../state/frames.js";
import { look, nothingRead } from "../state/reading.js";

/** Messages fetched when a conversation opens and with every step back. The service gives at most 200. */
const pageOfMessages = 50, mostMessages = 200;
/** Conversations whose messages stay in memory after leaving them. */
const conversationsKept = 8;
/** "Somebody types" is repeated this often while keys are pressed; receivers drop it after 6 s. Unit: milliseconds. */
const typingRepeat = 3_000;

export const conversations = {
  async openConversation(id) {
    if (this.open === id) return;
    if (this.open) this.leaveConversation();
    this.open = id;
    if (!id) return;
    const known = this.state.conversations[id];
    if (known?.phase === "loaded") {
      this.set((state) => withConversation(state, id, { newAfter: newAfter(known.entries, state.sessions[id]?.unread_count || 0), usedAt: Date.now() }));
      this.resume();
      if (this.state.sessions[id]) this.loadCustomer(this.state.sessions[id].customer.id);
    } else {
      await this.loadConversation(id);
    }
  },

  leaveConversation() {
    const id = this.open;
    this.open = null;
    this.tell({ type: "unsubscribe", session_id: id });
    this.set((state) => {
      const kept = Object.values(state.conversations).sort((one, other) => (other.usedAt || 0) - (one.usedAt || 0)).slice(0, conversationsKept);
      return { ...state, conversations: line.unsubscribed(Object.fromEntries(kept.map((conversation) => [conversation.id, conversation]))) };
    });
  },

  async loadConversation(id) {
    this.set((state) => withConversation(state, id, { id, phase: "loading", problem: null, entries: [], receipts: {}, through: 0, hasOlder: false, seen: 0, newAfter: null, subscribed: false, usedAt: Date.now() }));
    try {
      const unread = this.state.sessions[id]?.unread_count || 0;
      const limit = Math.min(mostMessages, Math.max(pageOfMessages, unread + 20));
      const [session, page] = await Promise.all([request("GET", `/api/v1/chat/sessions/${id}`), request("GET", query(`/api/v1/chat/messages/${id}`, { limit }))]);
      this.adopt([session]);
      this.set((state) => withConversation(state, id, {
        phase: "loaded", entries: mergeEntries([], page.items), through: replayFrom(page), hasOlder: Boolean(page.next_cursor), olderPhase: "idle",
        newAfter: newAfter(page.items, session.unread_count || 0),
      }));
      if (this.open === id) {
        this.resume();
        this.loadCustomer(session.customer.id);
      }
    } catch (error) {
      if (error instanceof SignedOut) return this.onSignedOut();
      this.set((state) => withConversation(state, id, { phase: "error", problem: error }));
    }
  },

  /** Asks the socket for everything after what is here. From then on its frames leave no gap. */
  resume() {
    const conversation = this.state.conversations[this.open];
    if (!conversation || conversation.phase !== "loaded" || conversation.subscribed) return;
    if (this.tell({ type: "subscribe", session_id: conversation.id, after: conversation.through })) {
      this.set((state) => withConversation(state, conversation.id, { subscribed: true, resumed: false, askedAfter: conversation.through }));
    }
  },

  /** How far the newest messages have come on their channel: what was said of it while the line was down is not said again. */
  async fetchDeliveries(id) {
    try {
      const { items } = await request("GET", query(`/api/v1/chat/messages/${id}`, { limit: mostMessages }));
      this.set((state) => {
        const conversation = state.conversations[id];
        if (conversation?.phase !== "loaded") return state;
        const known = new Set(conversation.entries.map((entry) => entry.id));
        return withConversation(state, id, { entries: mergeEntries(conversation.entries, items.filter((item) => known.has(item.id))) });
      });
    } catch (error) {
      if (error instanceof SignedOut) this.onSignedOut();
      // Otherwise it is shown as it was until the conversation is opened again.
    }
  },

  async loadOlder(id) {
    const conversation = this.state.conversations[id];
    if (!conversation?.hasOlder || conversation.olderPhase === "loading" || conversation.entries.length === 0) return;
    this.set((state) => withConversation(state, id, { olderPhase: "loading" }));
    try {
      const { items, next_cursor } = await request("GET", query(`/api/v1/chat/messages/${id}`, { before: conversation.entries[0].sequence, limit: mostMessages }));
      this.set((state) => (state.conversations[id]?.phase === "loaded" ? withConversation(state, id, {
        entries: mergeEntries(state.conversations[id].entries, items), hasOlder: items.length > 0 && Boolean(next_cursor), olderPhase: "idle",
      }) : state));
    } catch (error) {
      if (error instanceof SignedOut) return this.onSignedOut();
      this.set((state) => withConversation(state, id, { olderPhase: "error", olderProblem: error }));
    }
  },

  /** What the eye can reach: `visible` is the highest message sequence on screen, 0 when the page is not looked at. */
  sees(id, shown, visible) {
    const conversation = this.state.conversations[id];
    if (!conversation) return;
    if (shown > conversation.seen) this.set((state) => withConversation(state, id, { seen: shown }), { soon: true });
    const step = () => {
      clearTimeout(this.readingTimer);
      const [reading, through, wakeAt] = look(this.reading, id, visible, Date.now());
      this.reading = reading;
      if (through > 0) this.markRead(id, through);
      if (wakeAt !== null) this.readingTimer = setTimeout(step, Math.max(0, wakeAt - Date.now()));
    };
    step();
  },

  markRead(id, through) {
    if (!this.mayWrite || !this.state.sessions[id]?.unread_count) return;
    if (this.tell({ type: "read", session_id: id, through })) this.set((state) => readHere(state, id, through));
    else this.reading = nothingRead; // Told again when the line is back.
  },

  /** "Delivered" for conversations that this agent holds or has open. */
  tellDelivered() {
    if (!this.mayWrite || !line.isLive(this.state.connection)) return;
    for (const session of Object.values(this.state.sessions)) {
      const mine = session.agent?.id === this.state.me.id || session.id === this.open;
      if (!mine || session.status === "closed" || session.last_message?.author?.type !== "customer") continue;
      const through = session.last_message.sequence;
      if ((this.deliveredTold[session.id] || 0) >= through || !session.unread_count) continue;
      if (this.tell({ type: "delivered", session_id: session.id, through })) this.deliveredTold[session.id] = through;
    }
  },

  types(id) {
    const now = Date.now();
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => this.stopsTyping(id), typingSpan - 1_000);
    if (this.typingIn === id && now - this.typingAt < typingRepeat) return;
    if (this.tell({ type: "typing", session_id: id, active: true })) { this.typingIn = id; this.typingAt = now; }
  },

  stopsTyping(id) {
    clearTimeout(this.typingTimer);
    if (this.typingIn !== id) return;
    this.typingIn = null;
    this.tell({ type: "typing", session_id: id, active: false });
  },
};

/** History has messages only; what happened between them (assigned, resolved) comes with the replay, so it begins before the first message shown. */
function replayFrom(page) {
  return page.next_cursor && page.items.length ? page.items[0].sequence - 1 : 0;
}

/** The sequence above which `unread` customer messages stand, or null when nothing is new. */
function newAfter(entries, unread) {
  if (!unread) return null;
  let left = unread;
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const entry = entries[index];
    if (entry.kind === "message" && entry.author.type === "customer" && !entry.deleted_at && (left -= 1) === 0) return entry.sequence - 1;
  }
  return entries.length ? entries[0].sequence - 1 : null;
}
