import Contracts
import Foundation
import Storage

extension AgentRecord {
    /// Agents `a` of the tenant in scope.
    static let columns: SQL = """
        a.id, a.name, a.type, a.sector, a.priority, a.capabilities, a.capacity, a.load, a.channel_capacities,
        a.channel_loads, a.success_rate, a.mean_handling_seconds,
        a.active, a.suspended, a.user_role, a.status, a.status_chosen, a.present_until, a.last_assigned_at, a.announced_status, a.announced_load,
        a.announced_capacity, a.outcomes, a.created_at, a.deleted_at, a.view_version, statement_timestamp() AS read_at,
        (SELECT max(c.expires_at) FROM router.agent_connections c
          WHERE c.client_id = a.client_id AND c.agent_id = a.id) AS connected_until
        """

    /// Somebody is there: an unexpired connection, or "online" was chosen a moment ago, or it needs nobody.
    /// By a condition and not by a timer, so that an expired connection counts for nothing from that moment on.
    static let isPresent: SQL = """
        (a.type = 'automated' OR coalesce(a.present_until > statement_timestamp(), false)
         OR EXISTS (SELECT FROM router.agent_connections c
                     WHERE c.client_id = a.client_id AND c.agent_id = a.id AND c.expires_at > statement_timestamp()))
        """

    init(_ row: Row) throws {
        id = try row["id"]
        name = try row["name"]
        let type: String = try row["type"]
        guard let kind = Kind(rawValue: type) else { throw DatabaseError.decoding("type is \(type)") }
        self.kind = kind
        sector = try row["sector"]
        priority = try row["priority"]
        capabilities = try Self.capabilities(row["capabilities"])
        capacity = try row["capacity"]
        load = try row["load"]
        channelCapacities = try Self.counts(row["channel_capacities"])
        channelLoads = try Self.counts(row["channel_loads"])
        successRate = try row["success_rate"]
        meanHandlingSeconds = try row["mean_handling_seconds"]
        isActive = try row["active"]
        isSuspended = try row["suspended"]
        let role: String? = try row["user_role"]
        userRole = role.map(Role.init(rawValue:))
        status = AgentStatus(rawValue: try row["status"])
        hasChosenStatus = try row["status_chosen"]
        isPresent = false
        presentUntil = try row["present_until"]
        connectedUntil = try row["connected_until"]
        lastAssignedAt = try row["last_assigned_at"]
        announced = Announcement(
            status: AgentStatus(rawValue: try row["announced_status"]), load: try row["announced_load"],
            capacity: try row["announced_capacity"])
        outcomes = try Outcomes.byTopic(row["outcomes"])
        createdAt = try row["created_at"]
        deletedAt = try row["deleted_at"]
        version = try row["view_version"]
        settlePresence(at: try row["read_at"])
    }

    private static func counts(_ value: JSONValue) throws -> [String: Int] {
        guard case .object(let members) = value else { throw DatabaseError.decoding("counts by channel are no object") }
        return try members.mapValues { member in
            guard let count = member.integer else { throw DatabaseError.decoding("a count by channel is no number") }
            return Int(count)
        }
    }

    static func capabilities(_ value: JSONValue) throws -> [AgentCapability] {
        guard case .array(let members) = value else { throw DatabaseError.decoding("capabilities are no list") }
        return try members.map { member in
            guard let name = member["name"]?.string, let level = member["level"]?.integer else {
                throw DatabaseError.decoding("a capability lacks its name or level")
            }
            return AgentCapability(name: name, level: Int(level))
        }
    }

    var capabilitiesJSON: JSONValue { Self.json(capabilities) }

    static func json(_ capabilities: [AgentCapability]) -> JSONValue {
        .array(capabilities.map { ["name": .string($0.name), "level": .integer(Int64($0.level))] })
    }

    static func json(_ counts: [String: Int]) -> JSONValue { .object(counts.mapValues { .integer(Int64($0)) }) }
}
