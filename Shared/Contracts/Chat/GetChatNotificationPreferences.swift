/// The asker's own; defaults if never set.
package struct GetChatNotificationPreferences: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = ChatNotificationPreferences
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.get-notification-preferences"
    package static let service = ServiceName.chat
    package static let access = Access.staff
    package let principal: Principal

    package init(principal: Principal) {
        self.principal = principal
    }

    private enum CodingKeys: String, CodingKey {
        case principal
    }
}
