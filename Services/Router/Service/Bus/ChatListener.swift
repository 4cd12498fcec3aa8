import Bus
import Contracts
import Foundation
import Storage

/// Hears which conversations need somebody and which no longer do. Runs in the transaction that moves the cursor.
package struct ChatListener: Sendable {
    /// All that has an effect here: messages have none.
    static let subjects: Set<Subject> = [ConversationWaiting.subject, ConversationStatusChanged.subject]

    private enum Heard {
        case waiting(ConversationWaiting, at: Date)
        case status(ConversationStatusChanged, sequence: Int64)

        var conversation: ConversationID {
            switch self {
            case .waiting(let event, _): event.sessionID
            case .status(let event, _): event.sessionID
            }
        }
    }

    let desk: RoutingDesk

    package func apply(_ frames: [EventFrame], in transaction: Transaction) throws {
        var heard: [TenantID: [Heard]] = [:]
        var needs: [TenantID: QueueTurn.Needs] = [:]
        for frame in frames {
            guard let event = try read(frame) else { continue }
            guard let tenant = frame.header.clientID else { throw RoutingTrouble.eventIncomplete(frame.header.subject) }
            heard[tenant, default: []].append(event)
            needs[tenant, default: QueueTurn.Needs(tenant: tenant)].conversations.insert(event.conversation)
            if needs[tenant]?.traceparent == nil { needs[tenant]?.traceparent = frame.header.traceparent }
        }
        guard !heard.isEmpty else { return }
        let turns = try desk.begin(Array(needs.values), in: transaction)
        for turn in turns {
            for event in heard[turn.tenant] ?? [] {
                switch event {
                case .waiting(let event, let date): try turn.hear(event, at: date)
                case .status(let event, let sequence): try turn.hear(event, sequence: sequence)
                }
            }
        }
        try desk.finish(turns, in: transaction)
    }

    private func read(_ frame: EventFrame) throws -> Heard? {
        if let event = try frame.decode(ConversationWaiting.self) { return .waiting(event, at: frame.header.occurredAt) }
        guard let event = try frame.decode(ConversationStatusChanged.self),
            [.pending, .resolved, .closed].contains(event.status)
        else { return nil }
        guard let sequence = frame.header.keySequence else { throw RoutingTrouble.eventIncomplete(frame.header.subject) }
        return .status(event, sequence: sequence)
    }
}

extension QueueTurn {
    func hear(_ event: ConversationWaiting, at date: Date) throws {
        guard var item = items[event.sessionID] else {
            var item = WorkItem(event, at: date)
            item.weight = settings.weight(of: item.channel)
            try settleSector(of: &item)
            put(item)
            noteQueued(event.sessionID)
            return
        }
        switch item.hear(event, at: date) {
        case .nothing: return
        case .details, .released: break
        case .queued:
            // Chat had applied the assignment and says that it waits again: it has no agent there.
            try endAssignment(of: &item, reason: "waiting")
            item.weight = settings.weight(of: item.channel)
            try settleSector(of: &item)
            noteQueued(item.conversationID)
        }
        put(item)
    }

    /// A team's work stands in its sector's queue. A sector without anybody would wait for ever: such work is everybody's.
    private func settleSector(of item: inout WorkItem) throws {
        if let team = item.teamID {
            if let sector = try teams.find(team)?.sector { item.sector = sector } else { item.teamID = nil }
        }
        let sector = item.sector
        if !hasAgents(in: sector) { item.sector = Sector.general }
    }

    func hear(_ event: ConversationStatusChanged, sequence: Int64) throws {
        // One that never waited needs nobody, and if it will, that is said with a higher sequence.
        guard var item = items[event.sessionID] else { return }
        switch item.hear(event, sequence: sequence) {
        case .nothing: return
        case .details, .queued: break
        case .released:
            try endAssignment(of: &item, reason: event.status.rawValue)
            try endOffer(of: &item, as: .withdrawn)
        }
        put(item)
    }
}
