/// A customer's card changed: name, address, block.
/// - Said by: chat. Heard by: gateway.
package struct CustomerChanged: Event, Equatable {
    package static let subject: Subject = "chat.customer-changed"
    package static let version: UInt16 = 1
    package static let audience = Audience.agents
    package let customerID: CustomerID
    package let name: String?
    package let email: String?
    package let blocked: Bool

    package init(customerID: CustomerID, name: String? = nil, email: String? = nil, blocked: Bool) {
        self.customerID = customerID
        self.name = name
        self.email = email
        self.blocked = blocked
    }

    private enum CodingKeys: String, CodingKey {
        case name, email, blocked
        case customerID = "customer_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(customerID, forKey: .customerID)
        try container.encode(name, forKey: .name)
        try container.encode(email, forKey: .email)
        try container.encode(blocked, forKey: .blocked)
    }
}
