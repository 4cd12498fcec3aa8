import Contracts

extension RoomController {
    static let operations: [Operation] = [
        Operation(
            "listRooms", "Rooms and audit", "List rooms", query: [.limit, .cursor], answers: [.init(200, "Rooms.", Page<ChatRoom>.self)]),
        Operation(
            "createRoom", "Rooms and audit", "Add a room", takes: RoomController.NewRoom.self,
            answers: [.init(201, "Added.", ChatRoom.self)], refusals: [409]),
        Operation(
            "getRoom", "Rooms and audit", "Get a room", answers: [.init(200, "The room.", ChatRoom.self)]),
        Operation(
            "changeRoom", "Rooms and audit", "Change a room", takes: RoomController.RoomChange.self,
            answers: [.init(200, "Changed.", ChatRoom.self)]),
        Operation(
            "deleteRoom", "Rooms and audit", "Delete a room", answers: [.init(204, "Hidden; its sessions stay.")]),
        Operation(
            "listChatAudit", "Rooms and audit", "Read the audit log of chat",
            query: [
                .id("session_id", "Of this session."), .id("actor", "By this user or customer."), .text("action", "Only this action."),
                .time("from", "Not before."), .time("to", "Before."), .limit, .cursor,
            ], answers: [.init(200, "Entries.", Page<ChatAuditEntry>.self)]),
        Operation(
            "getNotificationPreferences", "Rooms and audit", "Get own notification preferences",
            answers: [.init(200, "Yours.", ChatNotificationPreferences.self)]),
        Operation(
            "setNotificationPreferences", "Rooms and audit", "Set own notification preferences", takes: ChatNotificationPreferences.self,
            answers: [.init(200, "Yours now.", ChatNotificationPreferences.self)]),
    ]
}
