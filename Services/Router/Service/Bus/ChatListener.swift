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
        var turns = try desk.begin(Array(needs.values), in: transaction)
        for index in turns.indices {
            for event in heard[turns[index].turn.tenant] ?? [] {
                try turns[index].perform { turn in
                    switch event {
                    case .waiting(let event, let date): try turn.hear(event, at: date)
                    case .status(let event, let sequence): try turn.hear(event, sequence: sequence)
                    }
                }
            }
        }
        try desk.finish(&turns, in: transaction)
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
