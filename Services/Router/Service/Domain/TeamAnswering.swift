import Contracts

/// An agent that is assigned to an active member of a team, or of one of the team's fallbacks.
package struct TeamAnswering: Sendable, Equatable {
    /// Fallbacks followed from a team. Circles are refused when they would be made; this is for the day on which that is wrong.
    package static let fallbacksMax = 10

    package let agent: AgentID
    /// Of the team.
    package let sector: String
    /// 0: the team itself, 1: its fallback, …
    package let distance: Int

    package init(agent: AgentID, sector: String, distance: Int) {
        self.agent = agent
        self.sector = sector
        self.distance = distance
    }
}

extension [TeamAnswering] {
    /// Those of the nearest team that has any who answer; empty: nobody does, so the sector is asked.
    /// - Parameter answers: whether the agent may get work and belongs to the team's sector.
    func nearest(where answers: (TeamAnswering) throws -> Bool) rethrows -> Set<AgentID> {
        let answering = try filter(answers)
        guard let nearest = answering.map(\.distance).min() else { return [] }
        return Set(answering.filter { $0.distance == nearest }.map(\.agent))
    }
}
