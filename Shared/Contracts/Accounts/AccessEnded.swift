/// What somebody could do by earlier tokens has ended: who was disabled, has another role or a new password, signed out, or was revoked.
/// - Heard by: gateways, which refuse those tokens from then on and close their sockets. Key: the subject.
package struct AccessEnded: Event, Equatable {
    package static let subject: Subject = "accounts.access-ended"
    package static let version: UInt16 = 1
    package static let audience = Audience.internal
    /// Whose tokens: a user, a visitor (the customer's id) or an API key.
    package let holder: EntityID
    /// Only the tokens of this sign-in, or of this visitor's browser; nil: of all.
    package let sessionID: EntityID?
    /// Only tokens of a lower version; nil: whichever they are.
    package let validFromVersion: Int64?

    package init(holder: EntityID, sessionID: EntityID? = nil, validFromVersion: Int64? = nil) {
        self.holder = holder
        self.sessionID = sessionID
        self.validFromVersion = validFromVersion
    }

    private enum CodingKeys: String, CodingKey {
        case holder
        case sessionID = "session_id"
        case validFromVersion = "valid_from_version"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(holder, forKey: .holder)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(validFromVersion, forKey: .validFromVersion)
    }
}
