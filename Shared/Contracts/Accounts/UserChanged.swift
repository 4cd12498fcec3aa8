/// A user's name, role or state changed. Heard by: router. Key: the user.
package struct UserChanged: Event, Equatable {
    package static let subject: Subject = "accounts.user-changed"
    package static let version: UInt16 = 1
    package static let audience = Audience.internal
    package let user: UserAccount

    package init(user: UserAccount) {
        self.user = user
    }

    private enum CodingKeys: String, CodingKey {
        case user
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(user, forKey: .user)
    }
}
