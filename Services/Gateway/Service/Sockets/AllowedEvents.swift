import Contracts

/// Which facts ever leave through a socket, as which frame, and to whom. A fact that is not listed stays inside, whatever its
/// header says. Contracts §6.
struct AllowedEvent: Sendable {
    enum Target: Sendable {
        /// Who follows the conversation, and the company's people.
        case conversation
        /// Only who follows the conversation.
        case followers
        /// The company's people.
        case company
        /// One of the company's people: whose id is the key.
        case person
    }

    let subject: Subject
    /// The frame's `type`.
    let frame: String
    /// The narrower of this and the header's audience counts.
    let audience: Audience
    let target: Target
}

enum AllowedEvents {
    static let all: [AllowedEvent] = [
        AllowedEvent(subject: MessageAppended.subject, frame: "message", audience: .everyone, target: .conversation),
        AllowedEvent(subject: NoteAppended.subject, frame: "message", audience: .agents, target: .conversation),
        AllowedEvent(subject: MessageEdited.subject, frame: "message_edited", audience: .everyone, target: .conversation),
        AllowedEvent(subject: MessageDeleted.subject, frame: "message_deleted", audience: .everyone, target: .conversation),
        AllowedEvent(subject: ConversationOpened.subject, frame: "status", audience: .everyone, target: .conversation),
        AllowedEvent(subject: ConversationStatusChanged.subject, frame: "status", audience: .everyone, target: .conversation),
        AllowedEvent(subject: ConversationChanged.subject, frame: "session", audience: .everyone, target: .conversation),
        AllowedEvent(subject: AssignmentApplied.subject, frame: "assigned", audience: .everyone, target: .conversation),
        AllowedEvent(subject: ReceiptsAdvanced.subject, frame: "receipt", audience: .everyone, target: .conversation),
        AllowedEvent(subject: DeliveryChanged.subject, frame: "delivery", audience: .agents, target: .conversation),
        AllowedEvent(subject: SLAWarning.subject, frame: "sla", audience: .agents, target: .company),
        AllowedEvent(subject: SLABreached.subject, frame: "sla", audience: .agents, target: .company),
        AllowedEvent(subject: TypingChanged.subject, frame: "typing", audience: .everyone, target: .followers),
        AllowedEvent(subject: QueuePlaceChanged.subject, frame: "queue", audience: .everyone, target: .conversation),
        AllowedEvent(subject: AgentPresenceChanged.subject, frame: "presence", audience: .agents, target: .company),
        AllowedEvent(subject: OfferChanged.subject, frame: "offer", audience: .agents, target: .person),
        AllowedEvent(subject: CustomerChanged.subject, frame: "customer", audience: .agents, target: .company),
    ]

    private static let bySubject = Dictionary(uniqueKeysWithValues: all.map { ($0.subject, $0) })

    static func find(_ subject: Subject) -> AllowedEvent? { bySubject[subject] }
}
