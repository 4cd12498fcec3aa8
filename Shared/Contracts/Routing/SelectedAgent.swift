/// The best agent, nil if nobody has room, with the scores of all.
package struct SelectedAgent: Codable, Sendable, Equatable {
    package let agent: AgentSummary?
    package let candidates: [CandidateRecord]
    package let refusalCounts: [String: Int]

    package init(agent: AgentSummary? = nil, candidates: [CandidateRecord], refusalCounts: [String: Int]) {
        self.agent = agent
        self.candidates = candidates
        self.refusalCounts = refusalCounts
    }

    private enum CodingKeys: String, CodingKey {
        case agent, candidates
        case refusalCounts = "refusal_counts"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(agent, forKey: .agent)
        try container.encode(candidates, forKey: .candidates)
        try container.encode(refusalCounts, forKey: .refusalCounts)
    }
}

extension SelectedAgent: Described {
    package static let meaning = Meaning(
        "SelectedAgent", .answer, "Who would get it, null if nobody, and why.",
        fields: [
            Field("agent", "Who would get it; null: nobody."),
            Field("candidates", "The best 200 and the preferred agent."),
            Field("refusal_counts", "Of all candidates, by reason."),
        ])
}
