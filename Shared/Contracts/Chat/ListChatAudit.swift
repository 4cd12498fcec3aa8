import Foundation

/// The audit log, latest first.
package struct ListChatAudit: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Page<ChatAuditEntry>
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.list-audit"
    package static let service = ServiceName.chat
    package static let access = Access.supervisors
    package let principal: Principal
    package let sessionID: ConversationID?
    package let actor: EntityID?
    package let action: String?
    package let from: Date?
    package let to: Date?
    package let limit: Int
    package let cursor: String?

    package init(
        principal: Principal, sessionID: ConversationID? = nil, actor: EntityID? = nil, action: String? = nil, from: Date? = nil,
        to: Date? = nil, limit: Int, cursor: String? = nil
    ) {
        self.principal = principal
        self.sessionID = sessionID
        self.actor = actor
        self.action = action
        self.from = from
        self.to = to
        self.limit = limit
        self.cursor = cursor
    }

    private enum CodingKeys: String, CodingKey {
        case principal, actor, action, from, to, limit, cursor
        case sessionID = "session_id"
    }
}
