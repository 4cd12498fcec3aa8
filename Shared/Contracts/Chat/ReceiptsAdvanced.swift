/// A participant has received or seen more. Watermarks only rise. Takes no sequence.
/// - Said by: chat, at most once per participant and second. Heard by: gateway (frame `receipt`).
package struct ReceiptsAdvanced: Event, Equatable {
    package static let subject: Subject = "chat.receipts-advanced"
    package static let version: UInt16 = 1
    package static let audience = Audience.everyone
    package let sessionID: ConversationID
    package let participant: Author
    package let deliveredThrough: Int64
    package let readThrough: Int64

    package init(sessionID: ConversationID, participant: Author, deliveredThrough: Int64, readThrough: Int64) {
        self.sessionID = sessionID
        self.participant = participant
        self.deliveredThrough = deliveredThrough
        self.readThrough = readThrough
    }

    private enum CodingKeys: String, CodingKey {
        case participant
        case sessionID = "session_id"
        case deliveredThrough = "delivered_through"
        case readThrough = "read_through"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(participant, forKey: .participant)
        try container.encode(deliveredThrough, forKey: .deliveredThrough)
        try container.encode(readThrough, forKey: .readThrough)
    }
}
