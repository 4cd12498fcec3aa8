import Foundation

/// Somebody changed what a conversation is about or how urgent it is: subject, priority, room. What a status brings is
/// ``ConversationStatusChanged``. Takes the conversation's next sequence, so that whoever was away hears of it too.
/// - Said by: chat. Heard by: gateway (frame `session`). All values are those after the change, whichever of them changed.
package struct ConversationChanged: Event, Equatable {
    package static let subject: Subject = "chat.conversation-changed"
    package static let version: UInt16 = 1
    package static let audience = Audience.everyone
    package let sessionID: ConversationID
    package let subject: String?
    package let priority: Int
    package let roomID: RoomID?
    package let by: Author
    package let at: Date

    package init(sessionID: ConversationID, subject: String? = nil, priority: Int, roomID: RoomID? = nil, by: Author, at: Date) {
        self.sessionID = sessionID
        self.subject = subject
        self.priority = priority
        self.roomID = roomID
        self.by = by
        self.at = at
    }

    private enum CodingKeys: String, CodingKey {
        case subject, priority, by, at
        case sessionID = "session_id"
        case roomID = "room_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(subject, forKey: .subject)
        try container.encode(priority, forKey: .priority)
        try container.encode(roomID, forKey: .roomID)
        try container.encode(by, forKey: .by)
        try container.encode(at, forKey: .at)
    }
}
