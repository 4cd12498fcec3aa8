/// One candidate of a decision: its inputs and terms, or why it was refused.
package struct CandidateRecord: Codable, Sendable, Equatable {
    package let agentID: AgentID
    package let name: String
    package let inputs: JSONValue
    package let terms: ScoreTerms?
    package let refusal: String?

    package init(agentID: AgentID, name: String, inputs: JSONValue, terms: ScoreTerms? = nil, refusal: String? = nil) {
        self.agentID = agentID
        self.name = name
        self.inputs = inputs
        self.terms = terms
        self.refusal = refusal
    }

    private enum CodingKeys: String, CodingKey {
        case name, inputs, terms, refusal
        case agentID = "agent_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(agentID, forKey: .agentID)
        try container.encode(name, forKey: .name)
        try container.encode(inputs, forKey: .inputs)
        try container.encode(terms, forKey: .terms)
        try container.encode(refusal, forKey: .refusal)
    }
}

extension CandidateRecord: Described {
    package static let meaning = Meaning(
        nil, .answer,
        fields: [
            Field("agent_id", "The candidate."),
            Field("name", "What colleagues call it."),
            Field("inputs", "What was known of it."),
            Field("terms", "Its score; null if it was refused."),
            Field("refusal", "Why it could not have it; null if it could."),
        ])
}
