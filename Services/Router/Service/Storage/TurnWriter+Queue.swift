import Contracts
import Foundation
import Storage

/// Conversations, what is offered, and timers.
extension TurnWriter {
    var itemStatement: SQL? {
        let items = changes.items
        guard !items.isEmpty else { return nil }
        return """
            INSERT INTO router.work_items AS w (client_id, updated_at, \(WorkItem.columns))
            SELECT \(tenant), \(now), i.*
              FROM unnest(\(items.map(\.conversationID)), \(items.map(\.customerID)), \(items.map(\.channel)), \(items.map(\.sector)),
                          \(items.map(\.priority)), \(items.map(\.weight)), \(items.map(\.status)), \(items.map(\.waitingSince)),
                          \(items.map(\.preferredAgentID)), \(items.map(\.returnedByAgentID)), \(items.map(\.agentID)),
                          \(items.map(\.assignmentID)), \(items.map(\.assignmentNumber)), \(items.map(\.statusSequence)),
                          \(items.map(\.teamID)), \(items.map(\.wasMoved)),
                          \(items.map { AgentRecord.json($0.requiredCapabilities) }),
                          \(items.map { JSONValue.array($0.declinedBy.map { .string($0.description) }) }), \(items.map(\.declinedUntil)),
                          \(items.map(\.offer?.id)), \(items.map(\.offer?.agentID)), \(items.map(\.offer?.expiresAt))) AS i
            ON CONFLICT (client_id, conversation_id) DO UPDATE
               SET channel = excluded.channel, sector = excluded.sector, priority = excluded.priority, weight = excluded.weight,
                   status = excluded.status, waiting_since = excluded.waiting_since,
                   preferred_agent_id = excluded.preferred_agent_id, returned_by_agent_id = excluded.returned_by_agent_id,
                   agent_id = excluded.agent_id, assignment_id = excluded.assignment_id,
                   assignment_number = excluded.assignment_number, status_sequence = excluded.status_sequence,
                   team_id = excluded.team_id, moved = excluded.moved, required_capabilities = excluded.required_capabilities,
                   declined_by = excluded.declined_by, declined_until = excluded.declined_until, offer_id = excluded.offer_id,
                   offered_agent_id = excluded.offered_agent_id, offer_expires_at = excluded.offer_expires_at,
                   updated_at = excluded.updated_at
            """
    }

    var offersEndedStatement: SQL? {
        let ended = changes.offersEnded
        guard !ended.isEmpty else { return nil }
        return """
            UPDATE router.offers o SET state = e.state, ended_at = e.at, note = e.note
              FROM unnest(\(ended.map(\.id)), \(ended.map(\.state)), \(ended.map(\.at)), \(ended.map(\.note)))
                   AS e(id, state, at, note)
             WHERE o.client_id = \(tenant) AND o.id = e.id
            """
    }

    var offersBegunStatement: SQL? {
        let begun = changes.offersBegun
        guard !begun.isEmpty else { return nil }
        return """
            INSERT INTO router.offers (client_id, state, id, conversation_id, agent_id, weight, decision_id, offered_at, expires_at)
            SELECT \(tenant), 'offered', o.*
              FROM unnest(\(begun.map(\.id)), \(begun.map(\.conversation)), \(begun.map(\.agent)), \(begun.map(\.weight)),
                          \(begun.map(\.decision)), \(begun.map(\.offeredAt)), \(begun.map(\.expiresAt))) AS o
            """
    }

    var timersGoneStatement: SQL? {
        let gone = changes.timers.filter { $0.value == nil }.map(\.key)
        guard !gone.isEmpty else { return nil }
        return """
            DELETE FROM router.timers t USING unnest(\(gone.map(\.kind)), \(gone.map(\.subject))) AS g(kind, subject_id)
             WHERE t.client_id = \(tenant) AND t.kind = g.kind AND t.subject_id = g.subject_id
            """
    }

    var timersSetStatement: SQL? {
        let set = changes.timers.compactMap { timer, date in date.map { (timer: timer, date: $0) } }
        guard !set.isEmpty else { return nil }
        return """
            INSERT INTO router.timers (client_id, kind, subject_id, due_at)
            SELECT \(tenant), s.* FROM unnest(\(set.map(\.timer.kind)), \(set.map(\.timer.subject)), \(set.map(\.date))) AS s
            ON CONFLICT (client_id, kind, subject_id) DO UPDATE SET due_at = excluded.due_at
            """
    }
}
