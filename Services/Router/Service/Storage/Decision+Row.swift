import Contracts
import Foundation
import Storage

extension Decision {
    /// `policy_version` is the formula's: the column is older than tenants' own settings.
    package static let columns: SQL = """
        id, at, conversation_id, sector, team_id, outcome, chosen_agent_id, policy_version, settings_version, work, snapshot_digest,
        refusal_counts, candidates
        """

    package init(_ row: Row) throws {
        let candidates: JSONValue = try row["candidates"]
        let counts: JSONValue = try row["refusal_counts"]
        let work: JSONValue? = try row["work"]
        self.init(
            id: try row["id"], sessionID: try row["conversation_id"], at: try row["at"], policyVersion: try row["settings_version"],
            formulaVersion: try row["policy_version"], sector: try row["sector"], teamID: try row["team_id"],
            chosenAgentID: try row["chosen_agent_id"], outcome: try row["outcome"], work: work ?? .null,
            candidates: try JSON.decode([CandidateRecord].self, from: JSON.encode(candidates)),
            refusalCounts: try JSON.decode([String: Int].self, from: JSON.encode(counts)), snapshotDigest: try row["snapshot_digest"])
    }

    /// For an answer that must travel: of candidates with very much to say of each, the chosen one and the best.
    func cut(to bytesMax: Int) throws -> Decision {
        var bytes = 0
        let kept = try candidates.filter { candidate in
            let size = try JSON.encode(candidate).count
            guard bytes + size <= bytesMax || candidate.agentID == chosenAgentID else { return false }
            bytes += size
            return true
        }
        return Decision(
            id: id, sessionID: sessionID, at: at, policyVersion: policyVersion, formulaVersion: formulaVersion, sector: sector,
            teamID: teamID, chosenAgentID: chosenAgentID, outcome: outcome, work: work, candidates: kept, refusalCounts: refusalCounts,
            snapshotDigest: snapshotDigest)
    }
}
