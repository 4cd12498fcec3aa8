/*
 * The inbox's one state and the only place that talks to the service. REST says what is there, the socket what happens; both are merged by
 * sequence (state/frames.js, state/rows.js), so it does not matter which arrives first or twice.
 *
 * After every (re)connection: the socket is live first, then lists, counts and presence are fetched again, and the open conversation resumes
 * with its own `after`. Only then does the page say that it is complete.
 */
import { accessToken, query, request } from "../shared/api.js";
import { newIdentifier } from "../shared/identifier.js";
import { Problem, SignedOut, Unreachable } from "../shared/problem.js";
import { keysBelow, recall, remember } from "../shared/storage.js";
import * as line from "./state/connection.js";
import { changeEntry, lastMessageSequence, mergeEntries } from "./state/entries.js";
import { applyFrame, expireTyping, readHere, typingSpan, withConversation, withRow } from "./state/frames.js";
import { go } from "./route.js";
import * as outbox from "./state/outbox.js";
import { look, nothingRead } from "./state/reading.js";
import { filterKey, mergeSessions, noFilter } from "./state/rows.js";

/** Rows fetched at once. */
const pageOfSessions = 50;
/** Teams in the rail, by name; the page of teams has them all. */
const teamsShown = 20;
/** Messages fetched when a conversation opens and with every step back. The service gives at most 200. */
const pageOfMessages = 50, mostMessages = 200;
/** Conversations whose messages stay in memory after leaving them. */
const conversationsKept = 8;
/** How often an idle line is tested, and how long the answer may take: browsers do not tell pages about a silent socket. Unit: milliseconds. */
const probeInterval = 20_000, probeTimeout = 6_000;
/** How long the first `ready` of a socket is waited for before fetching anyway. Unit: milliseconds. */
const readyPatience = 5_000;
/** Pause before an open conversation that could not be followed is asked for again. Unit: milliseconds. */
const followAgainPause = 2_000;
/** Pause before the page tries to open once more. Unit: milliseconds. */
const startPause = 5_000;
/** Counts and presence are fetched at most this often, however many frames ask for it. Unit: milliseconds. */
const settleTime = 400;
/** More unknown sessions than this at once: the list is fetched instead of each of them. */
const sessionsFetchedOneByOne = 12;
/** Chat keeps the clocks of service targets some seconds behind the messages: what is due is asked for this long after one. Unit: milliseconds. */
const clockPause = 5_000;
/** "Somebody types" is repeated this often while keys are pressed; receivers drop it after 6 s. Unit: milliseconds. */
const typingRepeat = 3_000;
/** Delivery receipts are gathered, since the service writes one per participant and second. Unit: milliseconds. */
const receiptInterval = 1_000;

export class InboxStore {
  constructor({ onArrival = () => {}, onSignedOut = () => {} } = {}) {
    this.onArrival = onArrival;
    this.onSignedOut = onSignedOut;
    this.listeners = new Set();
    this.socket = null;
    this.open = null;
    this.filter = noFilter;
    this.reading = nothingRead;
    this.readyWaiters = [];
    this.unknownSessions = new Set();
    this.clocks = new Set();
    this.deliveredTold = {};
    this.state = {
      me: null, startProblem: null, sessions: {}, lists: {}, conversations: {}, typing: {}, agents: {}, agentList: null, presence: null, counts: null, teams: null,
      customers: {}, offers: [], readMarks: {}, connection: line.firstConnection, outbox: [], notice: null, reconnected: null,
    };
  }

  // What components see

  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  snapshot = () => this.state;

  set(change, { soon = false } = {}) {
    const next = typeof change === "function" ? change(this.state) : { ...this.state, ...change };
    if (next === this.state) return;
    this.state = next;
    if (soon) this.drawSoon();
    else this.draw();
  }

  /** Frames come in bursts; one drawing per animation frame is enough. */
  drawSoon() {
    if (this.drawing) return;
    this.drawing = true;
    const go = () => { this.drawing = false; this.draw(); };
    if (document.visibilityState === "visible") requestAnimationFrame(go);
    else setTimeout(go, 100);
  }

  draw() {
    for (const listener of this.listeners) listener();
  }

  say(text, { bad = false, action = null } = {}) {
    const notice = { id: newIdentifier(), text, bad, action };
    this.set({ notice });
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => this.state.notice?.id === notice.id && this.set({ notice: null }), bad || action ? 10_000 : 5_000);
  }

  // Starting

  async start() {
    if (this.starting || this.state.me) return;
    this.starting = true;
    try {
      const me = await request("GET", "/api/auth/me");
      this.set({ me, outbox: outbox.restore(this.keptReplies(me.id)) });
    } catch (error) {
      if (error instanceof SignedOut) return this.onSignedOut();
      this.set({ startProblem: error });
      // Somebody may press the button first; starting twice is harmless, since the first success ends it.
      if (error.isTemporary) setTimeout(() => !this.state.me && this.start(), startPause);
      return;
    } finally {
      this.starting = false;
    }
    this.set({ startProblem: null });
    addEventListener("online", () => this.connect());
    addEventListener("offline", () => this.lineLost());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.probe());
    setInterval(() => this.probe(), probeInterval);
    setInterval(() => this.set((state) => expireTyping(state, Date.now())), 1_000);
    setInterval(() => this.tellDelivered(), receiptInterval);
    // Lists do not wait for the socket: what is there is shown first.
    this.loadList(this.filter);
    this.refreshCounts();
    this.lookForOffers();
    this.appear();
    this.connect();
  }

  get mayWrite() {
    return this.state.me?.role !== "viewer";
  }

  // The line

  async connect() {
    if (this.socket || !this.state.me) return;
    clearTimeout(this.reconnectTimer);
    this.set((state) => ({ ...state, connection: line.connecting(state.connection) }));
    const attempt = (this.socket = { closed: false });
    let token;
    try {
      token = await accessToken({ renew: this.tokenRefused });
      this.tokenRefused = false;
    } catch (error) {
      this.socket = null;
      if (error instanceof SignedOut) return this.onSignedOut();
      return this.lineLost();
    }
    if (attempt.closed) return;
    const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/realtime`;
    const socket = (this.socket = new WebSocket(address, ["switchboard.v1", `bearer.${token}`]));
    socket.onopen = () => this.socket === socket && this.catchUp(socket);
    socket.onmessage = (event) => this.socket === socket && this.receive(event.data);
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (event.code === 4001) this.tokenRefused = true;
      this.lineLost();
    };
  }

  tryNow() {
    this.dropSocket();
    this.connect();
  }

  dropSocket() {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.closed = true;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close?.();
  }

  lineLost() {
    this.dropSocket();
    clearTimeout(this.reconnectTimer);
    this.set((state) => ({ ...state, connection: line.lost(state.connection, Date.now(), Math.random()), conversations: unsubscribed(state.conversations) }));
    this.reconnectTimer = setTimeout(() => this.connect(), this.state.connection.nextTryAt - Date.now());
  }

  async catchUp(socket) {
    this.set((state) => ({ ...state, connection: line.catchingUp(state.connection) }));
    await new Promise((resolve) => { this.readyWaiters.push(resolve); setTimeout(resolve, readyPatience); });
    if (this.socket !== socket) return;
    this.resume();
    this.lookForOffers();
    const again = this.state.connection.lostAt !== null;
    try {
      await Promise.all([this.loadList(this.filter, { quiet: true, throws: true }), this.refreshCounts({ throws: true }), this.appear({ throws: true }), this.refetchCustomer()]);
    } catch (error) {
      if (this.socket === socket && error instanceof Unreachable) this.lineLost();
      else if (error instanceof SignedOut) this.onSignedOut();
      else if (this.socket === socket) setTimeout(() => this.socket === socket && this.catchUp(socket), 2_000);
      return;
    }
    if (this.socket !== socket) return;
    const now = Date.now();
    this.set((state) => ({ ...state, connection: line.becameLive(state.connection, now), outbox: outbox.wake(state.outbox), reconnected: again ? now : state.reconnected }));
    this.pump();
  }

  /** Proves the line: a page is not told when its socket goes silent. Brings the presence up to date on the way. */
  async probe() {
    if (!line.isLive(this.state.connection) || this.probing) return;
    this.probing = true;
    const socket = this.socket;
    try {
      await this.refreshPresence({ timeout: probeTimeout, throws: true });
      this.set((state) => ({ ...state, connection: line.provenGood(state.connection, Date.now()) }));
    } catch (error) {
      if (error instanceof SignedOut) this.onSignedOut();
      else if (error instanceof Unreachable && this.socket === socket) { this.lineLost(); }
    } finally {
      this.probing = false;
    }
  }

  tell(frame) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  receive(text) {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return; // Not ours; the next fetch corrects whatever it meant.
    }
    if (frame.type === "error") return this.refusedBySocket(frame.data || {});
    if (frame.type === "offer") return this.settle("offers", () => this.loadOffers());
    if (frame.type === "ready" && !frame.data?.session_id) this.readyWaiters.splice(0).forEach((resolve) => resolve());
    const [next, effects] = applyFrame(this.state, frame, Date.now());
    this.set({ ...next, connection: line.provenGood(next.connection, Date.now()) }, { soon: true });
    for (const effect of effects) this.carryOut(effect);
  }

  /** What was asked of the socket did not work; only following the open conversation must be asked again. */
  refusedBySocket({ session_id: id, problem }) {
    const conversation = this.state.conversations[id];
    if (id !== this.open || !conversation?.subscribed || conversation.resumed) return;
    this.set((state) => withConversation(state, id, { subscribed: false }));
    if (problem?.status !== 404) setTimeout(() => this.resume(), followAgainPause);
  }

  carryOut(effect) {
    switch (effect.type) {
      case "fetch-session": return this.fetchSoon(effect.id);
      case "fetch-clock": return this.fetchClock(effect.id);
      case "counts": return this.settle("counts", () => this.refreshCounts());
      case "presence": return this.settle("presence", () => this.refreshPresence());
      case "acknowledged": return this.replyStored(effect.id, effect.sequence);
      case "arrived": return this.onArrival({ type: "message", message: effect.message, session: this.state.sessions[effect.message.session_id] });
      case "assigned-to-me": return this.onArrival({ type: "assigned", session: this.state.sessions[effect.sessionID] });
      case "resync": return this.resync(effect.id);
    }
  }

  settle(name, work) {
    this.settling ??= {};
    this.settling[name] ??= setTimeout(() => { this.settling[name] = null; work(); }, settleTime);
  }

  // Lists

  useFilter(filter) {
    this.filter = filter;
    if (this.state.me) this.loadList(filter, { quiet: true });
  }

  async loadList(filter, { more = false, quiet = false, throws = false } = {}) {
    const key = filterKey(filter);
    const known = this.state.lists[key];
    if (more && (!known?.cursor || known.loadingMore)) return;
    this.setList(key, more ? { loadingMore: true, moreProblem: null } : { phase: known?.phase === "loaded" && quiet ? "loaded" : "loading", problem: null });
    try {
      const path = query("/api/v1/chat/sessions", {
        view: filter.view, status: filter.status === "open" ? "waiting,assigned" : filter.status, channel: filter.channel, sort: filter.sort, text: filter.text,
        limit: pageOfSessions, cursor: more ? known.cursor : "",
      });
      const { items, next_cursor } = await request("GET", path);
      this.set((state) => {
        const before = more ? state.lists[key].ids : [];
        const ids = [...before, ...items.map((item) => item.id).filter((id) => !before.includes(id))];
        const list = { ids, cursor: next_cursor, edge: items.length ? items[items.length - 1].id : null, phase: "loaded", problem: null, loadingMore: false, moreProblem: null };
        return { ...state, sessions: mergeSessions(state.sessions, items, state.readMarks), lists: { ...state.lists, [key]: list } };
      });
    } catch (error) {
      if (error instanceof SignedOut) return this.onSignedOut();
      this.setList(key, more ? { loadingMore: false, moreProblem: error } : known?.phase === "loaded" && quiet ? { problem: error } : { phase: "error", problem: error });
      if (throws) throw error;
    }
  }

  setList(key, change) {
    this.set((state) => ({ ...state, lists: { ...state.lists, [key]: { ids: [], cursor: null, edge: null, phase: "idle", problem: null, ...state.lists[key], ...change } } }));
  }

  async refreshCounts({ throws = false } = {}) {
    try {
      const [counts] = await Promise.all([request("GET", "/api/v1/chat/session-counts"), this.refreshTeams()]);
      this.set({ counts });
    } catch (error) {
      if (throws) throw error;
      if (error instanceof SignedOut) this.onSignedOut();
    }
  }

  /** How many wait for each team. A company without teams is not asked again, and without an answer the old figures stay. */
  async refreshTeams() {
    if (this.state.teams?.length === 0) return;
    try {
      const { items } = await request("GET", query("/api/teams", { limit: teamsShown }));
      this.set({ teams: items });
    } catch (error) {
      if (error instanceof SignedOut) throw error;
    }
  }

  /** Sessions that frames named but the page does not know well enough. */
  fetchSoon(id) {
    this.unknownSessions.add(id);
    this.settle("sessions", async () => {
      const ids = [...this.unknownSessions];
      this.unknownSessions.clear();
      if (ids.length > sessionsFetchedOneByOne) {
        await this.loadList(this.filter, { quiet: true });
        return;
      }
      const answers = await Promise.allSettled(ids.map((each) => request("GET", `/api/v1/chat/sessions/${each}`)));
      const sessions = answers.filter((answer) => answer.status === "fulfilled").map((answer) => answer.value);
      for (const session of sessions) if (!session.sla && !this.state.sessions[session.id]) this.fetchClock(session.id);
      this.adopt(sessions);
    });
  }

  /** A session whose clock starts or stops about now. */
  fetchClock(id) {
    if (this.clocks.has(id)) return;
    this.clocks.add(id);
    setTimeout(() => { this.clocks.delete(id); this.fetchSoon(id); }, clockPause);
  }

  adopt(sessions) {
    this.set((state) => ({ ...state, sessions: mergeSessions(state.sessions, sessions, state.readMarks) }));
  }

  async resync(id) {
    if (id) {
      this.set((state) => (state.conversations[id] ? { ...state, conversations: without(state.conversations, id) } : state));
      if (this.open === id) await this.loadConversation(id);
      return;
    }
    this.dropSocket();
    this.set((state) => ({ ...state, conversations: this.open ? { [this.open]: { ...state.conversations[this.open], subscribed: false } } : {} }));
    await this.connect();
  }

  // Conversations

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
  }

  leaveConversation() {
    const id = this.open;
    this.open = null;
    this.tell({ type: "unsubscribe", session_id: id });
    this.set((state) => {
      const kept = Object.values(state.conversations).sort((one, other) => (other.usedAt || 0) - (one.usedAt || 0)).slice(0, conversationsKept);
      return { ...state, conversations: unsubscribed(Object.fromEntries(kept.map((conversation) => [conversation.id, conversation]))) };
    });
  }

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
  }

  /** Asks the socket for everything after what is here. From then on its frames leave no gap. */
  resume() {
    const conversation = this.state.conversations[this.open];
    if (!conversation || conversation.phase !== "loaded" || conversation.subscribed) return;
    if (this.tell({ type: "subscribe", session_id: conversation.id, after: conversation.through })) {
      this.set((state) => withConversation(state, conversation.id, { subscribed: true, resumed: false }));
    }
  }

  async loadOlder(id) {
    const conversation = this.state.conversations[id];
    if (!conversation?.hasOlder || conversation.olderPhase === "loading" || conversation.entries.length === 0) return;
    this.set((state) => withConversation(state, id, { olderPhase: "loading" }));
    try {
      const { items, next_cursor } = await request("GET", query(`/api/v1/chat/messages/${id}`, { before: conversation.entries[0].sequence, limit: mostMessages }));
      this.set((state) => withConversation(state, id, {
        entries: mergeEntries(state.conversations[id].entries, items), hasOlder: items.length > 0 && Boolean(next_cursor), olderPhase: "idle",
      }));
    } catch (error) {
      if (error instanceof SignedOut) return this.onSignedOut();
      this.set((state) => withConversation(state, id, { olderPhase: "error", olderProblem: error }));
    }
  }

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
  }

  markRead(id, through) {
    if (!this.mayWrite || !this.state.sessions[id]?.unread_count) return;
    if (this.tell({ type: "read", session_id: id, through })) this.set((state) => readHere(state, id, through));
    else this.reading = nothingRead; // Told again when the line is back.
  }

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
  }

  types(id) {
    const now = Date.now();
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => this.stopsTyping(id), typingSpan - 1_000);
    if (this.typingIn === id && now - this.typingAt < typingRepeat) return;
    if (this.tell({ type: "typing", session_id: id, active: true })) { this.typingIn = id; this.typingAt = now; }
  }

  stopsTyping(id) {
    clearTimeout(this.typingTimer);
    if (this.typingIn !== id) return;
    this.typingIn = null;
    this.tell({ type: "typing", session_id: id, active: false });
  }

  // Replies

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
  }

  setOutbox(items) {
    const before = this.state.outbox;
    if (items === before) return;
    this.set({ outbox: items });
    // One key per reply, so that two tabs never overwrite each other's.
    const prefix = outboxPrefix(this.state.me.id);
    for (const item of items) if (!before.includes(item)) remember(prefix + item.id, JSON.stringify(item));
    for (const item of before) if (!items.some((other) => other.id === item.id)) remember(prefix + item.id, null);
  }

  keptReplies(userID) {
    return keysBelow(outboxPrefix(userID)).flatMap((key) => {
      try {
        return [JSON.parse(recall(key))];
      } catch {
        remember(key, null);
        return [];
      }
    });
  }

  pump() {
    clearTimeout(this.pumpTimer);
    if (this.state.connection.phase === "reconnecting" && this.state.connection.lostAt !== null) return;
    for (const item of outbox.sendable(this.state.outbox, Date.now())) this.sendReply(item);
    const next = outbox.nextPause(this.state.outbox);
    if (next !== null) this.pumpTimer = setTimeout(() => this.pump(), Math.max(50, next - Date.now()));
  }

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
  }

  replyStored(id, sequence) {
    const item = this.state.outbox.find((candidate) => candidate.id === id);
    if (!item) return;
    const conversation = this.state.conversations[item.sessionID];
    if (conversation) this.set((state) => withConversation(state, item.sessionID, { seen: Math.max(state.conversations[item.sessionID].seen, item.expected === conversation.seen ? sequence : conversation.seen) }));
    this.setOutbox(outbox.acknowledged(this.state.outbox, id, sequence));
    this.pump();
  }

  /** What came between, in case its frames have not arrived yet. */
  async fetchNewer(id) {
    const conversation = this.state.conversations[id];
    if (conversation?.phase !== "loaded") return;
    try {
      const { items } = await request("GET", query(`/api/v1/chat/messages/${id}`, { after: lastMessageSequence(conversation.entries) || 0, limit: mostMessages }));
      this.set((state) => withConversation(state, id, { entries: mergeEntries(state.conversations[id].entries, items) }));
    } catch (error) {
      if (error instanceof SignedOut) this.onSignedOut();
      // Otherwise the socket brings it.
    }
  }

  sendAnyway(id) {
    const item = this.state.outbox.find((candidate) => candidate.id === id);
    const seen = Math.max(item.movedTo || 0, lastMessageSequence(this.state.conversations[item.sessionID]?.entries || []));
    this.setOutbox(outbox.sendAnyway(this.state.outbox, id, seen));
    this.pump();
  }

  retry(id) {
    const item = this.state.outbox.find((candidate) => candidate.id === id);
    this.setOutbox(outbox.sendAnyway(this.state.outbox, id, Math.max(item.expected, this.state.conversations[item.sessionID]?.seen || 0)));
    this.pump();
  }

  /** Resolves once every reply of the conversation is stored; a reply that cannot go out leaves it open. */
  resolveAfterSending(sessionID) {
    const check = () => {
      const waiting = this.state.outbox.filter((item) => item.sessionID === sessionID);
      if (waiting.some((item) => item.state === "refused" || item.state === "conflict")) stop();
      else if (waiting.length === 0) {
        stop();
        this.change(sessionID, { status: "resolved" }, "Sent and resolved. It opens again when the customer writes.");
      }
    };
    const stop = this.subscribe(check);
    check();
  }

  /** Takes a reply back; returns its text for the composer. */
  takeBack(id) {
    const item = this.state.outbox.find((candidate) => candidate.id === id);
    this.setOutbox(outbox.discard(this.state.outbox, id));
    this.pump();
    return item?.text || "";
  }

  // What agents do with a conversation

  /** Runs an action and says what happened. Returns whether it worked. */
  async act(work, done) {
    try {
      await work();
      if (done) this.say(done);
      return true;
    } catch (error) {
      if (error instanceof SignedOut) { this.onSignedOut(); return false; }
      this.say(error instanceof Unreachable ? `${error.message} Nothing was changed, as far as is known.` : error.message, { bad: true });
      return false;
    }
  }

  change(id, change, done) {
    return this.act(async () => this.adopt([await request("PATCH", `/api/v1/chat/sessions/${id}`, change)]), done);
  }

  close(id) {
    return this.act(async () => this.adopt([await request("POST", `/api/v1/chat/sessions/${id}/close`, {})]), "Closed.");
  }

  assign(id, agentID, done) {
    return this.act(async () => {
      const { agent } = await request("POST", `/api/v1/admin/chat-dashboard/sessions/${id}/assign`, agentID ? { agent_id: agentID } : {});
      this.set((state) => withRow(state, id, () => ({ agent, status: "assigned" })));
      this.fetchSoon(id);
      this.settle("presence", () => this.refreshPresence());
    }, done);
  }

  /** Where conversations are given without asking there are no offers to look for; a frame says when one is made after all. */
  async lookForOffers() {
    if (!this.mayWrite) return;
    try {
      const { settings } = await request("GET", "/api/v1/routing/policy");
      if (settings.offer_timeout_seconds) await this.loadOffers();
    } catch (error) {
      if (error instanceof SignedOut) this.onSignedOut();
      // Otherwise as in loadOffers.
    }
  }

  /** What this agent is asked to take. An installation that asks nobody has no such list. */
  async loadOffers() {
    if (!this.mayWrite) return;
    try {
      const { items } = await request("GET", "/api/v1/agents/me/offers");
      this.set({ offers: items });
    } catch (error) {
      if (error instanceof SignedOut) this.onSignedOut();
      else if (error instanceof Problem && error.status === 404) this.set({ offers: [] });
      // Otherwise the next frame or connection asks again; an offer that ran out is not shown.
    }
  }

  async acceptOffer(offer) {
    const done = await this.act(() => request("POST", `/api/v1/routing/offers/${offer.id}/accept`, {}), "Yours now.");
    await this.answered(offer);
    if (done) go({ id: offer.session_id, filter: this.filter });
    return done;
  }

  async declineOffer(offer, note) {
    const done = await this.act(() => request("POST", `/api/v1/routing/offers/${offer.id}/decline`, note ? { note } : {}), "Declined. Somebody else is asked.");
    await this.answered(offer);
    return done;
  }

  async answered(offer) {
    this.set((state) => ({ ...state, offers: state.offers.filter((other) => other.id !== offer.id) }));
    this.settle("presence", () => this.refreshPresence());
    await this.loadOffers();
  }

  transfer(id, agentID, reason, done) {
    return this.act(async () => {
      await request("POST", `/api/v1/admin/chat-dashboard/sessions/${id}/transfer`, { ...(agentID ? { agent_id: agentID } : {}), reason });
      this.fetchSoon(id);
      this.settle("presence", () => this.refreshPresence());
    }, done);
  }

  editMessage(id, sessionID, text) {
    return this.act(async () => {
      const message = await request("PUT", `/api/v1/chat/messages/${id}`, { text });
      this.set((state) => withConversation(state, sessionID, { entries: changeEntry(state.conversations[sessionID].entries, id, { text: message.text, edited_at: message.edited_at }) }));
    }, "Changed.");
  }

  deleteMessage(id, sessionID) {
    return this.act(async () => {
      await request("DELETE", `/api/v1/chat/messages/${id}`);
      this.set((state) => withConversation(state, sessionID, { entries: changeEntry(state.conversations[sessionID].entries, id, { text: "", deleted_at: new Date().toISOString() }) }));
    }, "Deleted.");
  }

  // Customers

  async loadCustomer(id) {
    this.setCustomer(id, { phase: this.state.customers[id]?.value ? "loaded" : "loading", problem: null });
    try {
      this.setCustomer(id, { phase: "loaded", value: await request("GET", `/api/admin/customers/${id}`) });
    } catch (error) {
      if (error instanceof SignedOut) return this.onSignedOut();
      this.setCustomer(id, this.state.customers[id]?.value ? { problem: error } : { phase: "error", problem: error });
    }
  }

  async refetchCustomer() {
    const session = this.state.sessions[this.open];
    if (session) await this.loadCustomer(session.customer.id);
  }

  setCustomer(id, change) {
    this.set((state) => ({ ...state, customers: { ...state.customers, [id]: { phase: "loading", value: null, problem: null, ...state.customers[id], ...change } } }));
  }

  /** Throws the problem, so that the form can show it at its field. */
  async saveCustomer(id, change) {
    const value = await request("PATCH", `/api/admin/customers/${id}`, change);
    this.set((state) => {
      const sessions = { ...state.sessions };
      for (const session of Object.values(sessions)) {
        if (session.customer.id === id) sessions[session.id] = { ...session, customer: { ...session.customer, name: value.name, email: value.email } };
      }
      return { ...state, sessions };
    });
    this.setCustomer(id, { phase: "loaded", value: { ...this.state.customers[id]?.value, ...value } });
    this.say("Saved.");
  }

  block(id, reason) {
    return this.act(async () => {
      await request("POST", `/api/v1/chat/users/${id}/block`, reason ? { reason } : {});
      await this.loadCustomer(id);
    }, "Blocked.");
  }

  unblock(id) {
    return this.act(async () => {
      await request("POST", `/api/v1/chat/users/${id}/unblock`, {});
      await this.loadCustomer(id);
    }, "Unblocked.");
  }

  // Presence and colleagues

  /** Opening the inbox sets online; a colleague who said "away" or "busy" stays so. */
  async appear({ throws = false } = {}) {
    await this.refreshPresence({ throws });
    const presence = this.state.presence;
    if (!presence) return;
    if (!this.appeared && presence.status === "offline") {
      try {
        this.set({ presence: await request("PUT", "/api/v1/agents/me/status", { status: "online" }) });
      } catch (error) {
        if (throws && !(error instanceof Problem)) throw error;
      }
    }
    this.appeared = true;
  }

  async refreshPresence({ timeout, throws = false } = {}) {
    try {
      this.set({ presence: await request("GET", "/api/v1/agents/me/status", undefined, { timeout }) });
    } catch (error) {
      // Who is no agent (a viewer) has no presence; that is no failure of the line.
      if (error instanceof Problem && (error.status === 403 || error.status === 404)) return;
      if (throws) throw error;
      if (error instanceof SignedOut) this.onSignedOut();
    }
  }

  setPresence(status) {
    const before = this.state.presence;
    this.set({ presence: { ...before, status } });
    return this.act(async () => {
      try {
        this.set({ presence: await request("PUT", "/api/v1/agents/me/status", { status }) });
      } catch (error) {
        this.set({ presence: before });
        throw error;
      }
    });
  }

  async loadAgents() {
    try {
      const answer = await request("GET", "/api/v1/agents");
      this.set({ agentList: { phase: "loaded", items: (answer.items || answer).filter((agent) => agent.active !== false) } });
    } catch (error) {
      if (error instanceof SignedOut) return this.onSignedOut();
      this.set({ agentList: { phase: "error", problem: error, items: [] } });
    }
  }
}

function outboxPrefix(userID) {
  return `switchboard.reply.${userID}.`;
}

function unsubscribed(conversations) {
  return Object.fromEntries(Object.entries(conversations).map(([id, conversation]) => [id, { ...conversation, subscribed: false }]));
}

function without(object, key) {
  const { [key]: _, ...rest } = object;
  return rest;
}

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
    if (entry.kind === "message" && entry.author.type === "customer" && (left -= 1) === 0) return entry.sequence - 1;
  }
  return entries.length ? entries[0].sequence - 1 : null;
}

