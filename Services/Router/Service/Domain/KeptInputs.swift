import Contracts
import Foundation

/// Reads what decisions keep back into what was decided upon. The writers stand in ``Candidate/inputs`` and
/// ``RoutingWork/inputs(of:at:)``; what they write and these read is the same, member for member.
struct KeptInputs {
    let value: JSONValue

    func text(_ member: String) throws(InputUnreadable) -> String {
        guard let text = value[member]?.string else { throw InputUnreadable(member: member) }
        return text
    }

    func integer(_ member: String) throws(InputUnreadable) -> Int {
        guard let integer = value[member]?.integer else { throw InputUnreadable(member: member) }
        return Int(integer)
    }

    func bool(_ member: String) throws(InputUnreadable) -> Bool {
        guard case .bool(let bool) = value[member] else { throw InputUnreadable(member: member) }
        return bool
    }

    /// - Returns: nil if it is null. Must be there.
    func optional<Value>(_ member: String, _ read: (JSONValue) -> Value?) throws(InputUnreadable) -> Value? {
        guard let value = value[member] else { throw InputUnreadable(member: member) }
        if value == .null { return nil }
        guard let read = read(value) else { throw InputUnreadable(member: member) }
        return read
    }

    func list<Value>(_ member: String, _ read: (JSONValue) -> Value?) throws(InputUnreadable) -> [Value] {
        guard case .array(let values) = value[member] else { throw InputUnreadable(member: member) }
        var list: [Value] = []
        for value in values {
            guard let read = read(value) else { throw InputUnreadable(member: member) }
            list.append(read)
        }
        return list
    }

    func id<Thing>(_ member: String, _ type: Identifier<Thing>.Type) throws(InputUnreadable) -> Identifier<Thing>? {
        try optional(member) { $0.string.flatMap { Identifier<Thing>($0) } }
    }
}

extension JSONValue {
    /// A whole number is a number too: JSON does not tell them apart.
    var double: Double? {
        switch self {
        case .number(let number): number
        case .integer(let integer): Double(integer)
        default: nil
        }
    }
}

extension Candidate {
    /// As it was when the decision was made.
    package init(_ record: CandidateRecord) throws(InputUnreadable) {
        let inputs = KeptInputs(value: record.inputs)
        self.init(
            id: record.agentID, name: record.name, sector: try inputs.text("sector"), priority: try inputs.integer("priority"),
            capabilities: try inputs.list("capabilities") { capability in
                guard let name = capability["name"]?.string, let level = capability["level"]?.integer else { return nil }
                return AgentCapability(name: name, level: Int(level))
            },
            capacity: try inputs.integer("capacity"), load: try inputs.integer("load"),
            successRate: try inputs.optional("success_rate", \.double),
            meanHandlingSeconds: try inputs.optional("mean_handling_seconds", \.double), isActive: try inputs.bool("active"),
            status: AgentStatus(rawValue: try inputs.text("status")), isPresent: try inputs.bool("present"),
            lastAssignedAt: try inputs.optional("last_assigned_at") { value in
                value.string.flatMap { Int64($0) }.map(Date.init(microseconds:))
            },
            channelCapacities: Self.counts(record.inputs["channel_capacities"]), channelLoads: Self.counts(record.inputs["channel_loads"]),
            outcomes: try record.inputs["outcomes"].map(Outcomes.byTopic) ?? [:])
    }

    /// Nothing where nothing was kept.
    private static func counts(_ value: JSONValue?) -> [String: Int] {
        guard case .object(let members)? = value else { return [:] }
        return members.compactMapValues { $0.integer.map(Int.init) }
    }
}

extension RoutingWork {
    /// As a decision keeps it: everything the policy looked at, and what a reader wants to know besides.
    package func inputs(of item: WorkItem, at date: Date) -> JSONValue {
        var members: [String: JSONValue] = [
            "sector": .string(sector), "weight": .integer(Int64(weight)),
            "required_capabilities": AgentRecord.json(requiredCapabilities), "lacking_max": .integer(Int64(lackingMax)),
            "levels_below_max": .integer(Int64(levelsBelowMax)), "keeps_for_preferred": .bool(keepsForPreferred),
            "declined_by": .array(declinedBy.sorted().map { .string($0.description) }),
            "preferred_agent_id": preferredAgentID.map { .string($0.description) } ?? .null,
            "returned_by_agent_id": returnedByAgentID.map { .string($0.description) } ?? .null,
            "team_id": teamID.map { .string($0.description) } ?? .null, "topic": topic.map(JSONValue.string) ?? .null,
            "channel": .string(item.channel.rawValue),
            // For the reader: the policy does not look at these.
            "priority": .integer(Int64(item.priority)),
            "waiting_seconds": .number(max(0, date.timeIntervalSince(item.waitingSince))),
        ]
        // As before where it is not so.
        if fallsBack { members["falls_back"] = .bool(true) }
        return .object(members)
    }

    /// As it was when the decision was made.
    package init(inputs value: JSONValue) throws(InputUnreadable) {
        let inputs = KeptInputs(value: value)
        self.init(
            sector: try inputs.text("sector"), channel: value["channel"]?.string.map(Channel.init(rawValue:)),
            weight: try inputs.integer("weight"),
            requiredCapabilities: try inputs.list("required_capabilities") { capability in
                // A name alone: from before levels were asked for.
                if let name = capability.string { return AgentCapability(name: name, level: 1) }
                guard let name = capability["name"]?.string, let level = capability["level"]?.integer else { return nil }
                return AgentCapability(name: name, level: Int(level))
            }, lackingMax: try inputs.integer("lacking_max"),
            levelsBelowMax: value["levels_below_max"]?.integer.map(Int.init) ?? 0,
            fallsBack: value["falls_back"] == .bool(true), preferredAgentID: try inputs.id("preferred_agent_id", AgentID.self),
            keepsForPreferred: value["keeps_for_preferred"] == .bool(true),
            returnedByAgentID: try inputs.id("returned_by_agent_id", AgentID.self),
            declinedBy: value["declined_by"] == nil ? [] : Set(try inputs.list("declined_by") { $0.string.flatMap { AgentID($0) } }),
            teamID: try inputs.id("team_id", TeamID.self),
            topic: try inputs.optional("topic", \.string))
    }
}
