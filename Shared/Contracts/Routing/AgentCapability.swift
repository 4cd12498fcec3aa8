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

    /// A name alone is level 1: so clients may write it, and so requests were before there were levels.
    package init(from decoder: any Decoder) throws {
        let container: KeyedDecodingContainer<CodingKeys>
        do {
            container = try decoder.container(keyedBy: CodingKeys.self)
        } catch {
            guard let name = try? decoder.singleValueContainer().decode(String.self) else { throw error }
            self.init(name: name, level: 1)
            return
        }
        self.init(name: try container.decode(String.self, forKey: .name), level: try container.decode(Int.self, forKey: .level))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(level, forKey: .level)
    }
}

extension AgentCapability: Described {
    package static let meaning = Meaning(
        nil, .answer,
        fields: [
            Field("name", "What it is, such as a language.", .length(1, 100)),
            Field("level", "1, the least, to 5.", .range(1, 5)),
        ],
        shorthand: Field("", "Level 1, the least.", .length(1, 100)))
}
