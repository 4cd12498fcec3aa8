/// The customer's messages are refused from now on.
package struct BlockCustomer: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Done
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.block-customer"
    package static let service = ServiceName.chat
    package static let access = Access.agents
    package let principal: Principal
    package let customerID: CustomerID
    package let reason: String?

    package init(principal: Principal, customerID: CustomerID, reason: String? = nil) {
        self.principal = principal
        self.customerID = customerID
        self.reason = reason
    }

    private enum CodingKeys: String, CodingKey {
        case principal, reason
        case customerID = "customer_id"
    }
}
