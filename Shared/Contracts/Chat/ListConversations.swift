/// Conversations the asker may see.
package struct ListConversations: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Page<Session>
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.list-conversations"
    package static let service = ServiceName.chat
    package static let access = Access.conversationReaders
    package let principal: Principal
    package let filter: ConversationFilter
    package let limit: Int
    package let cursor: String?

    package init(principal: Principal, filter: ConversationFilter, limit: Int, cursor: String? = nil) {
        self.principal = principal
        self.filter = filter
        self.limit = limit
        self.cursor = cursor
    }

    private enum CodingKeys: String, CodingKey {
        case principal, filter, limit, cursor
    }
}
