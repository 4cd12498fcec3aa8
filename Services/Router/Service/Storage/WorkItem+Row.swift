import Contracts
import Foundation
import Storage

extension WorkItem {
    package static let columns: SQL = """
        conversation_id, customer_id, channel, sector, priority, weight, status, waiting_since, preferred_agent_id,
        returned_by_agent_id, agent_id, assignment_id, assignment_number, status_sequence, team_id,
        moved, required_capabilities, declined_by, declined_until, offer_id, offered_agent_id, offer_expires_at
        """

    package init(_ row: Row) throws {
        let name: String = try row["status"]
        guard let status = Status(rawValue: name) else { throw DatabaseError.decoding("status is \(name)") }
        self.init(
            conversationID: try row["conversation_id"], customerID: try row["customer_id"],
            channel: Channel(rawValue: try row["channel"]), sector: try row["sector"], priority: try row["priority"],
            weight: try row["weight"], status: status, waitingSince: try row["waiting_since"],
            preferredAgentID: try row["preferred_agent_id"], returnedByAgentID: try row["returned_by_agent_id"],
            agentID: try row["agent_id"], assignmentID: try row["assignment_id"], assignmentNumber: try row["assignment_number"],
            statusSequence: try row["status_sequence"], teamID: try row["team_id"])
        wasMoved = try row["moved"]
        requiredCapabilities = try AgentRecord.capabilities(row["required_capabilities"])
        let declined: JSONValue = try row["declined_by"]
        guard case .array(let members) = declined else { throw DatabaseError.decoding("declined_by is no list") }
        declinedBy = members.compactMap { $0.string.flatMap { AgentID($0) } }
        declinedUntil = try row["declined_until"]
        if let id: EntityID = try row["offer_id"] {
            offer = OpenOffer(id: id, agentID: try row["offered_agent_id"], expiresAt: try row["offer_expires_at"])
        }
    }
}
