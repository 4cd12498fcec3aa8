/// History. Without `after` and `before`: the newest `limit`.
package struct ListMessages: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = MessagePage
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.list-messages"
    package static let service = ServiceName.chat
    package static let access = Access.conversationReaders
    package let principal: Principal
    package let sessionID: ConversationID
    package let after: Int64?
    package let before: Int64?
    package let limit: Int

    package init(principal: Principal, sessionID: ConversationID, after: Int64? = nil, before: Int64? = nil, limit: Int) {
        self.principal = principal
        self.sessionID = sessionID
        self.after = after
        self.before = before
        self.limit = limit
    }

    private enum CodingKeys: String, CodingKey {
        case principal, after, before, limit
        case sessionID = "session_id"
    }
}
