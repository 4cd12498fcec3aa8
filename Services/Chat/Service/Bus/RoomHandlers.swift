import Bus
import Contracts

struct ListRoomsHandler: RequestHandler {
    let rooms: RoomRepository

    func answer(_ request: ListRooms, context: RequestContext) async throws -> Page<ChatRoom> {
        return try await rooms.list(clientID: request.principal.clientID, limit: try validLimit(request.limit), cursor: request.cursor)
    }
}

struct GetRoomHandler: RequestHandler {
    let rooms: RoomRepository

    func answer(_ request: GetRoom, context: RequestContext) async throws -> ChatRoom {
        return try await rooms.room(request.id, clientID: request.principal.clientID)
    }
}

struct SaveRoomHandler: RequestHandler {
    let rooms: RoomRepository

    func answer(_ request: SaveRoom, context: RequestContext) async throws -> ChatRoom {
        try TextLimits.validate(request.name, .name, field: "name")
        try TextLimits.validate(request.description, .note, field: "description")
        if request.isNew, request.name == nil { throw ChatError.textEmpty(field: "name") }
        return try await rooms.save(request)
    }
}

struct DeleteRoomHandler: RequestHandler {
    let rooms: RoomRepository

    func answer(_ request: DeleteRoom, context: RequestContext) async throws -> Done {
        try await rooms.delete(request)
        return Done()
    }
}
