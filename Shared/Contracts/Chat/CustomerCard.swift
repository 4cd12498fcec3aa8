import Foundation

/// A customer as the side panel shows it.
package struct CustomerCard: Codable, Sendable, Equatable {
    package let id: CustomerID
    package let name: String?
    package let email: String?
    /// nil without an address, and from an older chat.
    package let emailProvenance: AddressProvenance?
    package let phone: String?
    /// As ``emailProvenance``.
    package let phoneProvenance: AddressProvenance?
    package let locale: String?
    package let blocked: Bool
    package let page: PageVisit?
    package let attributes: [String: JSONValue]
    package let createdAt: Date
    package let lastSeenAt: Date
    /// Newest first, at most ``SessionSummary/countMax``.
    package let sessions: [SessionSummary]

    package init(
        id: CustomerID, name: String? = nil, email: String? = nil, emailProvenance: AddressProvenance? = nil, phone: String? = nil,
        phoneProvenance: AddressProvenance? = nil, locale: String? = nil, blocked: Bool,
        page: PageVisit? = nil, attributes: [String: JSONValue], createdAt: Date, lastSeenAt: Date, sessions: [SessionSummary]
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.emailProvenance = emailProvenance
        self.phone = phone
        self.phoneProvenance = phoneProvenance
        self.locale = locale
        self.blocked = blocked
        self.page = page
        self.attributes = attributes
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.sessions = sessions
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, email, phone, locale, blocked, page, attributes, sessions
        case emailProvenance = "email_provenance"
        case phoneProvenance = "phone_provenance"
        case createdAt = "created_at"
        case lastSeenAt = "last_seen_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(email, forKey: .email)
        try container.encode(emailProvenance, forKey: .emailProvenance)
        try container.encode(phone, forKey: .phone)
        try container.encode(phoneProvenance, forKey: .phoneProvenance)
        try container.encode(locale, forKey: .locale)
        try container.encode(blocked, forKey: .blocked)
        try container.encode(page, forKey: .page)
        try container.encode(attributes, forKey: .attributes)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(lastSeenAt, forKey: .lastSeenAt)
        try container.encode(sessions, forKey: .sessions)
    }
}

extension CustomerCard: Described {
    package static let meaning = Meaning(
        "Customer", .answer, "A customer with the newest 20 conversations.",
        fields: [
            Field("id", "The customer."),
            Field("name", "What they are called, if that is known."),
            Field("email", "E-mail address, if one is known."),
            Field(
                "email_provenance",
                "How the address came to be known: `claimed` was typed by a visitor, who may have typed somebody else's; `verified` was signed by the website; `entered` was written by the company's people. Null without an address."
            ),
            Field("phone", "Phone number, if one is known."),
            Field("phone_provenance", "As `email_provenance`."),
            Field("locale", "Language tag, if one is known."),
            Field("blocked", "Whether their messages are refused."),
            Field("page", "The page they were last on, if that is known."),
            Field("attributes", "What the company notes about them."),
            Field("created_at", "When they first came."),
            Field("last_seen_at", "When they were here last."),
            Field("sessions", "Newest first, at most 20."),
        ])
}
