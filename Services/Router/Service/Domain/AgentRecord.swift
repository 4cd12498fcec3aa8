import Contracts
import Foundation

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
    /// How much of the capacity each channel may take; what is not named has no limit of its own.
    package var channelCapacities: [String: Int]
    /// The load by channel. Without channels of which it holds nothing.
    package var channelLoads: [String: Int]
    package var successRate: Double?
    package var meanHandlingSeconds: Double?
    /// What the tenant decided.
    package var isActive: Bool
    /// The account is disabled, or its role does not answer customers.
    package var isSuspended: Bool
    package var userRole: Role?
    /// As chosen.
    package var status: AgentStatus
    /// False: its status only came about, at the beginning, when its inbox opened, or when it signed out.
    package var hasChosenStatus = false
    package var isPresent: Bool
    /// Choosing "online" counts as a socket until then.
    package var presentUntil: Date?
    /// Until when a connection of its counts, as far as is known: connections are renewed without the row.
    package var connectedUntil: Date?
    package var lastAssignedAt: Date?
    package var announced: Announcement
    /// What became of the conversations it held, by topic; see ``RoutingTopic``.
    package var outcomes: [String: Outcomes] = [:]
    package let createdAt: Date
    package var deletedAt: Date?
    /// Which change of the row this is; 0: none that was numbered.
    package var version: Int64 = 0

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
        channelCapacities = [:]
        channelLoads = [:]
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

    /// Whether a team of this sector may count on it. Whoever is away or full is only busy now, and still the team's.
    package func answers(forTeamsOf sector: String) -> Bool { takesWork && self.sector == sector }

    package var effectiveStatus: AgentStatus {
        deletedAt != nil || isSuspended ? .offline : AgentStatus.effective(chosen: status, isPresent: isPresent)
    }

    /// Until when it is known to be there: nil where nobody needs to be, or nobody asks.
    var lapsesAt: Date? {
        guard kind == .human, status == .online, isPresent else { return nil }
        return presentThrough ?? .distantPast
    }

    private var presentThrough: Date? { [presentUntil, connectedUntil].compactMap(\.self).max() }

    /// Whether somebody is there at this time, by what is known.
    package mutating func settlePresence(at date: Date) { isPresent = kind == .automated || presentThrough.map { $0 > date } ?? false }

    package var current: Announcement { Announcement(status: effectiveStatus, load: load, capacity: capacity) }

    package var summary: AgentSummary { AgentSummary(id: id, name: name) }

    /// Somebody could be routed to it now.
    package var hasRoom: Bool { takesWork && effectiveStatus == .online && load < capacity }

    package var candidate: Candidate {
        Candidate(
            id: id, name: name, sector: sector, priority: priority, capabilities: capabilities, capacity: capacity, load: load,
            successRate: successRate, meanHandlingSeconds: meanHandlingSeconds, isActive: takesWork, status: status,
            isPresent: isPresent, lastAssignedAt: lastAssignedAt, channelCapacities: channelCapacities, channelLoads: channelLoads)
    }

    /// Whether it could hold this besides what it holds.
    package func hasRoom(for item: WorkItem) -> Bool {
        guard item.weight <= capacity - load else { return false }
        guard let limit = channelCapacities[item.channel.rawValue] else { return true }
        return item.weight <= limit - (channelLoads[item.channel.rawValue] ?? 0)
    }

    /// - Parameter sign: 1 to hold it, -1 to have its room back.
    mutating func hold(_ item: WorkItem, _ sign: Int) {
        load += sign * item.weight
        let ofChannel = (channelLoads[item.channel.rawValue] ?? 0) + sign * item.weight
        channelLoads[item.channel.rawValue] = ofChannel == 0 ? nil : ofChannel
    }

    func candidate(learning: Bool) -> Candidate { learning ? learnedCandidate : candidate }

    /// As a policy that learns sees it.
    package var learnedCandidate: Candidate {
        Candidate(
            id: id, name: name, sector: sector, priority: priority, capabilities: capabilities, capacity: capacity, load: load,
            successRate: successRate, meanHandlingSeconds: meanHandlingSeconds, isActive: takesWork, status: status,
            isPresent: isPresent, lastAssignedAt: lastAssignedAt, channelCapacities: channelCapacities, channelLoads: channelLoads,
            outcomes: outcomes)
    }

    package var routingAgent: RoutingAgent {
        RoutingAgent(
            id: id, name: name, kind: kind.rawValue, sector: sector, priority: priority, capabilities: capabilities, capacity: capacity,
            channelCapacities: channelCapacities, load: load, successRate: successRate, meanHandlingSeconds: meanHandlingSeconds,
            status: effectiveStatus,
            active: isActive && !isSuspended, createdAt: createdAt)
    }

    /// What an administrator decides about it, for the audit.
    package var settings: JSONValue {
        var members = standardSettings
        if !channelCapacities.isEmpty { members["channel_capacities"] = .object(channelCapacities.mapValues { .integer(Int64($0)) }) }
        return .object(members)
    }

    private var standardSettings: [String: JSONValue] {
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
