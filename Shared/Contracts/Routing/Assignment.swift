import Foundation

/// One agent holding one conversation, from the claim until it is freed.
package struct Assignment: Codable, Sendable, Equatable {
    package let id: EntityID
    /// Counts the assignment changes of this conversation, from 1. chat applies a change only above the last it applied, whatever the status, unless closed.
    package let number: Int64
    package let sessionID: ConversationID
    package let agent: AgentSummary
    /// `routed`, `taken`, `assigned` or `transferred`.
    package let reason: String
    package let decisionID: DecisionID?
    package let by: Author
    package let at: Date
    /// The team that the conversation waited for, or fell to; nil if for none.
    package let teamID: TeamID?

    package init(
        id: EntityID, number: Int64, sessionID: ConversationID, agent: AgentSummary, reason: String, decisionID: DecisionID? = nil,
        by: Author, at: Date, teamID: TeamID? = nil
    ) {
        self.id = id
        self.number = number
        self.sessionID = sessionID
        self.agent = agent
        self.reason = reason
        self.decisionID = decisionID
        self.by = by
        self.at = at
        self.teamID = teamID
    }

    private enum CodingKeys: String, CodingKey {
        case id, number, agent, reason, by, at
        case sessionID = "session_id"
        case decisionID = "decision_id"
        case teamID = "team_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(number, forKey: .number)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(agent, forKey: .agent)
        try container.encode(reason, forKey: .reason)
        try container.encode(decisionID, forKey: .decisionID)
        try container.encode(by, forKey: .by)
        try container.encode(at, forKey: .at)
        try container.encodeIfPresent(teamID, forKey: .teamID)
    }
}
