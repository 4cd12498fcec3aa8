import Foundation

/// Why a conversation got this agent, or none. Kept for ever as it was made.
package struct Decision: Codable, Sendable, Equatable {
    package let id: DecisionID
    package let sessionID: ConversationID
    package let at: Date
    package let policyVersion: Int
    package let sector: String
    /// Whose agents were asked; nil: the whole sector.
    package let teamID: TeamID?
    package let chosenAgentID: AgentID?
    /// `assigned`, `preferred`, `queued`, or `manual` when a person chose.
    package let outcome: String
    /// The best 200 and the preferred agent.
    package let candidates: [CandidateRecord]
    /// Of all candidates, by reason.
    package let refusalCounts: [String: Int]
    /// SHA-256 of the whole snapshot, hexadecimal.
    package let snapshotDigest: String

    package init(
        id: DecisionID, sessionID: ConversationID, at: Date, policyVersion: Int, sector: String, teamID: TeamID? = nil,
        chosenAgentID: AgentID? = nil,
        outcome: String, candidates: [CandidateRecord], refusalCounts: [String: Int], snapshotDigest: String
    ) {
        self.id = id
        self.sessionID = sessionID
        self.at = at
        self.policyVersion = policyVersion
        self.sector = sector
        self.teamID = teamID
        self.chosenAgentID = chosenAgentID
        self.outcome = outcome
        self.candidates = candidates
        self.refusalCounts = refusalCounts
        self.snapshotDigest = snapshotDigest
    }

    private enum CodingKeys: String, CodingKey {
        case id, at, sector, outcome, candidates
        case sessionID = "session_id"
        case policyVersion = "policy_version"
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
        try container.encode(sector, forKey: .sector)
        try container.encode(teamID, forKey: .teamID)
        try container.encode(chosenAgentID, forKey: .chosenAgentID)
        try container.encode(outcome, forKey: .outcome)
        try container.encode(candidates, forKey: .candidates)
        try container.encode(refusalCounts, forKey: .refusalCounts)
        try container.encode(snapshotDigest, forKey: .snapshotDigest)
    }
}
