import Foundation

/// A support topic that groups sessions.
package struct ChatRoom: Codable, Sendable, Equatable {
    package let id: RoomID
    package let name: String
    package let description: String?
    package let createdAt: Date
    package let deletedAt: Date?

    package init(id: RoomID, name: String, description: String? = nil, createdAt: Date, deletedAt: Date? = nil) {
        self.id = id
        self.name = name
        self.description = description
        self.createdAt = createdAt
        self.deletedAt = deletedAt
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, description
        case createdAt = "created_at"
        case deletedAt = "deleted_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(description, forKey: .description)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(deletedAt, forKey: .deletedAt)
    }
}

extension ChatRoom: Described {
    package static let meaning = Meaning(
        "Room", .answer, "A support topic that groups sessions.",
        fields: [
            Field("id", "The room."),
            Field("name", "What people call it."),
            Field("description", "For people; null: there is none."),
            Field("created_at", "When it was made."),
            Field("deleted_at", "When it was deleted; null: it was not."),
        ],
        list: .init("RoomPage", "Rooms by name."))
}
