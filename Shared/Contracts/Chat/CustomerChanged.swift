/// A customer's card changed: name, address, block.
/// - Said by: chat. Heard by: gateway.
package struct CustomerChanged: Event, Equatable {
    package static let subject: Subject = "chat.customer-changed"
    package static let version: UInt16 = 1
    package static let audience = Audience.agents
    package let customerID: CustomerID
    package let name: String?
    package let email: String?
    /// nil where there is none, and from an older chat.
    package let phone: String?
    package let emailProvenance: AddressProvenance?
    package let phoneProvenance: AddressProvenance?
    package let blocked: Bool

    package init(
        customerID: CustomerID, name: String? = nil, email: String? = nil, phone: String? = nil,
        emailProvenance: AddressProvenance? = nil, phoneProvenance: AddressProvenance? = nil, blocked: Bool
    ) {
        self.customerID = customerID
        self.name = name
        self.email = email
        self.phone = phone
        self.emailProvenance = emailProvenance
        self.phoneProvenance = phoneProvenance
        self.blocked = blocked
    }

    private enum CodingKeys: String, CodingKey {
        case name, email, phone, blocked
        case customerID = "customer_id"
        case emailProvenance = "email_provenance"
        case phoneProvenance = "phone_provenance"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(customerID, forKey: .customerID)
        try container.encode(name, forKey: .name)
        try container.encode(email, forKey: .email)
        try container.encode(phone, forKey: .phone)
        try container.encode(emailProvenance, forKey: .emailProvenance)
        try container.encode(phoneProvenance, forKey: .phoneProvenance)
        try container.encode(blocked, forKey: .blocked)
    }
}
