import Foundation

/// A conversation in a customer's card.
package struct SessionSummary: Codable, Sendable, Equatable {
    /// Conversations a card shows.
    package static let countMax = 20
    package let id: ConversationID
    package let status: ConversationStatus
    package let channel: Channel
    package let subject: String?
    package let createdAt: Date
    package let lastActivityAt: Date

    package init(
        id: ConversationID, status: ConversationStatus, channel: Channel, subject: String? = nil, createdAt: Date, lastActivityAt: Date
    ) {
        self.id = id
        self.status = status
        self.channel = channel
        self.subject = subject
        self.createdAt = createdAt
        self.lastActivityAt = lastActivityAt
    }

    private enum CodingKeys: String, CodingKey {
        case id, status, channel, subject
        case createdAt = "created_at"
        case lastActivityAt = "last_activity_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(status, forKey: .status)
        try container.encode(channel, forKey: .channel)
        try container.encode(subject, forKey: .subject)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(lastActivityAt, forKey: .lastActivityAt)
    }
}

extension SessionSummary: Described {
    package static let meaning = Meaning(
        nil, .answer,
        fields: [
            Field("id", "The conversation."),
            Field("status", "How it stands."),
            Field("channel", "How the customer reaches the company."),
            Field("subject", "What it is about, if somebody said."),
            Field("created_at", "When it began."),
            Field("last_activity_at", "When something last happened in it."),
        ])
}
