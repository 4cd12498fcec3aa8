/// Removes a message's text; the entry stays.
package struct DeleteMessage: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Message
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.delete-message"
    package static let service = ServiceName.chat
    package static let access = Access.conversationWriters
    package let principal: Principal
    package let id: MessageID

    package init(principal: Principal, id: MessageID) {
        self.principal = principal
        self.id = id
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id
    }
}
