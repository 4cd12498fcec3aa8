/// The tenant's rooms that are not deleted, by name.
package struct ListRooms: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Page<ChatRoom>
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.list-rooms"
    package static let service = ServiceName.chat
    package static let access = Access.readers
    package let principal: Principal
    package let limit: Int
    package let cursor: String?

    package init(principal: Principal, limit: Int, cursor: String? = nil) {
        self.principal = principal
        self.limit = limit
        self.cursor = cursor
    }

    private enum CodingKeys: String, CodingKey {
        case principal, limit, cursor
    }
}
