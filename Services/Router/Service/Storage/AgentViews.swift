import Contracts
import Foundation
import Synchronization

/// What this process knows of tenants' agents, so that a turn reads those that changed and not all. Fed only by rows that were read
/// under the tenant's queue (and by renewals of connections, once they are committed), by nothing that a turn has in mind, so a transaction
/// that is undone leaves it right. Losing it costs one reading of the tenant's agents.
package final class AgentViews: Sendable {
    /// Agents kept over all tenants, some 1 KB each. Beyond it the tenants that had no turn for the longest time are forgotten; the last
    /// one is kept, however large.
    static let agentsMax = 50_000

    private struct Entry {
        var view: AgentView
        /// When the server had started whose rows these are: another one may hold less than was read here.
        let serverStart: Date
        var usedAt: UInt64
    }

    private struct State {
        var entries: [TenantID: Entry] = [:]
        var agentCount = 0
        var uses: UInt64 = 0
    }

    private let agentsMax: Int
    private let state = Mutex(State())

    package init(agentsMax: Int = AgentViews.agentsMax) { self.agentsMax = agentsMax }

    /// Agents kept at this moment.
    package var agentCount: Int { state.withLock { $0.agentCount } }

    /// - Returns: the highest number of the tenant's rows that were read; nil: nothing is known.
    package func version(of tenant: TenantID) -> Int64? { state.withLock { $0.entries[tenant]?.view.version } }

    /// Changes what is known of the tenant.
    /// - Returns: nil if nothing is known, or of another server.
    package func change<Result: Sendable>(_ tenant: TenantID, on serverStart: Date, _ body: (inout AgentView) -> Result) -> Result? {
        state.withLock { state in
            guard state.entries[tenant]?.serverStart == serverStart else { return nil }
            state.uses += 1
            state.entries[tenant]?.usedAt = state.uses
            let before = state.entries[tenant]?.view.agents.count ?? 0
            // In place: a copy would be of all agents.
            guard let result = state.entries[tenant].mutate({ body(&$0.view) }) else { return nil }
            state.agentCount += (state.entries[tenant]?.view.agents.count ?? 0) - before
            evict(&state, sparing: tenant)
            return result
        }
    }

    /// These agents' connections count until this time at least, so that no turn need ask.
    func extend(_ ids: [AgentID], of tenant: TenantID, until date: Date) {
        state.withLock { state in
            _ = state.entries[tenant].mutate { $0.view.extend(ids, until: date) }
        }
    }

    /// All is known of the tenant from now on.
    package func keep(_ view: AgentView, of tenant: TenantID, on serverStart: Date) {
        state.withLock { state in
            state.uses += 1
            state.agentCount += view.agents.count - (state.entries[tenant]?.view.agents.count ?? 0)
            state.entries[tenant] = Entry(view: view, serverStart: serverStart, usedAt: state.uses)
            evict(&state, sparing: tenant)
        }
    }

    private func evict(_ state: inout State, sparing tenant: TenantID) {
        while state.agentCount > agentsMax {
            guard let oldest = state.entries.filter({ $0.key != tenant }).min(by: { $0.value.usedAt < $1.value.usedAt }) else { return }
            state.agentCount -= oldest.value.view.agents.count
            state.entries[oldest.key] = nil
        }
    }
}

extension Optional {
    fileprivate mutating func mutate<Result>(_ body: (inout Wrapped) -> Result) -> Result? {
        guard self != nil else { return nil }
        return body(&self!)
    }
}
