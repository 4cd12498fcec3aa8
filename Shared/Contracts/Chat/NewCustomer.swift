/// What is known of a customer when a member of staff opens a conversation.
package struct NewCustomer: Codable, Sendable, Equatable {
    package let id: CustomerID?
    package let name: String?
    package let email: String?
    package let phone: String?

    package init(id: CustomerID? = nil, name: String? = nil, email: String? = nil, phone: String? = nil) {
        self.id = id
        self.name = name
        self.email = email
        self.phone = phone
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, email, phone
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(email, forKey: .email)
        try container.encode(phone, forKey: .phone)
    }
}

extension NewCustomer: Described {
    package static let meaning = Meaning(
        nil, .question,
        fields: [
            Field("id", "A customer who is known already."),
            Field("name", "What they are called.", .length(500)),
            Field("email", "E-mail address.", .format("email")),
            Field("phone", "Phone number.", .length(500)),
        ])
}
