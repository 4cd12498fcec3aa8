/// The conversation has no agent any more and waits again: returned to the queue, or its agent is gone.
/// - Said by: router. Heard by: chat. Order: per conversation.
package struct ConversationUnassigned: Event, Equatable {
    package static let subject: Subject = "router.conversation-unassigned"
    package static let version: UInt16 = 1
    package static let audience = Audience.internal
    package let sessionID: ConversationID
    /// Counts the assignment changes of this conversation, from 1. chat applies a change only above the last it applied.
    package let number: Int64
    package let previousAgent: AgentSummary
    package let reason: String
    package let by: Author
    /// The team that the conversation waits for now; nil if for none.
    package let teamID: TeamID?

    package init(
        sessionID: ConversationID, number: Int64, previousAgent: AgentSummary, reason: String, by: Author, teamID: TeamID? = nil
    ) {
        self.sessionID = sessionID
        self.number = number
        self.previousAgent = previousAgent
        self.reason = reason
        self.by = by
        self.teamID = teamID
    }

    private enum CodingKeys: String, CodingKey {
        case number, reason, by
        case sessionID = "session_id"
        case previousAgent = "previous_agent"
        case teamID = "team_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(number, forKey: .number)
        try container.encode(previousAgent, forKey: .previousAgent)
        try container.encode(reason, forKey: .reason)
        try container.encode(by, forKey: .by)
        try container.encodeIfPresent(teamID, forKey: .teamID)
    }
}
