/// A waiting conversation moved in the queue. Ephemeral. Heard by: gateway (frame `queue`). Key: the conversation.
package struct QueuePlaceChanged: Event, Equatable {
    package static let subject: Subject = "router.queue-place-changed"
    package static let version: UInt16 = 1
    package static let audience = Audience.everyone
    package let sessionID: ConversationID
    package let position: Int
    package let estimatedWaitSeconds: Int?

    package init(sessionID: ConversationID, position: Int, estimatedWaitSeconds: Int? = nil) {
        self.sessionID = sessionID
        self.position = position
        self.estimatedWaitSeconds = estimatedWaitSeconds
    }

    private enum CodingKeys: String, CodingKey {
        case position
        case sessionID = "session_id"
        case estimatedWaitSeconds = "estimated_wait_seconds"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(position, forKey: .position)
        try container.encode(estimatedWaitSeconds, forKey: .estimatedWaitSeconds)
    }
}
