/// Hides the room; its sessions stay.
package struct DeleteRoom: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Done
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.delete-room"
    package static let service = ServiceName.chat
    package static let access = Access.supervisors
    package let principal: Principal
    package let id: RoomID

    package init(principal: Principal, id: RoomID) {
        self.principal = principal
        self.id = id
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id
    }
}
