/// From this time of waiting on, an agent may lack so many of the required capabilities, and be so many levels below what is asked.
package struct RelaxationStep: Codable, Sendable, Equatable {
    package let afterSeconds: Int
    package let lackingMax: Int
    package let levelsBelowMax: Int

    package init(afterSeconds: Int, lackingMax: Int = 0, levelsBelowMax: Int = 0) {
        self.afterSeconds = afterSeconds
        self.lackingMax = lackingMax
        self.levelsBelowMax = levelsBelowMax
    }

    private enum CodingKeys: String, CodingKey {
        case afterSeconds = "after_seconds"
        case lackingMax = "lacking_max"
        case levelsBelowMax = "levels_below_max"
    }
}

extension RelaxationStep: Described {
    package static let meaning = Meaning(
        nil, .both,
        fields: [
            Field("after_seconds", "After this long a wait.", .range(0, 86400)),
            Field("lacking_max", "So many of the needed capabilities may be lacking.", .range(0, 100)),
            Field("levels_below_max", "So far may the others be below the needed level.", .range(0, 4)),
        ])
}
