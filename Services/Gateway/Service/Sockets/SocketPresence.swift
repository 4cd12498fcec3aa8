import Contracts
import Synchronization

/// Who has live sockets at this gateway.
final class SocketPresence: Sendable {
    private struct State {
        var agents: [ConnectedAgentKey: Int] = [:]
        var visitors: [VisitorKey: Int] = [:]
        var changed: AsyncStream<Change>.Continuation?
    }

    enum Change: Sendable {
        case agents
        /// Its last socket closed.
        case visitorLeft(PresentVisitor)
    }

    private struct ConnectedAgentKey: Hashable {
        let clientID: TenantID
        let agentID: AgentID
    }

    private struct VisitorKey: Hashable {
        let clientID: TenantID
        let customerID: CustomerID
    }

    private let state = Mutex(State())

    /// Hears of agents that come and go, and of visitors whose last socket closed. One listener.
    func changes() -> AsyncStream<Change> {
        let (stream, continuation) = AsyncStream.makeStream(of: Change.self, bufferingPolicy: .bufferingNewest(1000))
        state.withLock { $0.changed = continuation }
        return stream
    }

    /// No more changes are told.
    func finish() {
        state.withLock { $0.changed?.finish() }
    }

    func opened(_ grant: SocketGrant) { count(grant, 1) }

    func closed(_ grant: SocketGrant) { count(grant, -1) }

    var agents: [ConnectedAgent] {
        state.withLock { $0.agents.keys.map { ConnectedAgent(clientID: $0.clientID, agentID: $0.agentID) } }
    }

    var visitors: [PresentVisitor] {
        state.withLock { $0.visitors.keys.map { PresentVisitor(clientID: $0.clientID, customerID: $0.customerID) } }
    }

    private func count(_ grant: SocketGrant, _ change: Int) {
        let principal = grant.principal
        state.withLock { state in
            if grant.isAgent {
                let key = ConnectedAgentKey(clientID: principal.clientID, agentID: AgentID(principal.subject.uuid))
                let before = state.agents[key] ?? 0
                state.agents[key] = before + change > 0 ? before + change : nil
                if before == 0 || before + change <= 0 { state.changed?.yield(.agents) }
            } else if let customer = principal.customerID {
                let key = VisitorKey(clientID: principal.clientID, customerID: customer)
                let before = state.visitors[key] ?? 0
                state.visitors[key] = before + change > 0 ? before + change : nil
                if before + change <= 0 {
                    state.changed?.yield(.visitorLeft(PresentVisitor(clientID: principal.clientID, customerID: customer)))
                }
            }
        }
    }
}
