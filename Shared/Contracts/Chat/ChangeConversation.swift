import Foundation

/// Changes status, priority or subject. Only what is given changes.
package struct ChangeConversation: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Session
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.change-conversation"
    package static let service = ServiceName.chat
    package static let access = Access.conversationWriters
    package let principal: Principal
    package let id: ConversationID
    package let status: ConversationStatus?
    package let snoozedUntil: Date?
    package let priority: Int?
    package let subject: String?

    package init(
        principal: Principal, id: ConversationID, status: ConversationStatus? = nil, snoozedUntil: Date? = nil, priority: Int? = nil,
        subject: String? = nil
    ) {
        self.principal = principal
        self.id = id
        self.status = status
        self.snoozedUntil = snoozedUntil
        self.priority = priority
        self.subject = subject
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id, status, priority, subject
        case snoozedUntil = "snoozed_until"
    }
}
