import Foundation

/// The status changed. Takes the conversation's next sequence.
/// - Said by: chat. Heard by: gateway (frame `status`), aggregator, and router, which frees capacity on pending, resolved and closed.
package struct ConversationStatusChanged: Event, Equatable {
    package static let subject: Subject = "chat.conversation-status-changed"
    package static let version: UInt16 = 1
    package static let audience = Audience.everyone
    package let sessionID: ConversationID
    package let status: ConversationStatus
    package let previousStatus: ConversationStatus?
    package let by: Author
    package let priority: Int
    package let channel: Channel
    package let customer: Session.CustomerSummary
    package let subject: String?
    package let snoozedUntil: Date?
    /// Of the assignment change chat had applied last. The router frees capacity only if it has assigned nobody since; closed frees always.
    package let assignmentNumber: Int64
    package let at: Date

    package init(
        sessionID: ConversationID, status: ConversationStatus, previousStatus: ConversationStatus? = nil, by: Author, priority: Int,
        channel: Channel, customer: Session.CustomerSummary, subject: String? = nil, snoozedUntil: Date? = nil, assignmentNumber: Int64,
        at: Date
    ) {
        self.sessionID = sessionID
        self.status = status
        self.previousStatus = previousStatus
        self.by = by
        self.priority = priority
        self.channel = channel
        self.customer = customer
        self.subject = subject
        self.snoozedUntil = snoozedUntil
        self.assignmentNumber = assignmentNumber
        self.at = at
    }

    private enum CodingKeys: String, CodingKey {
        case status, by, priority, channel, customer, subject, at
        case sessionID = "session_id"
        case previousStatus = "previous_status"
        case snoozedUntil = "snoozed_until"
        case assignmentNumber = "assignment_number"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(status, forKey: .status)
        try container.encode(previousStatus, forKey: .previousStatus)
        try container.encode(by, forKey: .by)
        try container.encode(priority, forKey: .priority)
        try container.encode(channel, forKey: .channel)
        try container.encode(customer, forKey: .customer)
        try container.encode(subject, forKey: .subject)
        try container.encode(snoozedUntil, forKey: .snoozedUntil)
        try container.encode(assignmentNumber, forKey: .assignmentNumber)
        try container.encode(at, forKey: .at)
    }
}
