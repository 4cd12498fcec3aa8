/// Gives a message a new text.
package struct EditMessage: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Message
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.edit-message"
    package static let service = ServiceName.chat
    package static let access = Access.conversationWriters
    package let principal: Principal
    package let id: MessageID
    package let text: String

    package init(principal: Principal, id: MessageID, text: String) {
        self.principal = principal
        self.id = id
        self.text = text
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id, text
    }
}
