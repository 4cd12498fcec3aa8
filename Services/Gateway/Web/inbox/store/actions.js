/* What agents do with a conversation, and how it is taken back. Part of the store: its methods. */
import { request } from "../../shared/api.js";
import { Problem, SignedOut, Unreachable } from "../../shared/problem.js";
import { isolated } from "../../shared/text.js";
import { go } from "../route.js";
import { changeEntry } from "../state/entries.js";
import { withConversation, withRow } from "../state/frames.js";

export const actions = {
  /** Runs an action and says what happened; `undo` is offered for some seconds. Returns whether it worked. */
  async act(work, done, undo = null) {
    try {
      await work();
      if (done) this.say(done, { action: undo && { label: "Undo", run: undo } });
      return true;
    } catch (error) {
      if (error instanceof SignedOut) { this.onSignedOut(); return false; }
      this.say(error instanceof Unreachable ? `${error.message} Nothing was changed, as far as is known.` : error.message, { bad: true });
      return false;
    }
  },

  change(id, change, done, undo = null) {
    return this.act(async () => this.adopt([await request("PATCH", `/api/v1/chat/sessions/${id}`, change)]), done, undo);
  },

  /** Resolves, snoozes or queues a conversation, so that it can be taken back for some seconds. */
  changeStatus(session, change, done) {
    return this.change(session.id, change, done, () => this.restore(session));
  },

  /** Back to how a conversation was: with whom it was, or waiting, or asleep until the same time. The service may refuse, and says why. */
  async restore({ id, status, agent, snoozed_until: until }) {
    const { me } = this.state;
    const again = status === "assigned" && agent ? () => this.assign(id, agent.id === me.id ? null : agent.id, agent.id === me.id ? "Undone. It is yours again." : `Undone. It is with ${isolated(agent.name)} again.`)
      : status === "pending" && !(until && Date.parse(until) <= Date.now()) ? () => this.change(id, { status, ...(until ? { snoozed_until: until } : {}) }, "Undone. It waits as before.")
        : status === "resolved" ? () => this.change(id, { status }, "Undone. It is resolved again.")
          : () => this.change(id, { status: "waiting" }, "Undone. It waits in the queue.");
    if (await again()) go({ id, filter: this.filter });
  },

  close(id) {
    return this.act(async () => this.adopt([await request("POST", `/api/v1/chat/sessions/${id}/close`, {})]), "Closed.");
  },

  /** `before`: the conversation as it was, if giving it to somebody can be taken back. */
  assign(id, agentID, done, before = null) {
    return this.act(async () => {
      const { agent } = await request("POST", `/api/v1/admin/chat-dashboard/sessions/${id}/assign`, agentID ? { agent_id: agentID } : {});
      this.set((state) => withRow(state, id, () => ({ agent, status: "assigned" })));
      this.fetchSoon(id);
      this.settle("presence", () => this.refreshPresence());
    }, done, before && (() => this.restore(before)));
  },

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
  },

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
  },

  async acceptOffer(offer) {
    const done = await this.act(() => request("POST", `/api/v1/routing/offers/${offer.id}/accept`, {}), "Yours now.");
    await this.answered(offer);
    if (done) go({ id: offer.session_id, filter: this.filter });
    return done;
  },

  async declineOffer(offer, note) {
    const done = await this.act(() => request("POST", `/api/v1/routing/offers/${offer.id}/decline`, note ? { note } : {}), "Declined. Somebody else is asked.");
    await this.answered(offer);
    return done;
  },

  async answered(offer) {
    this.set((state) => ({ ...state, offers: state.offers.filter((other) => other.id !== offer.id) }));
    this.settle("presence", () => this.refreshPresence());
    await this.loadOffers();
  },

  transfer(session, agentID, reason, done) {
    const { id, agent } = session;
    // Who holds it then decides; a supervisor may take it back, an agent only from the queue.
    const mayUndo = this.state.me.role !== "agent" || (!agentID && agent?.id === this.state.me.id);
    return this.act(async () => {
      await request("POST", `/api/v1/admin/chat-dashboard/sessions/${id}/transfer`, { ...(agentID ? { agent_id: agentID } : {}), reason });
      this.fetchSoon(id);
      this.settle("presence", () => this.refreshPresence());
    }, done, mayUndo ? () => this.restore(session) : null);
  },

  editMessage(id, sessionID, text) {
    return this.act(async () => {
      const message = await request("PUT", `/api/v1/chat/messages/${id}`, { text });
      this.set((state) => withConversation(state, sessionID, { entries: changeEntry(state.conversations[sessionID].entries, id, { text: message.text, edited_at: message.edited_at }) }));
    }, "Changed.");
  },

  deleteMessage(id, sessionID) {
    return this.act(async () => {
      await request("DELETE", `/api/v1/chat/messages/${id}`);
      this.set((state) => withConversation(state, sessionID, { entries: changeEntry(state.conversations[sessionID].entries, id, { text: "", deleted_at: new Date().toISOString() }) }));
    }, "Deleted.");
  },
};
