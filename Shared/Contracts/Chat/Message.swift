import Foundation

/// One entry of a conversation as clients see it. Contracts §4. Absent values are written as `null`, but for `attempt` and `error`, which are
/// left out.
package struct Message: Codable, Sendable, Equatable {
    package struct Kind: RawRepresentable, CaseIterable, Hashable, Sendable, Codable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package static let message = Kind(rawValue: "message")
        /// Seen by the tenant's own people only.
        package static let note = Kind(rawValue: "note")
        package static let event = Kind(rawValue: "event")

        package static let allCases: [Kind] = [.message, .note, .event]
    }

    package let id: MessageID
    package let sessionID: ConversationID
    package let sequence: Int64
    package let kind: Kind
    package let author: Author
    package let text: String
    package let state: MessageState
    /// Which attempt to deliver it ``state`` belongs to, from 1: of messages that an adapter carries to the customer. Not for customers.
    package let attempt: Int?
    /// Why that attempt did not succeed. Not for customers.
    package let error: DeliveryError?
    package let attachments: [JSONValue]
    package let metadata: [String: JSONValue]
    package let sentAt: Date
    package let editedAt: Date?
    package let deletedAt: Date?

    package init(
        id: MessageID, sessionID: ConversationID, sequence: Int64, kind: Kind, author: Author, text: String, state: MessageState,
        attempt: Int? = nil, error: DeliveryError? = nil, attachments: [JSONValue] = [], metadata: [String: JSONValue] = [:], sentAt: Date,
        editedAt: Date? = nil, deletedAt: Date? = nil
    ) {
        self.id = id
        self.sessionID = sessionID
        self.sequence = sequence
        self.kind = kind
        self.author = author
        self.text = text
        self.state = state
        self.attempt = attempt
        self.error = error
        self.attachments = attachments
        self.metadata = metadata
        self.sentAt = sentAt
        self.editedAt = editedAt
        self.deletedAt = deletedAt
    }

    private enum CodingKeys: String, CodingKey {
        case id, sequence, kind, author, text, state, attempt, error, attachments, metadata
        case sessionID = "session_id"
        case sentAt = "sent_at"
        case editedAt = "edited_at"
        case deletedAt = "deleted_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(sequence, forKey: .sequence)
        try container.encode(kind, forKey: .kind)
        try container.encode(author, forKey: .author)
        try container.encode(text, forKey: .text)
        try container.encode(state, forKey: .state)
        try container.encodeIfPresent(attempt, forKey: .attempt)
        try container.encodeIfPresent(error, forKey: .error)
        try container.encode(attachments, forKey: .attachments)
        try container.encode(metadata, forKey: .metadata)
        try container.encode(sentAt, forKey: .sentAt)
        try container.encode(editedAt, forKey: .editedAt)
        try container.encode(deletedAt, forKey: .deletedAt)
    }
}

/// How far a message has come. One set for all channels.
package struct MessageState: RawRepresentable, CaseIterable, Hashable, Sendable, Codable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package static let queued = MessageState(rawValue: "queued")
    /// Website: committed.
    package static let sent = MessageState(rawValue: "sent")
    /// Website: the other side's client acknowledged the frame.
    package static let delivered = MessageState(rawValue: "delivered")
    /// Website: visible for a second in a focused view.
    package static let read = MessageState(rawValue: "read")
    package static let failed = MessageState(rawValue: "failed")
    package static let unknown = MessageState(rawValue: "unknown")

    package static let allCases: [MessageState] = [.queued, .sent, .delivered, .read, .failed, .unknown]
}

extension Message: DirectlyWritten {
    package func write(to json: inout JSONText) {
        json.raw(#"{"id":"#)
        json.id(id)
        json.raw(#","session_id":"#)
        json.id(sessionID)
        json.raw(#","sequence":"#)
        json.integer(sequence)
        json.raw(#","kind":"#)
        json.string(kind.rawValue)
        json.raw(#","author":"#)
        author.write(to: &json)
        json.raw(#","text":"#)
        json.string(text)
        json.raw(#","state":"#)
        json.string(state.rawValue)
        if let attempt {
            json.raw(#","attempt":"#)
            json.integer(Int64(attempt))
        }
        if let error {
            json.raw(#","error":"#)
            error.write(to: &json)
        }
        json.raw(#","attachments":"#)
        json.array(attachments)
        json.raw(#","metadata":"#)
        json.object(metadata)
        json.raw(#","sent_at":"#)
        json.date(sentAt)
        json.raw(#","edited_at":"#)
        json.date(editedAt)
        json.raw(#","deleted_at":"#)
        json.date(deletedAt)
        json.raw("}")
    }
}

extension Message: Described {
    package static let meaning = Meaning(
        "Message", .answer, "One entry of a conversation.",
        fields: [
            Field("id", "The message."),
            Field("session_id", "The conversation."),
            Field("sequence", "Its place in the conversation. Do not test for +1: some entries are not for you.", .sequence),
            Field("kind", "A message, a note that only colleagues see, or something that happened."),
            Field("author", "Who wrote it."),
            Field("text", "What was written; empty once it is deleted."),
            Field(
                "state",
                "How far it has come. On the website: stored, received by the other side's client, seen. On other channels what the provider says of an answer: `queued` until it was handed over; `unknown` where nobody can say whether it was."
            ),
            Field(
                "attempt",
                "Which attempt `state` belongs to. Only for the company's people, of answers on channels other than the website.", .from(1)),
            Field("error", "Why the attempt did not succeed; with `failed` and `unknown`. Only for the company's people."),
            Field("attachments", "Files; none yet.", .each(.object)),
            Field("metadata", "Yours: kept and given back, never read."),
            Field("sent_at", "When it was written, by the sender's clock: to be shown, never to order by."),
            Field("edited_at", "When it was changed last; null: never."),
            Field("deleted_at", "When it was deleted; null: it was not."),
        ],
        example: [
            "id": "0193f2a4-8d02-7c4f-8a31-5b7c1e0d4f22", "session_id": "0193f2a4-7c1e-7b60-9d52-2f1f6a0c9e11", "sequence": 3,
            "kind": "message", "author": ["type": "customer", "id": "0193f2a4-9e13-7d5a-b642-6c8d2f1e5a33", "name": "Carla"],
            "text": "Where is my parcel?", "state": "delivered", "attachments": [], "metadata": [:], "sent_at": "2026-11-19T13:11:08.214Z",
            "edited_at": nil, "deleted_at": nil,
        ])
}
