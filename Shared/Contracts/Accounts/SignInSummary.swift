import Foundation

package typealias SignInID = Identifier<SignInSummary>

/// One browser or program that is signed in.
package struct SignInSummary: Codable, Sendable, Equatable {
    package let id: SignInID
    package let createdAt: Date
    /// When it last asked for new tokens, which those who are at work do every ten minutes.
    package let lastUsedAt: Date
    package let expiresAt: Date
    /// Where the password was given; nil if it was before this was kept.
    package let address: String?
    /// What the browser or program calls itself (`User-Agent`): their word, not a fact.
    package let device: String?

    package init(id: SignInID, createdAt: Date, lastUsedAt: Date, expiresAt: Date, address: String?, device: String?) {
        self.id = id
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.expiresAt = expiresAt
        self.address = address
        self.device = device
    }

    private enum CodingKeys: String, CodingKey {
        case id, address, device
        case createdAt = "created_at"
        case lastUsedAt = "last_used_at"
        case expiresAt = "expires_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(lastUsedAt, forKey: .lastUsedAt)
        try container.encode(expiresAt, forKey: .expiresAt)
        try container.encode(address, forKey: .address)
        try container.encode(device, forKey: .device)
    }
}

extension SignInSummary: Described {
    package static let meaning = Meaning(
        "SignInSummary", .answer, "A browser or program that is signed in.",
        fields: [
            Field("id", "The sign-in."),
            Field("created_at", "When the password was given."),
            Field("last_used_at", "When it last asked for new tokens; whoever is at work does every ten minutes."),
            Field("expires_at", "When it ends if it is not used."),
            Field("address", "Where the password was given."),
            Field("device", "What the browser or program calls itself."),
        ],
        list: .init("SignInPage", "Where somebody is signed in: at most 200, those used last; always one page."))
}
