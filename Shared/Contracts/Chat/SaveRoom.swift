/// Creates the room or changes what is given.
package struct SaveRoom: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = ChatRoom
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.save-room"
    package static let service = ServiceName.chat
    package static let access = Access.supervisors
    package let principal: Principal
    package let id: RoomID
    package let isNew: Bool
    package let name: String?
    package let description: String?

    package init(principal: Principal, id: RoomID, isNew: Bool, name: String? = nil, description: String? = nil) {
        self.principal = principal
        self.id = id
        self.isNew = isNew
        self.name = name
        self.description = description
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id, name, description
        case isNew = "is_new"
    }
}
