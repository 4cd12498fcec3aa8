/// Somebody may sign in from now on. Heard by: router, which makes the agent. Key: the user.
package struct UserCreated: Event, Equatable {
    package static let subject: Subject = "accounts.user-created"
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
