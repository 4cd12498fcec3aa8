import Contracts

/// The tenant's agents in one turn: as the database holds them, and beside that those which the turn looked after or changed. What is
/// done for all of them is done for these few.
package struct TurnAgents: Sendable, Equatable {
    /// Shared with the process's view, and never changed here.
    private let known: [AgentID: AgentRecord]
    /// Asked for by id and taken out of routing.
    private let deleted: [AgentID: AgentRecord]
    private(set) var touched: [AgentID: AgentRecord] = [:]

    init(known: [AgentID: AgentRecord] = [:], deleted: [AgentID: AgentRecord] = [:], touching ids: some Sequence<AgentID> = []) {
        self.known = known
        self.deleted = deleted
        for id in ids { touched[id] = stored(id) }
    }

    package subscript(id: AgentID) -> AgentRecord? { touched[id] ?? stored(id) }

    /// What the database holds.
    func stored(_ id: AgentID) -> AgentRecord? { deleted[id] ?? known[id] }

    mutating func put(_ agent: AgentRecord) { touched[agent.id] = agent }

    /// Everybody, as this turn has them. Walks through all.
    var all: [AgentRecord] { Array(known.merging(deleted) { $1 }.merging(touched) { $1 }.values) }
}
