/// Gives a conversation to an agent: taken (by the asker), assigned or transferred (by a supervisor, or by its holder). Claims capacity. Asking again for the same agent answers the assignment that stands.
package struct AssignConversation: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Assignment
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.assign-conversation"
    package static let service = ServiceName.router
    package static let access = Access.agents
    package let principal: Principal
    package let sessionID: ConversationID
    /// nil: the asker.
    package let agentID: AgentID?
    package let reason: String

    package init(principal: Principal, sessionID: ConversationID, agentID: AgentID? = nil, reason: String) {
        self.principal = principal
        self.sessionID = sessionID
        self.agentID = agentID
        self.reason = reason
    }

    private enum CodingKeys: String, CodingKey {
        case principal, reason
        case sessionID = "session_id"
        case agentID = "agent_id"
    }
}
