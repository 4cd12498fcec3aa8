/// Suggestions, the most helpful first.
package struct TeamMoves: Codable, Sendable, Equatable {
    package let items: [TeamMove]

    package init(items: [TeamMove]) {
        self.items = items
    }

    private enum CodingKeys: String, CodingKey {
        case items
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
    }
}

extension TeamMoves: Described {
    package static let meaning = Meaning(
        "TeamMoves", .answer, "Suggestions, the most helpful first.",
        fields: [
            Field("items", "The most helpful first.")
        ])
}
