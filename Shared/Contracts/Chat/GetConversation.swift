/// One conversation, if the asker may see it.
package struct GetConversation: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Session
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.get-conversation"
    package static let service = ServiceName.chat
    package static let access = Access.conversationReaders
    package let principal: Principal
    package let id: ConversationID

    package init(principal: Principal, id: ConversationID) {
        self.principal = principal
        self.id = id
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id
    }
}

extension GetConversation: DirectlyWritten {
    package func write(to json: inout JSONText) {
        json.raw(#"{"principal":"#)
        principal.write(to: &json)
        json.raw(#","id":"#)
        json.id(id)
        json.raw("}")
    }
}
