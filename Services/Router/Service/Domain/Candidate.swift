import Contracts
import Foundation

/// An agent as a decision sees it: everything the policy may look at, and nothing else.
package struct Candidate: Sendable, Equatable {
    package let id: AgentID
    package let name: String
    package let sector: String
    /// 0 to 10; the policy clamps.
    package let priority: Int
    package let capabilities: [AgentCapability]
    /// Sum of channel weights that it may hold.
    package let capacity: Int
    /// Sum of channel weights that it holds.
    package var load: Int
    /// 0 to 1; nil without history.
    package let successRate: Double?
    /// Nil without history.
    package let meanHandlingSeconds: Double?
    package let isActive: Bool
    /// As chosen.
    package let status: AgentStatus
    /// Has a live socket, or had one less than a minute ago, or needs none.
    package let isPresent: Bool
    package var lastAssignedAt: Date?

    package init(
        id: AgentID, name: String, sector: String, priority: Int, capabilities: [AgentCapability] = [], capacity: Int, load: Int,
        successRate: Double? = nil, meanHandlingSeconds: Double? = nil, isActive: Bool = true, status: AgentStatus = .online,
        isPresent: Bool = true, lastAssignedAt: Date? = nil
    ) {
        self.id = id
        self.name = name
        self.sector = sector
        self.priority = priority
        self.capabilities = capabilities
        self.capacity = capacity
        self.load = load
        self.successRate = successRate
        self.meanHandlingSeconds = meanHandlingSeconds
        self.isActive = isActive
        self.status = status
        self.isPresent = isPresent
        self.lastAssignedAt = lastAssignedAt
    }

    /// What the agent chose wins over the socket; online counts only where somebody is there.
    package var effectiveStatus: AgentStatus { AgentStatus.effective(chosen: status, isPresent: isPresent) }

    /// As a decision keeps it: with these members and the policy's version the decision can be made again.
    package var inputs: JSONValue {
        .object([
            "sector": .string(sector), "priority": .integer(Int64(priority)), "capacity": .integer(Int64(capacity)),
            "load": .integer(Int64(load)), "success_rate": successRate.map(JSONValue.number) ?? .null,
            "mean_handling_seconds": meanHandlingSeconds.map(JSONValue.number) ?? .null, "active": .bool(isActive),
            "status": .string(status.rawValue), "present": .bool(isPresent),
            "last_assigned_at": lastAssignedAt.map { .string(Microseconds.text($0)) } ?? .null,
            "capabilities": .array(capabilities.map { ["name": .string($0.name), "level": .integer(Int64($0.level))] }),
        ])
    }
}

extension AgentStatus {
    package static func effective(chosen: AgentStatus, isPresent: Bool) -> AgentStatus {
        chosen == .online && !isPresent ? .offline : chosen
    }
}

/// Times to the microsecond, which is what the database keeps and what ties are broken by; JSON's milliseconds would not do.
package enum Microseconds {
    package static func count(_ date: Date) -> Int64 { Int64((date.timeIntervalSince1970 * 1_000_000).rounded()) }

    /// Microseconds since 1970 as decimal digits.
    package static func text(_ date: Date) -> String { String(count(date)) }

    package static func after(_ date: Date, by microseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(count(date) + microseconds) / 1_000_000)
    }
}
