/// What a client that has everything up to `after` is missing.
package struct ReadEntries: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = ConversationEntries
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.read-entries"
    package static let service = ServiceName.chat
    package static let access = Access.conversationReaders
    package let principal: Principal
    package let sessionID: ConversationID
    package let after: Int64
    package let limit: Int

    package init(principal: Principal, sessionID: ConversationID, after: Int64, limit: Int) {
        self.principal = principal
        self.sessionID = sessionID
        self.after = after
        self.limit = limit
    }

    private enum CodingKeys: String, CodingKey {
        case principal, after, limit
        case sessionID = "session_id"
    }
}
