/// Puts an assigned conversation back into the queue, before those of its priority that came later.
package struct ReturnConversation: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Done
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.return-conversation"
    package static let service = ServiceName.router
    package static let access = Access.agents
    package let principal: Principal
    package let sessionID: ConversationID
    package let reason: String
    /// Waits for this team from now on; nil: for whom it waited before.
    package let teamID: TeamID?

    package init(principal: Principal, sessionID: ConversationID, reason: String, teamID: TeamID? = nil) {
        self.principal = principal
        self.sessionID = sessionID
        self.reason = reason
        self.teamID = teamID
    }

    private enum CodingKeys: String, CodingKey {
        case principal, reason
        case sessionID = "session_id"
        case teamID = "team_id"
    }
}
