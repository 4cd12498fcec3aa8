/// Who the asker is.
package struct SignedInUser: Codable, Sendable, Equatable {
    package let id: UserID
    package let clientID: TenantID
    package let client: TenantSummary
    package let email: String
    package let name: String
    package let role: Role

    package init(id: UserID, clientID: TenantID, client: TenantSummary, email: String, name: String, role: Role) {
        self.id = id
        self.clientID = clientID
        self.client = client
        self.email = email
        self.name = name
        self.role = role
    }

    private enum CodingKeys: String, CodingKey {
        case id, client, email, name, role
        case clientID = "client_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(clientID, forKey: .clientID)
        try container.encode(client, forKey: .client)
        try container.encode(email, forKey: .email)
        try container.encode(name, forKey: .name)
        try container.encode(role, forKey: .role)
    }
}

extension SignedInUser: Described {
    package static let meaning = Meaning(
        "SignedInUser", .answer, "Who is signed in.",
        fields: [
            Field("id", "You."),
            Field("client_id", "Your company."),
            Field("client", "Your company."),
            Field("email", "E-mail address.", .format("email")),
            Field("name", "What colleagues and customers see."),
            Field("role", "What they may do.", .words(of: Role.people)),
        ])
}
