/// One room.
package struct GetRoom: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = ChatRoom
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.get-room"
    package static let service = ServiceName.chat
    package static let access = Access.readers
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
