/// router has claimed an agent's capacity for a conversation.
/// - Said by: router. Heard by: chat, which mirrors it and says ``AssignmentApplied``. chat ignores it for a closed conversation.
/// - Order: per conversation.
package struct ConversationAssigned: Event, Equatable {
    package static let subject: Subject = "router.conversation-assigned"
    package static let version: UInt16 = 1
    package static let audience = Audience.internal
    package let assignment: Assignment

    package init(assignment: Assignment) {
        self.assignment = assignment
    }

    private enum CodingKeys: String, CodingKey {
        case assignment
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(assignment, forKey: .assignment)
    }
}
