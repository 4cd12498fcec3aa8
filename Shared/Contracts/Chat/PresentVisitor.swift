/// A visitor with at least one live socket.
package struct PresentVisitor: Codable, Sendable, Equatable {
    package let clientID: TenantID
    package let customerID: CustomerID

    package init(clientID: TenantID, customerID: CustomerID) {
        self.clientID = clientID
        self.customerID = customerID
    }

    private enum CodingKeys: String, CodingKey {
        case clientID = "client_id"
        case customerID = "customer_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(clientID, forKey: .clientID)
        try container.encode(customerID, forKey: .customerID)
    }
}
