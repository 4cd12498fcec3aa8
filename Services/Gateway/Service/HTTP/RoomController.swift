import Contracts
import Foundation
import Hummingbird

/// Rooms, the audit log of chat, and the asker's own notification preferences.
struct RoomController {
    var routes: [Route] {
        [
            Route(.get, "/api/v1/chat/rooms", "listRooms", .conversationReaders) { call in
                try await call.pass(ListRooms(principal: call.principal, limit: try call.limit(), cursor: call.query("cursor")))
            },
            Route(.post, "/api/v1/chat/rooms", "createRoom", SaveRoom.access) { try await create($0) },
            Route(.get, "/api/v1/chat/rooms/{id}", "getRoom", .conversationReaders) { call in
                try await call.pass(GetRoom(principal: call.principal, id: try call.id("room")))
            },
            Route(.patch, "/api/v1/chat/rooms/{id}", "changeRoom", SaveRoom.access) { try await change($0) },
            Route(.delete, "/api/v1/chat/rooms/{id}", "deleteRoom", DeleteRoom.access) { call in
                try await call.done(DeleteRoom(principal: call.principal, id: try call.id("room")))
            },
            Route(.get, "/api/v1/admin/chat-audit", "listChatAudit", ListChatAudit.access) { try await audit($0) },
            Route(
                .get, "/api/v1/chat/notification-preferences", "getNotificationPreferences", GetChatNotificationPreferences.access
            ) { call in
                try await call.pass(GetChatNotificationPreferences(principal: call.principal))
            },
            Route(
                .put, "/api/v1/chat/notification-preferences", "setNotificationPreferences", SetChatNotificationPreferences.access
            ) { call in
                let preferences = try call.decode(ChatNotificationPreferences.self)
                return try await call.pass(SetChatNotificationPreferences(principal: call.principal, preferences: preferences))
            },
        ]
    }

    struct NewRoom: Decodable {
        let id: RoomID?
        let name: String
        let description: String?
    }

    private func create(_ call: GatewayCall) async throws -> Response {
        let room = try call.decode(NewRoom.self)
        return try await call.pass(
            SaveRoom(
                principal: call.principal, id: try room.id ?? RoomID(call.newID()), isNew: true, name: room.name,
                description: room.description),
            status: .created)
    }

    struct RoomChange: Decodable {
        let name: String?
        let description: String?
    }

    private func change(_ call: GatewayCall) async throws -> Response {
        let id: RoomID = try call.id("room")
        let change = try call.decode(RoomChange.self)
        return try await call.pass(
            SaveRoom(principal: call.principal, id: id, isNew: false, name: change.name, description: change.description))
    }

    private func audit(_ call: GatewayCall) async throws -> Response {
        try await call.pass(
            ListChatAudit(
                principal: call.principal, sessionID: try call.queryID("session_id"), actor: try call.queryID("actor"),
                action: call.query("action"), from: try call.queryTime("from"), to: try call.queryTime("to"), limit: try call.limit(),
                cursor: call.query("cursor")))
    }
}

extension RoomController.NewRoom: Described {
    static let meaning = Meaning(
        "NewRoom", .question, "A new room.",
        fields: [
            Field("id", "Chosen by you, so that a retry makes no second one; otherwise we choose."),
            Field("name", "What people call it.", .length(1, 200)),
            Field("description", "For people.", .length(1000)),
        ],
        example: ["name": "Returns"])
}

extension RoomController.RoomChange: Described {
    static let meaning = Meaning(
        "RoomChange", .question, "Only what is given changes.",
        fields: [
            Field("name", "What people call it.", .length(1, 200)),
            Field("description", "For people.", .length(1000)),
        ],
        example: ["description": "Parcels that come back"])
}
