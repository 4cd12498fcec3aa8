import Foundation

/// Somebody of the company.
package struct UserAccount: Codable, Sendable, Equatable {
    package let id: UserID
    package let email: String
    package let name: String
    package let role: Role
    package let disabled: Bool
    package let createdAt: Date
    /// How far they are with signing in; only where it was asked for.
    package let access: UserAccess?

    package init(id: UserID, email: String, name: String, role: Role, disabled: Bool, createdAt: Date, access: UserAccess? = nil) {
        self.id = id
        self.email = email
        self.name = name
        self.role = role
        self.disabled = disabled
        self.createdAt = createdAt
        self.access = access
    }

    private enum CodingKeys: String, CodingKey {
        case id, email, name, role, disabled, access
        case createdAt = "created_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(email, forKey: .email)
        try container.encode(name, forKey: .name)
        try container.encode(role, forKey: .role)
        try container.encode(disabled, forKey: .disabled)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encodeIfPresent(access, forKey: .access)
    }
}

extension UserAccount: Described {
    package static let meaning = Meaning(
        "User", .answer, "Somebody of the company.",
        fields: [
            Field("id", "The user."),
            Field("email", "What they sign in with.", .format("email")),
            Field("name", "What colleagues and customers see."),
            Field("role", "What they may do.", .words(of: Role.people)),
            Field("disabled", "Whether they are kept out."),
            Field("created_at", "When it was made."),
            Field("access", "How far they are with signing in; in lists only."),
        ],
        list: .init("UserPage", "Users by e-mail."))
}
