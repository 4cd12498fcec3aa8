import Foundation

/// Why a conversation got this agent, or none. Kept for ever as it was made.
package struct Decision: Codable, Sendable, Equatable {
    package let id: DecisionID
    package let sessionID: ConversationID
    package let at: Date
    /// Of the tenant's settings, see ``RoutingPolicyInUse``; 0: the defaults.
    package let policyVersion: Int
    /// Of the formula, which is code.
    package let formulaVersion: Int
    package let sector: String
    /// Whose agents were asked; nil: the whole sector.
    package let teamID: TeamID?
    package let chosenAgentID: AgentID?
    /// `assigned`, `preferred`, `queued`, or `manual` when a person chose.
    package let outcome: String
    /// What was to be routed, with everything the verdict depended on; null in decisions from before it was kept.
    package let work: JSONValue
    /// The best 200 and the preferred agent.
    package let candidates: [CandidateRecord]
    /// Of all candidates, by reason.
    package let refusalCounts: [String: Int]
    /// SHA-256 of the whole snapshot, hexadecimal.
    package let snapshotDigest: String

    package init(
        id: DecisionID, sessionID: ConversationID, at: Date, policyVersion: Int, formulaVersion: Int, sector: String,
        teamID: TeamID? = nil, chosenAgentID: AgentID? = nil, outcome: String, work: JSONValue = .null, candidates: [CandidateRecord],
        refusalCounts: [String: Int], snapshotDigest: String
    ) {
        self.id = id
        self.sessionID = sessionID
        self.at = at
        self.policyVersion = policyVersion
        self.formulaVersion = formulaVersion
        self.sector = sector
        self.teamID = teamID
        self.chosenAgentID = chosenAgentID
        self.outcome = outcome
        self.work = work
        self.candidates = candidates
        self.refusalCounts = refusalCounts
        self.snapshotDigest = snapshotDigest
    }

    private enum CodingKeys: String, CodingKey {
        case id, at, sector, outcome, work, candidates
        case sessionID = "session_id"
        case policyVersion = "policy_version"
        case formulaVersion = "formula_version"
        case teamID = "team_id"
        case chosenAgentID = "chosen_agent_id"
        case refusalCounts = "refusal_counts"
        case snapshotDigest = "snapshot_digest"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(at, forKey: .at)
        try container.encode(policyVersion, forKey: .policyVersion)
        try container.encode(formulaVersion, forKey: .formulaVersion)
        try container.encode(sector, forKey: .sector)
        try container.encode(teamID, forKey: .teamID)
        try container.encode(chosenAgentID, forKey: .chosenAgentID)
        try container.encode(outcome, forKey: .outcome)
        try container.encode(work, forKey: .work)
        try container.encode(candidates, forKey: .candidates)
        try container.encode(refusalCounts, forKey: .refusalCounts)
        try container.encode(snapshotDigest, forKey: .snapshotDigest)
    }
}

extension Decision: Described {
    package static let meaning = Meaning(
        "Decision", .answer, "Why the router chose whom it chose.",
        fields: [
            Field("id", "The decision."),
            Field("session_id", "The conversation."),
            Field("at", "When it was made."),
            Field("policy_version", "Of the company's settings; 0: the defaults.", .from(0)),
            Field("sector", "Whose agents were asked."),
            Field("chosen_agent_id", "Who got it; null: nobody."),
            Field(
                "outcome", "`manual`: a person chose. `preferred`: it went to the agent that it asked for.",
                .words(["assigned", "preferred", "queued", "manual"])),
            Field("candidates", "The best 200 and the preferred agent."),
            Field("refusal_counts", "Of all candidates, by reason."),
            Field("snapshot_digest", "SHA-256 of everything that was looked at, hexadecimal."),
            Field("team_id", "Whose agents were asked; null: the whole sector's."),
            Field("formula_version", "Of the formula."),
            Field("work", "What was to be routed, with everything the verdict depended on; null in old decisions.", .object, .orNull),
        ],
        list: .init("DecisionPage", "Decisions about a conversation, latest first."))
}
