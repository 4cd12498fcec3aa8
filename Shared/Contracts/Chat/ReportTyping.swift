/// Tells the others that the asker types or stopped. Nothing is stored.
package struct ReportTyping: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Done
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.report-typing"
    package static let service = ServiceName.chat
    package static let access = Access.conversationWriters
    package let principal: Principal
    package let sessionID: ConversationID
    package let active: Bool

    package init(principal: Principal, sessionID: ConversationID, active: Bool) {
        self.principal = principal
        self.sessionID = sessionID
        self.active = active
    }

    private enum CodingKeys: String, CodingKey {
        case principal, active
        case sessionID = "session_id"
    }
}
