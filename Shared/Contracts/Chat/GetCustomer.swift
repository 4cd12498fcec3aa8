/// A customer's card.
package struct GetCustomer: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = CustomerCard
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.get-customer"
    package static let service = ServiceName.chat
    package static let access = Access.readers
    package let principal: Principal
    package let id: CustomerID

    package init(principal: Principal, id: CustomerID) {
        self.principal = principal
        self.id = id
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id
    }
}
