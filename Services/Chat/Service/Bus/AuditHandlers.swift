import Bus
import Contracts

struct ListChatAuditHandler: RequestHandler {
    let audit: AuditRepository

    func answer(_ request: ListChatAudit, context: RequestContext) async throws -> Page<ChatAuditEntry> {
        _ = try validLimit(request.limit)
        return try await audit.list(request)
    }
}

struct GetChatNotificationPreferencesHandler: RequestHandler {
    let preferences: NotificationPreferenceRepository

    func answer(_ request: GetChatNotificationPreferences, context: RequestContext) async throws -> ChatNotificationPreferences {
        return try await preferences.get(for: request.principal)
    }
}

struct SetChatNotificationPreferencesHandler: RequestHandler {
    let preferences: NotificationPreferenceRepository

    func answer(_ request: SetChatNotificationPreferences, context: RequestContext) async throws -> ChatNotificationPreferences {
        try await preferences.set(request.preferences, for: request.principal)
        return request.preferences
    }
}
