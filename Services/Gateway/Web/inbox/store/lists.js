/* The lists, their counts, and sessions that frames named but the page does not know. Part of the store: its methods. */
import { query, request } from "../../shared/api.js";
import { SignedOut } from "../../shared/problem.js";
import { nothingRead } from "../state/reading.js";
import { filterKey, mergeSessions } from "../state/rows.js";

/** Rows fetched at once. */
const pageOfSessions = 50;
/** Teams in the rail, by name; the page of teams has them all. */
const teamsShown = 20;
/** More unknown sessions than this at once: the list is fetched instead of each of them. */
const sessionsFetchedOneByOne = 12;
/** Chat keeps the clocks of service targets some seconds behind the messages: what is due is asked for this long after one. Unit: milliseconds. */
const clockPause = 5_000;

export const lists = {
  useFilter(filter) {
    this.filter = filter;
    if (this.state.me) this.loadList(filter, { quiet: true });
  },

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
      const before = this.state.sessions;
      const { items, next_cursor } = await request("GET", path);
      if (isBehind(items, before)) return this.beginAnew();
      this.set((state) => {
        const before = (more && state.lists[key]?.ids) || [];
        const ids = [...before, ...items.map((item) => item.id).filter((id) => !before.includes(id))];
        const list = { ids, cursor: next_cursor, edge: items.length ? items[items.length - 1].id : null, phase: "loaded", problem: null, loadingMore: false, moreProblem: null };
        return { ...state, sessions: mergeSessions(state.sessions, items, state.readMarks), lists: { ...state.lists, [key]: list } };
      });
    } catch (error) {
      if (error instanceof SignedOut) return this.onSignedOut();
      this.setList(key, more ? { loadingMore: false, moreProblem: error } : known?.phase === "loaded" && quiet ? { problem: error } : { phase: "error", problem: error });
      if (throws) throw error;
    }
  },

  setList(key, change) {
    this.set((state) => ({ ...state, lists: { ...state.lists, [key]: { ids: [], cursor: null, edge: null, phase: "idle", problem: null, ...state.lists[key], ...change } } }));
  },

  async refreshCounts({ throws = false } = {}) {
    try {
      const [counts] = await Promise.all([request("GET", "/api/v1/chat/session-counts"), this.refreshTeams()]);
      this.set({ counts });
    } catch (error) {
      if (throws) throw error;
      if (error instanceof SignedOut) this.onSignedOut();
    }
  },

  /** How many wait for each team. A company without teams is not asked again, and without an answer the old figures stay. */
  async refreshTeams() {
    if (this.state.teams?.length === 0) return;
    try {
      const { items } = await request("GET", query("/api/teams", { limit: teamsShown }));
      this.set({ teams: items });
    } catch (error) {
      if (error instanceof SignedOut) throw error;
    }
  },

  /** Sessions that frames named but the page does not know well enough. */
  fetchSoon(id) {
    this.unknownSessions.add(id);
    this.settle("sessions", async () => {
      const ids = [...this.unknownSessions];
      this.unknownSessions.clear();
      if (ids.length > sessionsFetchedOneByOne) {
        this.arrivals.clear();  // So many at once are a list, not a call.
        await this.loadList(this.filter, { quiet: true });
        return;
      }
      const before = this.state.sessions;
      const answers = await Promise.allSettled(ids.map((each) => request("GET", `/api/v1/chat/sessions/${each}`)));
      const sessions = answers.filter((answer) => answer.status === "fulfilled").map((answer) => answer.value);
      if (isBehind(sessions, before)) return this.beginAnew();
      for (const session of sessions) if (!session.sla && !this.state.sessions[session.id]) this.fetchClock(session.id);
      this.adopt(sessions);
      for (const id of ids) {
        const arrival = this.arrivals.get(id);
        this.arrivals.delete(id);
        if (arrival && this.state.sessions[id]) this.arrives(id, arrival);
      }
    });
  },

  /** A session whose clock starts or stops about now. */
  fetchClock(id) {
    if (this.clocks.has(id)) return;
    this.clocks.add(id);
    setTimeout(() => { this.clocks.delete(id); this.fetchSoon(id); }, clockPause);
  },

  adopt(sessions) {
    this.set((state) => ({ ...state, sessions: mergeSessions(state.sessions, sessions, state.readMarks) }));
  },

  /** What the page has of a conversation, or of everything, may not be what there is: it is dropped and fetched. */
  async resync(id) {
    if (!id) return this.beginAnew();
    delete this.deliveredTold[id];
    this.reading = nothingRead;
    this.set((state) => ({ ...state, conversations: without(state.conversations, id), sessions: without(state.sessions, id), readMarks: without(state.readMarks, id) }));
    if (this.open === id) await this.loadConversation(id);
    else this.fetchSoon(id);
  },

  /** Nothing of what is here is believed any more: a backup was restored, or this is another server. Replies on their way and drafts stay. */
  async beginAnew() {
    this.dropSocket();
    this.deliveredTold = {};
    this.reading = nothingRead;
    this.set((state) => ({ ...state, sessions: {}, lists: {}, conversations: {}, customers: {}, typing: {}, readMarks: {} }));
    if (this.open) this.loadConversation(this.open);
    this.loadList(this.filter);
    await this.connect();
  },
};

function without(object, key) {
  const { [key]: _, ...rest } = object;
  return rest;
}

/** Whether the service answers with less than was known before it was asked. */
function isBehind(items, before) {
  return items.some((item) => before[item.id] && item.last_sequence < before[item.id].last_sequence);
}
