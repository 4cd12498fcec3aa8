import Contracts
import Foundation

/// One tenant's agents as the database held them when a turn last looked, and what deciding needs of them. A value: a turn works on
/// a copy, and what it changes comes back by what it wrote.
package struct AgentView: Sendable {
    /// Those of whom it is known that they are there only for so much longer are asked after with those whose time is over: so agents
    /// whose gateways renew them are asked after together, and not one by one. Seconds; gateways renew long before.
    static let lookAheadSeconds = 5.0

    /// Without those who were taken out of routing.
    package private(set) var agents: [AgentID: AgentRecord]
    /// By sector; none is empty.
    package private(set) var snapshots: [String: RoutingSnapshot]
    /// Whose status, load or capacity is not what was said last: a turn says it.
    package private(set) var unsaid: Set<AgentID>
    /// The highest number of a row that was read.
    package private(set) var version: Int64
    /// Snapshots hold what agents' outcomes were.
    private(set) var learns: Bool
    /// Nobody who counts as present is known to be there for a shorter time.
    private var lapsesAt = Date.distantFuture

    /// - Parameter records: all of the tenant's.
    package init(_ records: [AgentRecord], learns: Bool) {
        let present = records.filter { $0.deletedAt == nil }
        agents = Dictionary(present.map { ($0.id, $0) }) { $1 }
        snapshots = Self.snapshots(of: present, learns: learns)
        unsaid = Set(present.filter { $0.announced != $0.current }.map(\.id))
        version = records.map(\.version).max() ?? 0
        self.learns = learns
        lapsesAt = present.compactMap(\.lapsesAt).min() ?? .distantFuture
    }

    static func snapshots(of records: some Sequence<AgentRecord>, learns: Bool) -> [String: RoutingSnapshot] {
        Dictionary(grouping: records.filter { $0.deletedAt == nil }, by: \.sector).mapValues {
            RoutingSnapshot($0.lazy.map { $0.candidate(learning: learns) })
        }
    }

    /// The policy began or ceased to look at outcomes.
    mutating func learn(_ learns: Bool) {
        guard learns != self.learns else { return }
        self.learns = learns
        snapshots = Self.snapshots(of: agents.values, learns: learns)
    }

    /// The row as it was read. An older one than is known changes nothing.
    package mutating func note(_ record: AgentRecord) {
        version = max(version, record.version)
        let known = agents[record.id]
        if let known, known.version > record.version { return }
        if record.deletedAt != nil {
            agents[record.id] = nil
            unsaid.remove(record.id)
        } else {
            agents[record.id] = record
            if record.announced == record.current { unsaid.remove(record.id) } else { unsaid.insert(record.id) }
            if let date = record.lapsesAt { lapsesAt = min(lapsesAt, date) }
        }
        snapshots.change(known, to: record, learning: learns)
    }

    /// Of whom it is not known that they are there at this time, though they count as present, or for how much longer.
    package mutating func lapsing(at date: Date) -> [AgentID] {
        guard date >= lapsesAt else { return [] }
        let until = date.addingTimeInterval(Self.lookAheadSeconds)
        let lapsing = agents.values.filter { $0.lapsesAt.map { $0 <= until } ?? false }.map(\.id)
        if lapsing.isEmpty { lapsesAt = agents.values.compactMap(\.lapsesAt).min() ?? .distantFuture }
        return lapsing
    }

    /// These agents' connections were renewed. Who does not count as present is left to the turn that says so.
    package mutating func extend(_ ids: [AgentID], until date: Date) {
        for id in ids {
            guard let known = agents[id], known.isPresent else { continue }
            agents[id]?.connectedUntil = max(known.connectedUntil ?? date, date)
        }
    }

    /// Until when these agents' connections count, as was read at this time.
    package mutating func note(connections: [AgentID: Date], of ids: [AgentID], at date: Date) {
        guard !ids.isEmpty else { return }
        for id in ids {
            guard var agent = agents[id] else { continue }
            agent.connectedUntil = connections[id]
            agent.settlePresence(at: date)
            note(agent)
        }
        lapsesAt = agents.values.compactMap(\.lapsesAt).min() ?? .distantFuture
    }
}

extension [String: RoutingSnapshot] {
    /// The agent is now this and was that; no snapshot of a sector is left empty.
    mutating func change(_ old: AgentRecord?, to new: AgentRecord, learning: Bool) {
        let before = old.flatMap { $0.deletedAt == nil ? $0.candidate(learning: learning) : nil }
        let after = new.deletedAt == nil ? new.candidate(learning: learning) : nil
        guard before != after else { return }
        if let before, before.sector != after?.sector {
            self[before.sector]?.remove(before.id)
            if self[before.sector]?.count == 0 { self[before.sector] = nil }
        }
        if let after { self[after.sector, default: RoutingSnapshot()].put(after) }
    }
}
