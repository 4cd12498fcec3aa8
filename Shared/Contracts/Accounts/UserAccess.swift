import Foundation

/// How far somebody is with signing in.
package struct UserAccess: Codable, Sendable, Equatable {
    /// `ready`: has a password. `invited`: has not chosen the first one yet. `reset`: must choose another one.
    package struct State: RawRepresentable, CaseIterable, Hashable, Sendable, Codable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }

        package static let ready = State(rawValue: "ready")
        package static let invited = State(rawValue: "invited")
        package static let reset = State(rawValue: "reset")

        package static let allCases: [State] = [.ready, .invited, .reset]
    }

    package let state: State
    /// When the link on which they choose a password ends; nil: there is none that still works.
    package let linkExpiresAt: Date?
    /// Browsers and programs that are signed in.
    package let sessionCount: Int
    /// When one of them last asked for new tokens; nil: none is signed in.
    package let lastUsedAt: Date?

    package init(state: State, linkExpiresAt: Date?, sessionCount: Int, lastUsedAt: Date?) {
        self.state = state
        self.linkExpiresAt = linkExpiresAt
        self.sessionCount = sessionCount
        self.lastUsedAt = lastUsedAt
    }

    private enum CodingKeys: String, CodingKey {
        case state
        case linkExpiresAt = "link_expires_at"
        case sessionCount = "session_count"
        case lastUsedAt = "last_used_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(state, forKey: .state)
        try container.encode(linkExpiresAt, forKey: .linkExpiresAt)
        try container.encode(sessionCount, forKey: .sessionCount)
        try container.encode(lastUsedAt, forKey: .lastUsedAt)
    }
}

extension UserAccess: Described {
    package static let meaning = Meaning(
        "UserAccess", .answer, "How far somebody is with signing in; in lists only.",
        fields: [
            Field("state", "ready: has a password; invited: has not chosen the first one yet; reset: must choose another one."),
            Field("link_expires_at", "When the link on which they choose a password ends; null: there is none that works."),
            Field("session_count", "Browsers and programs that are signed in."),
            Field("last_used_at", "When one of them last asked for new tokens; null: none is signed in."),
        ])
}
