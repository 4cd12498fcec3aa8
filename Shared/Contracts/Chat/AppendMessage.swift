/// Stores a message at the end of the conversation. The same id again is the same message.
package struct AppendMessage: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = AppendedMessage
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.append-message"
    package static let service = ServiceName.chat
    package static let access = Access.conversationWriters
    package static let keepsReply = false
    package let principal: Principal
    /// Who speaks, where that is not who asks: only a service of ours lends its voice, to the conversation's customer or as the assistant or the
    /// system that it is. nil: whoever asks.
    package let author: Author?
    package let id: MessageID
    package let sessionID: ConversationID
    package let kind: Message.Kind
    package let text: String
    package let metadata: [String: JSONValue]
    /// Refused with ``ChatError/conversationMovedOn(lastMessageSequence:)`` if messages came since.
    package let expectedSequence: Int64?

    package init(
        principal: Principal, author: Author? = nil, id: MessageID, sessionID: ConversationID, kind: Message.Kind, text: String,
        metadata: [String: JSONValue] = [:], expectedSequence: Int64? = nil
    ) {
        self.principal = principal
        self.author = author
        self.id = id
        self.sessionID = sessionID
        self.kind = kind
        self.text = text
        self.metadata = metadata
        self.expectedSequence = expectedSequence
    }

    private enum CodingKeys: String, CodingKey {
        case principal, author, id, kind, text, metadata
        case sessionID = "session_id"
        case expectedSequence = "expected_sequence"
    }
}

extension AppendMessage: DirectlyWritten {
    package func write(to json: inout JSONText) {
        json.raw(#"{"principal":"#)
        principal.write(to: &json)
        if let author {
            json.raw(#","author":"#)
            author.write(to: &json)
        }
        json.raw(#","id":"#)
        json.id(id)
        json.raw(#","session_id":"#)
        json.id(sessionID)
        json.raw(#","kind":"#)
        json.string(kind.rawValue)
        json.raw(#","text":"#)
        json.string(text)
        json.raw(#","metadata":"#)
        json.object(metadata)
        if let expectedSequence {
            json.raw(#","expected_sequence":"#)
            json.integer(expectedSequence)
        }
        json.raw("}")
    }
}
