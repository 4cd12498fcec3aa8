/// Decisions about a conversation, latest first.
package struct ListDecisions: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Page<Decision>
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.list-decisions"
    package static let service = ServiceName.router
    package static let access = Access.agents
    package let principal: Principal
    package let sessionID: ConversationID
    package let limit: Int
    package let cursor: String?

    package init(principal: Principal, sessionID: ConversationID, limit: Int, cursor: String? = nil) {
        self.principal = principal
        self.sessionID = sessionID
        self.limit = limit
        self.cursor = cursor
    }

    private enum CodingKeys: String, CodingKey {
        case principal, limit, cursor
        case sessionID = "session_id"
    }
}
