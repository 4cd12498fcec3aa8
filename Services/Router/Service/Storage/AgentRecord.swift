import Contracts
import Foundation
import Storage

/// An agent's row, and whether somebody is there.
package struct AgentRecord: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case human
        /// Needs no socket to be there.
        case automated
    }

    /// The sum of channel weights that a person holds unless somebody says otherwise.
    package static let standardCapacity = 5
    package static let standardPriority = 5
    package static let capacityMax = 1000

    package let id: AgentID
    package var name: String
    package var kind: Kind
    package var sector: String
    package var priority: Int
    package var capabilities: [AgentCapability]
    package var capacity: Int
    package var load: Int
    package var successRate: Double?
    package var meanHandlingSeconds: Double?
    /// What the tenant decided.
    package var isActive: Bool
    /// The account is disabled, or its role does not answer customers.
    package var isSuspended: Bool
    package var userRole: Role?
    /// As chosen.
    package var status: AgentStatus
    package var isPresent: Bool
    /// Choosing "online" counts as a socket until then.
    package var presentUntil: Date?
    package var lastAssignedAt: Date?
    package var announced: Announcement
    package let createdAt: Date
    package var deletedAt: Date?

    /// What colleagues see of an agent.
    package struct Announcement: Sendable, Equatable {
        package var status: AgentStatus
        package var load: Int
        package var capacity: Int
    }

    /// An agent as it begins.
    package init(id: AgentID, name: String, kind: Kind, isActive: Bool, userRole: Role?, at date: Date) {
        self.id = id
        self.name = name
        self.kind = kind
        sector = Sector.general
        priority = Self.standardPriority
        capabilities = []
        capacity = Self.standardCapacity
        load = 0
        self.isActive = isActive
        isSuspended = false
        self.userRole = userRole
        status = kind == .automated ? .online : .offline
        isPresent = kind == .automated
        announced = Announcement(status: .offline, load: 0, capacity: 0)
        createdAt = date
    }

    /// Whether it may get work at all, whatever its status.
    package var takesWork: Bool { isActive && !isSuspended && deletedAt == nil }

    package var effectiveStatus: AgentStatus {
        deletedAt != nil || isSuspended ? .offline : AgentStatus.effective(chosen: status, isPresent: isPresent)
    }

    package var current: Announcement { Announcement(status: effectiveStatus, load: load, capacity: capacity) }

    package var summary: AgentSummary { AgentSummary(id: id, name: name) }

    /// Somebody could be routed to it now.
    package var hasRoom: Bool { takesWork && effectiveStatus == .online && load < capacity }

    package var candidate: Candidate {
        Candidate(
            id: id, name: name, sector: sector, priority: priority, capabilities: capabilities, capacity: capacity, load: load,
            successRate: successRate, meanHandlingSeconds: meanHandlingSeconds, isActive: takesWork, status: status,
            isPresent: isPresent, lastAssignedAt: lastAssignedAt)
    }

    package var routingAgent: RoutingAgent {
        RoutingAgent(
            id: id, name: name, kind: kind.rawValue, sector: sector, priority: priority, capabilities: capabilities, capacity: capacity,
            load: load, successRate: successRate, meanHandlingSeconds: meanHandlingSeconds, status: effectiveStatus,
            active: isActive && !isSuspended, createdAt: createdAt)
    }

    /// What an administrator decides about it, for the audit.
    package var settings: JSONValue {
        [
            "name": .string(name), "type": .string(kind.rawValue), "sector": .string(sector), "priority": .integer(Int64(priority)),
            "capabilities": .array(capabilities.map { ["name": .string($0.name), "level": .integer(Int64($0.level))] }),
            "capacity": .integer(Int64(capacity)), "success_rate": successRate.map(JSONValue.number) ?? .null,
            "mean_handling_seconds": meanHandlingSeconds.map(JSONValue.number) ?? .null, "active": .bool(isActive),
            "suspended": .bool(isSuspended),
        ]
    }

    /// How it stands, for the agent's own eyes.
    package var presence: Presence {
        Presence(
            id: id, name: name, status: status, effectiveStatus: effectiveStatus, reason: whyNoWork, load: load, capacity: capacity)
    }

    /// A sentence; nil if work may come.
    private var whyNoWork: String? {
        if isSuspended { return "Your account does not take conversations." }
        if !isActive { return "You are not switched on for conversations; an administrator can do that." }
        switch effectiveStatus {
        case .online: break
        case .away: return "You are away."
        case .busy: return "You are busy."
        default: return status == .online ? "Your inbox is not connected." : "You are offline."
        }
        return load < capacity ? nil : "You hold \(load) of \(capacity) conversations."
    }
}

extension AgentRecord {
    /// Agents `a` of the tenant in scope.
    static let columns: SQL = """
        a.id, a.name, a.type, a.sector, a.priority, a.capabilities, a.capacity, a.load, a.success_rate, a.mean_handling_seconds,
        a.active, a.suspended, a.user_role, a.status, a.present_until, a.last_assigned_at, a.announced_status, a.announced_load,
        a.announced_capacity, a.created_at, a.deleted_at, \(isPresent) AS is_present
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
        successRate = try row["success_rate"]
        meanHandlingSeconds = try row["mean_handling_seconds"]
        isActive = try row["active"]
        isSuspended = try row["suspended"]
        let role: String? = try row["user_role"]
        userRole = role.map(Role.init(rawValue:))
        status = AgentStatus(rawValue: try row["status"])
        isPresent = try row["is_present"]
        presentUntil = try row["present_until"]
        lastAssignedAt = try row["last_assigned_at"]
        announced = Announcement(
            status: AgentStatus(rawValue: try row["announced_status"]), load: try row["announced_load"],
            capacity: try row["announced_capacity"])
        createdAt = try row["created_at"]
        deletedAt = try row["deleted_at"]
    }

    private static func capabilities(_ value: JSONValue) throws -> [AgentCapability] {
        guard case .array(let members) = value else { throw DatabaseError.decoding("capabilities are no list") }
        return try members.map { member in
            guard let name = member["name"]?.string, let level = member["level"]?.integer else {
                throw DatabaseError.decoding("a capability lacks its name or level")
            }
            return AgentCapability(name: name, level: Int(level))
        }
    }

    var capabilitiesJSON: JSONValue {
        .array(capabilities.map { ["name": .string($0.name), "level": .integer(Int64($0.level))] })
    }
}
