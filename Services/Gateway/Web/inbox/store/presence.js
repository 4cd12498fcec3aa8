/* The agent's own presence, and colleagues. Part of the store: its methods. */
import { request } from "../../shared/api.js";
import { Problem, SignedOut } from "../../shared/problem.js";

export const presence = {
  /** Opening the inbox sets online, unless this agent chose otherwise: the service knows what was chosen and what only happened. */
  async appear({ timeout, throws = false } = {}) {
    await this.refreshPresence({ timeout, throws });
    const presence = this.state.presence;
    if (!presence) return;
    if (!this.appeared && presence.status === "offline") {
      try {
        this.set({ presence: await request("PUT", "/api/v1/agents/me/status", { status: "online", chosen: false }) });
      } catch (error) {
        if (throws && !(error instanceof Problem)) throw error;
        if (!(error instanceof Problem) || error.isTemporary) return; // the next probe tries again
      }
    }
    this.appeared = true;
  },

  /** The line is good also while the service that knows who is there does not answer: conversations go on, and the next probe appears. */
  async appearIfPossible() {
    try {
      await this.appear({ throws: true });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  },

  async refreshPresence({ timeout, throws = false } = {}) {
    try {
      this.set({ presence: await request("GET", "/api/v1/agents/me/status", undefined, { timeout }) });
    } catch (error) {
      // Who is no agent (a viewer) has no presence; that is no failure of the line.
      if (error instanceof Problem && (error.status === 403 || error.status === 404)) return;
      if (throws) throw error;
      if (error instanceof SignedOut) this.onSignedOut();
    }
  },

  /** Signing out: nobody is there any more, which is not the same as having chosen Offline. Whether that was heard does not hold up leaving. */
  async leave() {
    if (!this.state.presence) return;
    try {
      await request("PUT", "/api/v1/agents/me/status", { status: "offline", chosen: false });
    } catch {
      // The line's end says it a minute later.
    }
  },

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
  },

  async loadAgents() {
    try {
      const answer = await request("GET", "/api/v1/agents");
      this.set({ agentList: { phase: "loaded", items: (answer.items || answer).filter((agent) => agent.active !== false) } });
    } catch (error) {
      if (error instanceof SignedOut) return this.onSignedOut();
      this.set({ agentList: { phase: "error", problem: error, items: [] } });
    }
  },
};
