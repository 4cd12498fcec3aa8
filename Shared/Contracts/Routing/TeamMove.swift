/// A member who would help more in another team.
package struct TeamMove: Codable, Sendable, Equatable {
    package let member: TeamMember
    package let from: TeamLoad
    package let to: TeamLoad

    package init(member: TeamMember, from: TeamLoad, to: TeamLoad) {
        self.member = member
        self.from = from
        self.to = to
    }

    private enum CodingKeys: String, CodingKey {
        case member, from, to
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(member, forKey: .member)
        try container.encode(from, forKey: .from)
        try container.encode(to, forKey: .to)
    }
}

extension TeamMove: Described {
    package static let meaning = Meaning(
        nil, .answer,
        fields: [
            Field("member", "Who would move."),
            Field("from", "The team that would lose them."),
            Field("to", "The team that would win them."),
        ])
}
