import Contracts
import Foundation
import Storage

struct RoomRepository: Sendable {
    let database: Database

    func list(clientID: TenantID, limit: Int, cursor: String?) async throws -> Page<ChatRoom> {
        let position = try cursor.map { try ListPosition($0) }
        var conditions: SQL = "client_id = \(clientID) AND deleted_at IS NULL"
        if let position { conditions += " AND (created_at, id) > (\(position.time), \(position.id))" }
        let statement: SQL = """
            SELECT \(Self.columns) FROM chat.chat_rooms WHERE \(conditions) ORDER BY created_at, id LIMIT \(Int64(limit + 1))
            """
        let page = try await database.query(.tenant(clientID), statement).page(limit: limit)
        let items = try page.rows.map { try ChatRoom($0) }
        let last = page.hasMore ? items.last : nil
        return Page(items: items, nextCursor: last.map { ListPosition(time: $0.createdAt, id: $0.id).cursor })
    }

    func room(_ id: RoomID, clientID: TenantID) async throws -> ChatRoom {
        try await database.transaction(.tenant(clientID)) { try Self.room(id, clientID: clientID, in: $0) }
    }

    /// - Throws: ``ChatError/roomNotFound(id:)``, for a deleted one as well.
    private static func room(_ id: RoomID, clientID: TenantID, in transaction: Transaction) throws -> ChatRoom {
        let rows = try transaction.query(
            "SELECT \(columns) FROM chat.chat_rooms WHERE client_id = \(clientID) AND id = \(id) AND deleted_at IS NULL")
        guard let row = rows.first else { throw ChatError.roomNotFound(id: id) }
        return try ChatRoom(row)
    }

    private static let columns: SQL = "id, name, description, created_at, deleted_at"

    func save(_ request: SaveRoom) async throws -> ChatRoom {
        let clientID = request.principal.clientID
        return try await database.transaction(.tenant(clientID)) { transaction in
            if request.isNew {
                try transaction.query(
                    """
                    INSERT INTO chat.chat_rooms (client_id, id, name, description)
                    VALUES (\(clientID), \(request.id), \(request.name), NULLIF(\(request.description), ''))
                        ON CONFLICT (client_id, id) DO NOTHING
                    """)
            } else {
                try transaction.query(
                    """
                    UPDATE chat.chat_rooms
                       SET name = COALESCE(\(request.name), name),
                           description = CASE WHEN \(request.description != nil) THEN NULLIF(\(request.description), '') ELSE description END
                     WHERE client_id = \(clientID) AND id = \(request.id) AND deleted_at IS NULL
                    """)
            }
            let room = try Self.room(request.id, clientID: clientID, in: transaction)
            try AuditRepository.record(
                request.isNew ? "room_created" : "room_changed", by: Author(request.principal), clientID: clientID,
                details: ["room_id": .string(request.id.description)], in: transaction)
            return room
        }
    }

    func delete(_ request: DeleteRoom) async throws {
        let clientID = request.principal.clientID
        try await database.transaction(.tenant(clientID)) { transaction in
            _ = try Self.room(request.id, clientID: clientID, in: transaction)
            try transaction.query(
                "UPDATE chat.chat_rooms SET deleted_at = clock_timestamp() WHERE client_id = \(clientID) AND id = \(request.id)")
            try AuditRepository.record(
                "room_deleted", by: Author(request.principal), clientID: clientID,
                details: ["room_id": .string(request.id.description)], in: transaction)
        }
    }
}

extension ChatRoom {
    init(_ row: Row) throws {
        self.init(
            id: try row["id"], name: try row["name"], description: try row["description"], createdAt: try row["created_at"],
            deletedAt: try row["deleted_at"])
    }
}
