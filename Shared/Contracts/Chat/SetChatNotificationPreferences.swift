/// Replaces the asker's own.
package struct SetChatNotificationPreferences: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = ChatNotificationPreferences
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.set-notification-preferences"
    package static let service = ServiceName.chat
    package static let access = Access.staff
    package let principal: Principal
    package let preferences: ChatNotificationPreferences

    package init(principal: Principal, preferences: ChatNotificationPreferences) {
        self.principal = principal
        self.preferences = preferences
    }

    private enum CodingKeys: String, CodingKey {
        case principal, preferences
    }
}
