/// A customer's card.
package struct GetCustomer: BusRequest, Equatable {
    package typealias Reply = CustomerCard
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.get-customer"
    package static let service = ServiceName.chat
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
