/// How far one participant has received and seen a conversation.
package struct Receipt: Codable, Sendable, Equatable {
    package let participant: Author
    package let deliveredThrough: Int64
    package let readThrough: Int64

    package init(participant: Author, deliveredThrough: Int64, readThrough: Int64) {
        self.participant = participant
        self.deliveredThrough = deliveredThrough
        self.readThrough = readThrough
    }

    private enum CodingKeys: String, CodingKey {
        case participant
        case deliveredThrough = "delivered_through"
        case readThrough = "read_through"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(participant, forKey: .participant)
        try container.encode(deliveredThrough, forKey: .deliveredThrough)
        try container.encode(readThrough, forKey: .readThrough)
    }
}
