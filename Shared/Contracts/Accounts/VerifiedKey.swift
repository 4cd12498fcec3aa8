import Foundation

/// Whom a key speaks for, and what it may do. An older accounts answers the principal alone: no scopes, no end.
package struct VerifiedKey: Codable, Sendable, Equatable {
    package let principal: Principal
    /// nil: everything that the role `service` may.
    package let scopes: [KeyScope]?
    package let expiresAt: Date?

    package init(principal: Principal, scopes: [KeyScope]? = nil, expiresAt: Date? = nil) {
        self.principal = principal
        self.scopes = scopes
        self.expiresAt = expiresAt
    }

    private enum CodingKeys: String, CodingKey {
        case scopes
        case expiresAt = "expires_at"
    }

    /// The principal's members stand beside the others, so that an older gateway reads the answer as a principal.
    package init(from decoder: any Decoder) throws {
        principal = try Principal(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        scopes = try container.decodeIfPresent([KeyScope].self, forKey: .scopes)
        expiresAt = try container.decodeIfPresent(Date.self, forKey: .expiresAt)
    }

    package func encode(to encoder: any Encoder) throws {
        try principal.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(scopes, forKey: .scopes)
        try container.encodeIfPresent(expiresAt, forKey: .expiresAt)
    }
}
