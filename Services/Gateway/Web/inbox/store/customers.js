/* Who the customer is. Part of the store: its methods. */
import { request } from "../../shared/api.js";
import { SignedOut } from "../../shared/problem.js";

export const customers = {
  async loadCustomer(id) {
    this.setCustomer(id, { phase: this.state.customers[id]?.value ? "loaded" : "loading", problem: null });
    try {
      this.setCustomer(id, { phase: "loaded", value: await request("GET", `/api/admin/customers/${id}`) });
    } catch (error) {
      if (error instanceof SignedOut) return this.onSignedOut();
      this.setCustomer(id, this.state.customers[id]?.value ? { problem: error } : { phase: "error", problem: error });
    }
  },

  async refetchCustomer() {
    const session = this.state.sessions[this.open];
    if (session) await this.loadCustomer(session.customer.id);
  },

  setCustomer(id, change) {
    this.set((state) => ({ ...state, customers: { ...state.customers, [id]: { phase: "loading", value: null, problem: null, ...state.customers[id], ...change } } }));
  },

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
  },

  block(id, reason) {
    return this.act(async () => {
      await request("POST", `/api/v1/chat/users/${id}/block`, reason ? { reason } : {});
      await this.loadCustomer(id);
    }, "Blocked.", () => this.unblock(id));
  },

  unblock(id) {
    return this.act(async () => {
      await request("POST", `/api/v1/chat/users/${id}/unblock`, {});
      await this.loadCustomer(id);
    }, "Unblocked.");
  },
};
