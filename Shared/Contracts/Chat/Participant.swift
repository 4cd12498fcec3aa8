import Foundation

/// Somebody who takes part in a conversation, with receipts.
package struct Participant: Codable, Sendable, Equatable {
    package let kind: Author.Kind
    package let id: EntityID?
    package let name: String
    package let role: String
    package let deliveredThrough: Int64
    package let readThrough: Int64
    package let joinedAt: Date

    package init(
        kind: Author.Kind, id: EntityID? = nil, name: String, role: String, deliveredThrough: Int64, readThrough: Int64, joinedAt: Date
    ) {
        self.kind = kind
        self.id = id
        self.name = name
        self.role = role
        self.deliveredThrough = deliveredThrough
        self.readThrough = readThrough
        self.joinedAt = joinedAt
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, role
        case kind = "type"
        case deliveredThrough = "delivered_through"
        case readThrough = "read_through"
        case joinedAt = "joined_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(role, forKey: .role)
        try container.encode(deliveredThrough, forKey: .deliveredThrough)
        try container.encode(readThrough, forKey: .readThrough)
        try container.encode(joinedAt, forKey: .joinedAt)
    }
}

extension Participant: Described {
    package static let meaning = Meaning(
        "Participant", .answer, "Somebody who takes part, and how far they have come.",
        fields: [
            Field("type", "Which side it is of."),
            Field("id", "A customer's, user's or key's id; null for the system."),
            Field("name", "What others see."),
            Field("role", "What they are in the company: `customer`, `agent`, `supervisor`, `admin` or `service`."),
            Field("delivered_through", "Everything up to this sequence has arrived.", .sequence),
            Field("read_through", "Everything up to this sequence is read.", .sequence),
            Field("joined_at", "Since when."),
        ],
        list: .init("ParticipantPage", "Who takes part, with how far each has received and read."))
}
