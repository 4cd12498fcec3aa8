/// The counts beside the inbox's lists.
package struct CountConversations: BusRequest, Equatable {
    package typealias Reply = ConversationCounts
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.count-conversations"
    package static let service = ServiceName.chat
    package let principal: Principal

    package init(principal: Principal) {
        self.principal = principal
    }

    private enum CodingKeys: String, CodingKey {
        case principal
    }
}
