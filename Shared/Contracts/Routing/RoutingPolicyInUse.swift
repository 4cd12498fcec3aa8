import Foundation

/// The settings that the router decides by now.
package struct RoutingPolicyInUse: Codable, Sendable, Equatable {
    /// Counts a tenant's settings, from 1; 0: the defaults. Decisions name it.
    package let version: Int
    package let settings: RoutingSettings
    /// Nil: since ever.
    package let since: Date?

    package init(version: Int, settings: RoutingSettings, since: Date?) {
        self.version = version
        self.settings = settings
        self.since = since
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(settings, forKey: .settings)
        try container.encode(since, forKey: .since)
    }

    private enum CodingKeys: String, CodingKey {
        case version, settings, since
    }
}

extension RoutingPolicyInUse: Described {
    package static let meaning = Meaning(
        "RoutingPolicy", .answer, "The settings that the router decides by now.",
        fields: [
            Field("version", "Counts the company's settings; 0: the defaults. Decisions name it.", .from(0)),
            Field("settings", "What is in use."),
            Field("since", "Since when; null: nobody has changed them."),
        ])
}
