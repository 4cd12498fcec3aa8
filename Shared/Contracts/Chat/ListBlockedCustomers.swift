/// Who is blocked, latest first.
package struct ListBlockedCustomers: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Page<BlockedCustomer>
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.list-blocked-customers"
    package static let service = ServiceName.chat
    package static let access = Access.agents
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
