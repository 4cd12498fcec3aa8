/// Lifts a block. Lifting none is done as well.
package struct UnblockCustomer: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Done
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.unblock-customer"
    package static let service = ServiceName.chat
    package static let access = Access.agents
    package let principal: Principal
    package let customerID: CustomerID

    package init(principal: Principal, customerID: CustomerID) {
        self.principal = principal
        self.customerID = customerID
    }

    private enum CodingKeys: String, CodingKey {
        case principal
        case customerID = "customer_id"
    }
}
