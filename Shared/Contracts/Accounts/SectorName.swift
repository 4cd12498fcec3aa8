/// A part of the company that conversations are sorted to, such as `sales`.
package struct SectorName: Codable, Sendable, Equatable {
    /// What agents, teams and conversations say.
    package let name: String
    package let description: String

    /// Where everything goes that names no other.
    package static let general = "general"

    package init(name: String, description: String = "") {
        self.name = name
        self.description = description
    }

    private enum CodingKeys: String, CodingKey {
        case name, description
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        description = try container.decodeIfPresent(String.self, forKey: .description) ?? ""
    }
}

extension SectorName: Described {
    package static let meaning = Meaning(
        "Sector", .both, "A part of the company that conversations are sorted to.",
        fields: [
            Field("name", "What agents, teams and conversations say.", .length(1, 100)),
            Field("description", "For people.", .length(100)),
        ],
        list: .init("SectorPage", "The company's sectors; always one page."))
}
