/// What an agent can do and how well.
package struct AgentCapability: Codable, Sendable, Hashable {
    package let name: String
    /// 1 to 5.
    package let level: Int

    package init(name: String, level: Int) {
        self.name = name
        self.level = level
    }

    private enum CodingKeys: String, CodingKey {
        case name, level
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(level, forKey: .level)
    }
}
