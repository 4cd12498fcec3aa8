import Foundation

/// The conversation's agent changed, as clients see it. Takes the conversation's next sequence.
/// - Said by: chat, after router's ``ConversationAssigned`` or ``ConversationUnassigned``. Heard by: gateway (frame `assigned`).
package struct AssignmentApplied: Event, Equatable {
    package static let subject: Subject = "chat.assignment-applied"
    package static let version: UInt16 = 1
    package static let audience = Audience.everyone
    package let sessionID: ConversationID
    package let status: ConversationStatus
    package let agent: AgentSummary?
    package let previousAgent: AgentSummary?
    /// A short word: `routed`, `taken`, `assigned`, `transferred`, `returned`.
    package let reason: String
    package let decisionID: DecisionID?
    package let at: Date

    package init(
        sessionID: ConversationID, status: ConversationStatus, agent: AgentSummary? = nil, previousAgent: AgentSummary? = nil,
        reason: String, decisionID: DecisionID? = nil, at: Date
    ) {
        self.sessionID = sessionID
        self.status = status
        self.agent = agent
        self.previousAgent = previousAgent
        self.reason = reason
        self.decisionID = decisionID
        self.at = at
    }

    private enum CodingKeys: String, CodingKey {
        case status, agent, reason, at
        case sessionID = "session_id"
        case previousAgent = "previous_agent"
        case decisionID = "decision_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(status, forKey: .status)
        try container.encode(agent, forKey: .agent)
        try container.encode(previousAgent, forKey: .previousAgent)
        try container.encode(reason, forKey: .reason)
        try container.encode(decisionID, forKey: .decisionID)
        try container.encode(at, forKey: .at)
    }
}
