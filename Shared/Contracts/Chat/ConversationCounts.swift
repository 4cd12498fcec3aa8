/// How many open conversations (waiting or assigned) each list of the inbox has.
package struct ConversationCounts: Codable, Sendable, Equatable {
    package let mine: Int
    package let unassigned: Int
    package let all: Int

    package init(mine: Int, unassigned: Int, all: Int) {
        self.mine = mine
        self.unassigned = unassigned
        self.all = all
    }

    private enum CodingKeys: String, CodingKey {
        case mine, unassigned, all
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(mine, forKey: .mine)
        try container.encode(unassigned, forKey: .unassigned)
        try container.encode(all, forKey: .all)
    }
}

extension ConversationCounts: Described {
    package static let meaning = Meaning(
        "SessionCounts", .answer, "How many conversations each list has.",
        fields: [
            Field("mine", "Yours that are open."),
            Field("unassigned", "Waiting for somebody."),
            Field("all", "All that are open."),
        ])
}
