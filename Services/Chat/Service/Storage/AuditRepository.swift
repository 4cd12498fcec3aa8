import Contracts
import Foundation
import Storage

/// The audit log. Sent messages are not written twice: the list reads them where they stand.
struct AuditRepository: Sendable {
    let database: Database

    static func record(
        _ action: String, by actor: Author, clientID: TenantID, details: [String: JSONValue], in transaction: Transaction
    ) throws {
        let actorText = String(decoding: try JSON.encode(actor), as: UTF8.self)
        transaction.finalStatements.append(
            """
            INSERT INTO chat.chat_audit_log (client_id, id, actor, actor_id, action, details)
            VALUES (\(clientID), \(EntityID.new()), \(actorText)::text::jsonb, \(actor.id), \(action), \(JSONValue.object(details)))
            """)
    }

    func list(_ request: ListChatAudit) async throws -> Page<ChatAuditEntry> {
        let clientID = request.principal.clientID
        let position = try request.cursor.map { try ListPosition($0) }
        var conditions: SQL = "a.client_id = \(clientID)"
        if let id = request.sessionID { conditions += " AND a.conversation_id = \(id)" }
        if let actor = request.actor { conditions += " AND a.actor_id = \(actor)" }
        if let action = request.action { conditions += " AND a.action = \(action)" }
        if let from = request.from { conditions += " AND a.at >= \(from)" }
        if let to = request.to { conditions += " AND a.at < \(to)" }
        if let position { conditions += " AND (a.at, a.id) < (\(position.time), \(position.id))" }
        let statement: SQL = """
            SELECT a.id, a.at, a.actor, a.action, a.conversation_id, a.message_id, a.details
              FROM (SELECT client_id, id, at, actor::text AS actor, actor_id, action, conversation_id, message_id, details
                      FROM chat.chat_audit_log
                     UNION ALL
                    SELECT client_id, id, sent_at, jsonb_build_object('type', author_kind, 'id', author_id, 'name', author_name)::text,
                           author_id, CASE kind WHEN 'note' THEN 'note_added' ELSE 'message_sent' END, conversation_id, id,
                           jsonb_build_object('sequence', sequence)
                      FROM chat.communication_messages) AS a
             WHERE \(conditions)
             ORDER BY a.at DESC, a.id DESC
             LIMIT \(Int64(request.limit + 1))
            """
        let page = try await database.query(.tenant(clientID), statement).page(limit: request.limit)
        let items = try page.rows.map { row in
            let actor: String = try row["actor"]
            let details: JSONValue = try row["details"]
            return ChatAuditEntry(
                id: try row["id"], at: try row["at"], actor: try JSON.decode(Author.self, from: Array(actor.utf8)),
                action: try row["action"], sessionID: try row["conversation_id"], messageID: try row["message_id"],
                details: details.members)
        }
        let last = page.hasMore ? items.last : nil
        return Page(items: items, nextCursor: last.map { ListPosition(time: $0.at, id: $0.id).cursor })
    }
}

struct NotificationPreferenceRepository: Sendable {
    let database: Database

    func get(for principal: Principal) async throws -> ChatNotificationPreferences {
        let rows = try await database.query(
            .tenant(principal.clientID),
            """
            SELECT muted, sound, email, push FROM chat.chat_notification_preferences
             WHERE client_id = \(principal.clientID) AND user_id = \(principal.subject)
            """)
        guard let row = rows.first else {
            return ChatNotificationPreferences(muted: false, sound: true, email: true, push: true)
        }
        return ChatNotificationPreferences(
            muted: try row["muted"], sound: try row["sound"], email: try row["email"], push: try row["push"])
    }

    func set(_ preferences: ChatNotificationPreferences, for principal: Principal) async throws {
        _ = try await database.query(
            .tenant(principal.clientID),
            """
            INSERT INTO chat.chat_notification_preferences (client_id, user_id, muted, sound, email, push)
            VALUES (\(principal.clientID), \(principal.subject), \(preferences.muted), \(preferences.sound), \(preferences.email),
                    \(preferences.push))
                ON CONFLICT (client_id, user_id) DO UPDATE
               SET muted = excluded.muted, sound = excluded.sound, email = excluded.email, push = excluded.push,
                   updated_at = clock_timestamp()
            """)
    }
}
