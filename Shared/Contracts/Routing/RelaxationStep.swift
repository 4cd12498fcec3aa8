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
