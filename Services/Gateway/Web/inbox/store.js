/*
 * The inbox's one state and the only place that talks to the service. REST says what is there, the socket what happens; both are merged by
 * sequence (state/frames.js, state/rows.js), so it does not matter which arrives first or twice.
 *
 * After every (re)connection: the socket is live first, then lists, counts and presence are fetched again, and the open conversation resumes
 * with its own `after`. Only then does the page say that it is complete.
 *
 * Here: the state, starting, the line and its frames. What else it does is in store/.
 */
import { accessToken, request } from "../shared/api.js";
import { SignedOut, Unreachable } from "../shared/problem.js";
import * as line from "./state/connection.js";
import { applyFrame, expireTyping, withConversation } from "./state/frames.js";
import * as outbox from "./state/outbox.js";
import { nothingRead } from "./state/reading.js";
import { noFilter } from "./state/rows.js";
import { actions } from "./store/actions.js";
import { conversations } from "./store/conversations.js";
import { customers } from "./store/customers.js";
import { lists } from "./store/lists.js";
import { presence } from "./store/presence.js";
import { replies } from "./store/replies.js";

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
/** Delivery receipts are gathered, since the service writes one per participant and second. Unit: milliseconds. */
const receiptInterval = 1_000;

export class InboxStore {
  constructor({ onArrival = () => {}, onSignedOut = () => {}, say = () => {} } = {}) {
    this.say = say;
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
    this.arrivals = new Map();
    this.deliveredTold = {};
    this.state = {
      me: null, startProblem: null, sessions: {}, lists: {}, conversations: {}, typing: {}, agents: {}, agentList: null, presence: null, counts: null, teams: null,
      customers: {}, offers: [], readMarks: {}, connection: line.firstConnection, outbox: [], reconnected: null,
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
    this.set((state) => ({ ...state, connection: line.lost(state.connection, Date.now(), Math.random()), conversations: line.unsubscribed(state.conversations) }));
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
      await Promise.all([this.loadList(this.filter, { quiet: true, throws: true }), this.refreshCounts({ throws: true }), this.appearIfPossible(), this.refetchCustomer()]);
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
      if (this.appeared) await this.refreshPresence({ timeout: probeTimeout, throws: true });
      else await this.appear({ timeout: probeTimeout, throws: true });
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
      case "arrived": return this.arrives(effect.message.session_id, { type: "message", message: effect.message });
      case "assigned-to-me": return this.arrives(effect.sessionID, { type: "assigned", sequence: effect.sequence });
      case "resync": return this.resync(effect.id);
      case "fetch-deliveries": return this.fetchDeliveries(effect.id);
    }
  }

  /** Calls the agent once it is known what conversation that is: a new one is fetched first. */
  arrives(id, arrival) {
    const session = this.state.sessions[id];
    if (session) this.onArrival({ ...arrival, session });
    else this.arrivals.set(id, arrival);
  }

  settle(name, work) {
    this.settling ??= {};
    this.settling[name] ??= setTimeout(() => { this.settling[name] = null; work(); }, settleTime);
  }
}

Object.assign(InboxStore.prototype, lists, conversations, replies, actions, customers, presence);
