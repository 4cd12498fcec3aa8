/// What became of each change.
package struct TeamChanges: Codable, Sendable, Equatable {
    /// Changes that took effect.
    package let applied: Int
    package let results: [TeamChange]

    package init(applied: Int, results: [TeamChange]) {
        self.applied = applied
        self.results = results
    }

    private enum CodingKeys: String, CodingKey {
        case applied, results
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(applied, forKey: .applied)
        try container.encode(results, forKey: .results)
    }
}
