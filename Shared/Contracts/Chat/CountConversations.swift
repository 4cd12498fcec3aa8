/// The counts beside the inbox's lists.
package struct CountConversations: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = ConversationCounts
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.count-conversations"
    package static let service = ServiceName.chat
    package static let access = Access.readers
    package let principal: Principal

    package init(principal: Principal) {
        self.principal = principal
    }

    private enum CodingKeys: String, CodingKey {
        case principal
    }
}
