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
