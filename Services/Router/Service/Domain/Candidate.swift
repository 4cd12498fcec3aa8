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
    /// How much of its capacity each channel may take; what is not named has no limit of its own.
    package let channelCapacities: [String: Int]
    /// How much of it each channel takes; only of channels that have a limit.
    package var channelLoads: [String: Int]
    package let isActive: Bool
    /// As chosen.
    package let status: AgentStatus
    /// Has a live socket, or had one less than a minute ago, or needs none.
    package let isPresent: Bool
    package var lastAssignedAt: Date?
    /// By topic; empty where the tenant's policy does not learn.
    package let outcomes: [String: Outcomes]

    package init(
        id: AgentID, name: String, sector: String, priority: Int, capabilities: [AgentCapability] = [], capacity: Int, load: Int,
        successRate: Double? = nil, meanHandlingSeconds: Double? = nil, isActive: Bool = true, status: AgentStatus = .online,
        isPresent: Bool = true, lastAssignedAt: Date? = nil, channelCapacities: [String: Int] = [:],
        channelLoads: [String: Int] = [:], outcomes: [String: Outcomes] = [:]
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
        self.channelCapacities = channelCapacities
        self.channelLoads = channelLoads.filter { channelCapacities[$0.key] != nil && $0.value != 0 }
        self.isActive = isActive
        self.status = status
        self.isPresent = isPresent
        self.lastAssignedAt = lastAssignedAt
        self.outcomes = outcomes
    }

    /// How likely it is to succeed with this: the mean of a Beta distribution that begins at the agent's success rate, and at one
    /// half without history. 0 to 1; the mean and no sample, so that it is the same for ever.
    package func expectedSuccess(on topic: String?) -> Double {
        let seed = successRate.flatMap { $0.isNaN ? nil : $0.clamped(to: 0...1) } ?? 0.5
        return (topic.flatMap { outcomes[$0] } ?? Outcomes()).expectedSuccess(seed: seed)
    }

    /// What the agent chose wins over the socket; online counts only where somebody is there.
    package var effectiveStatus: AgentStatus { AgentStatus.effective(chosen: status, isPresent: isPresent) }

    /// Why it can have nothing, whatever is asked for; nil: it is open. A broken row's load must neither overflow nor win.
    package var standingRefusal: RefusalReason? {
        if !isActive { return .inactive }
        switch effectiveStatus {
        case .online: break
        case .away: return .away
        case .busy: return .busy
        default: return .offline
        }
        return (0..<max(0, capacity)).contains(load) ? nil : .full
    }

    /// As a decision keeps it: with these members and the policy's version the decision can be made again.
    package var inputs: JSONValue {
        var members: [String: JSONValue] = [
            "sector": .string(sector), "priority": .integer(Int64(priority)), "capacity": .integer(Int64(capacity)),
            "load": .integer(Int64(load)), "success_rate": successRate.map(JSONValue.number) ?? .null,
            "mean_handling_seconds": meanHandlingSeconds.map(JSONValue.number) ?? .null, "active": .bool(isActive),
            "status": .string(status.rawValue), "present": .bool(isPresent),
            "last_assigned_at": lastAssignedAt.map { .string(String($0.microseconds)) } ?? .null,
            "capabilities": .array(capabilities.map { ["name": .string($0.name), "level": .integer(Int64($0.level))] }),
        ]
        // As before where there are none.
        if !channelCapacities.isEmpty {
            members["channel_capacities"] = .object(channelCapacities.mapValues { .integer(Int64($0)) })
            members["channel_loads"] = .object(channelLoads.mapValues { .integer(Int64($0)) })
        }
        if !outcomes.isEmpty { members["outcomes"] = outcomes.json }
        return .object(members)
    }
}

extension AgentStatus {
    package static func effective(chosen: AgentStatus, isPresent: Bool) -> AgentStatus {
        chosen == .online && !isPresent ? .offline : chosen
    }
}
