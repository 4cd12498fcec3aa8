import Contracts
import Foundation
import Storage

/// The statements that write what a batch decided: one for each kind of row and tenant, whatever the number of commands.
struct ConversationWrites {
    let states: [ConversationRow]
    let changes: ConversationChanges
    /// The tenant whose scope the transaction is in already; nil if that is not known.
    let scopedTo: TenantID?

    func statements(in transaction: Transaction) throws -> [SQL] {
        let states = Dictionary(grouping: states, by: \.state.clientID)
        let messages = Dictionary(grouping: changes.messages, by: \.clientID)
        let entries = Dictionary(grouping: changes.entries, by: \.clientID)
        let deliveries = Dictionary(grouping: changes.deliveries, by: \.clientID)
        let texts = Dictionary(grouping: changes.texts, by: \.clientID)
        let participants = Dictionary(grouping: Set(changes.participants), by: \.clientID)
        let audit = Dictionary(grouping: changes.audit, by: \.clientID)
        var statements: [SQL] = []
        for clientID in Set(states.keys).union(messages.keys).union(entries.keys).union(deliveries.keys).union(participants.keys)
            .union(audit.keys)
        {
            if clientID != scopedTo { statements.append(transaction.scope(to: clientID)) }
            let rows = states[clientID] ?? []
            if rows.contains(where: \.isNew) { statements.append(try insert(rows.filter(\.isNew).map(\.state), clientID)) }
            if rows.contains(where: { !$0.isNew }) { statements.append(try update(rows.filter { !$0.isNew }.map(\.state), clientID)) }
            if let messages = messages[clientID] { statements.append(insert(messages, clientID)) }
            if let entries = entries[clientID] { statements.append(insert(entries, clientID)) }
            if let deliveries = deliveries[clientID] { statements.append(update(deliveries, clientID)) }
            if let texts = texts[clientID] { statements += update(texts, clientID) }
            if let participants = participants[clientID] { statements.append(insert(participants, clientID)) }
            if let audit = audit[clientID] { statements.append(try insert(audit, clientID)) }
        }
        return statements
    }

    private func insert(_ states: [ConversationState], _ clientID: TenantID) throws -> SQL {
        """
        INSERT INTO chat.conversations (client_id, id, customer_id, channel, account_id, previous_conversation_id, status, priority, subject, room_id, metadata,
                                        last_sequence, last_message_sequence, digest, last_message, created_at, updated_at,
                                        last_activity_at, waiting_since)
        SELECT \(clientID), u.id, u.customer_id, u.channel, u.account_id, u.previous_conversation_id, u.status, u.priority, u.subject,
               u.room_id, u.metadata::jsonb,
               u.last_sequence, u.last_message_sequence, u.digest, u.last_message::jsonb, u.created_at, u.updated_at,
               u.last_activity_at, u.waiting_since
          FROM unnest(\(states.map(\.id)), \(states.map(\.customer.id)), \(states.map(\.channel)),
                      \(states.map(\.accountID)), \(states.map(\.previousID)), \(states.map(\.status)),
                      \(states.map { Int64($0.priority) }), \(states.map(\.subject)), \(states.map(\.roomID)),
                      \(try states.map { try text($0.metadata) }), \(states.map(\.lastSequence)), \(states.map(\.lastMessageSequence)),
                      \(states.map(\.digest)), \(try states.map { try $0.lastMessage.map(text) }), \(states.map(\.createdAt)),
                      \(states.map(\.updatedAt)), \(states.map(\.lastActivityAt)), \(states.map(\.waitingSince)))
            AS u(id, customer_id, channel, account_id, previous_conversation_id, status, priority, subject, room_id, metadata,
                 last_sequence, last_message_sequence, digest, last_message, created_at, updated_at, last_activity_at, waiting_since)
        """
    }

    private func update(_ states: [ConversationState], _ clientID: TenantID) throws -> SQL {
        """
        UPDATE chat.conversations c
           SET status = u.status, priority = u.priority, subject = u.subject, agent_id = u.agent_id, agent_name = u.agent_name,
               team_id = u.team_id,
               last_agent_id = u.last_agent_id, assignment_number = u.assignment_number, last_sequence = u.last_sequence,
               last_message_sequence = u.last_message_sequence, digest = u.digest, last_message = u.last_message::jsonb,
               updated_at = u.updated_at, last_activity_at = u.last_activity_at, waiting_since = u.waiting_since,
               snoozed_until = u.snoozed_until, due_at = u.due_at, closed_at = u.closed_at
          FROM unnest(\(states.map(\.id)), \(states.map(\.status)), \(states.map { Int64($0.priority) }), \(states.map(\.subject)),
                      \(states.map { $0.agent?.id }), \(states.map { $0.agent?.name }), \(states.map(\.teamID)), \(states.map(\.lastAgentID)),
                      \(states.map(\.assignmentNumber)), \(states.map(\.lastSequence)), \(states.map(\.lastMessageSequence)),
                      \(states.map(\.digest)), \(try states.map { try $0.lastMessage.map(text) }), \(states.map(\.updatedAt)),
                      \(states.map(\.lastActivityAt)), \(states.map(\.waitingSince)), \(states.map(\.snoozedUntil)),
                      \(states.map(\.dueAt)), \(states.map(\.closedAt)))
            AS u(id, status, priority, subject, agent_id, agent_name, team_id, last_agent_id, assignment_number, last_sequence,
                 last_message_sequence, digest, last_message, updated_at, last_activity_at, waiting_since, snoozed_until, due_at,
                 closed_at)
         WHERE c.client_id = \(clientID) AND c.id = u.id
        """
    }

    private func insert(_ messages: [ConversationChanges.NewMessage], _ clientID: TenantID) -> SQL {
        """
        INSERT INTO chat.communication_messages (client_id, conversation_id, sequence, id, kind, direction, author_kind, author_id,
                                                 author_name, content, content_hash, metadata, sent_at, state, attempt, html)
        SELECT \(clientID), u.*
          FROM unnest(\(messages.map(\.message.sessionID)), \(messages.map(\.message.sequence)), \(messages.map(\.message.id)),
                      \(messages.map(\.message.kind)), \(messages.map { $0.message.author.kind == .customer ? "inbound" : "outbound" }),
                      \(messages.map(\.message.author.kind)), \(messages.map(\.message.author.id)),
                      \(messages.map(\.message.author.name)), \(messages.map(\.message.text)), \(messages.map(\.contentHash)),
                      \(messages.map { JSONValue.object($0.message.metadata) }), \(messages.map(\.message.sentAt)),
                      \(messages.map { $0.message.delivery?.state.rawValue }), \(messages.map(\.message.attempt)), \(messages.map(\.html)))
            AS u(conversation_id, sequence, id, kind, direction, author_kind, author_id, author_name, content, content_hash, metadata,
                 sent_at, state, attempt, html)
        """
    }

    private func insert(_ entries: [ConversationChanges.NewEntry], _ clientID: TenantID) -> SQL {
        """
        INSERT INTO chat.conversation_entries (client_id, conversation_id, sequence, subject, message_id, payload, content_hash, at)
        SELECT \(clientID), u.*
          FROM unnest(\(entries.map(\.conversationID)), \(entries.map(\.sequence)), \(entries.map(\.subject)),
                      \(entries.map(\.messageID)), \(entries.map(\.payload)), \(entries.map(\.contentHash)), \(entries.map(\.at)))
            AS u(conversation_id, sequence, subject, message_id, payload, content_hash, at)
        """
    }

    private func update(_ deliveries: [ConversationChanges.NewDelivery], _ clientID: TenantID) -> SQL {
        // Reports of a batch about one message: the last one has the state, the first the provider's id.
        let last = Dictionary(deliveries.map { ($0.message.id, $0) }) { earlier, later in
            ConversationChanges.NewDelivery(
                clientID: clientID, message: later.message, providerMessageID: earlier.providerMessageID ?? later.providerMessageID)
        }.values.map { $0 }
        let errors = last.map { delivery in
            delivery.message.error.map { JSONValue.object(["code": .string($0.code), "detail": .string($0.detail)]) }
        }
        return """
            UPDATE chat.communication_messages m
               SET state = u.state, attempt = u.attempt, error = u.error,
                   provider_message_id = COALESCE(m.provider_message_id, u.provider_message_id)
              FROM unnest(\(last.map(\.message.sessionID)), \(last.map(\.message.sequence)), \(last.map(\.message.state)),
                          \(last.map(\.message.attempt)), \(errors), \(last.map(\.providerMessageID)))
                AS u(conversation_id, sequence, state, attempt, error, provider_message_id)
             WHERE m.client_id = \(clientID) AND m.conversation_id = u.conversation_id AND m.sequence = u.sequence
            """
    }

    /// A deleted message's earlier texts go too; their hashes stay in the chain.
    private func update(_ texts: [ConversationChanges.NewText], _ clientID: TenantID) -> [SQL] {
        // A message edited and deleted in one batch ends as the last change left it.
        let last = Dictionary(texts.map { ($0.id, $0) }) { _, later in later }.values.map { $0 }
        let erased = last.filter { $0.deletedAt != nil }.map(\.id)
        let change: SQL = """
            UPDATE chat.communication_messages m
               SET content = u.content, edited_at = u.edited_at, deleted_at = u.deleted_at,
                   html = CASE WHEN u.deleted_at IS NULL THEN m.html END
              FROM unnest(\(last.map(\.conversationID)), \(last.map(\.sequence)), \(last.map(\.text)), \(last.map(\.editedAt)),
                          \(last.map(\.deletedAt)))
                AS u(conversation_id, sequence, content, edited_at, deleted_at)
             WHERE m.client_id = \(clientID) AND m.conversation_id = u.conversation_id AND m.sequence = u.sequence
            """
        guard !erased.isEmpty else { return [change] }
        return [
            change,
            """
            UPDATE chat.conversation_entries SET payload = NULL
             WHERE client_id = \(clientID) AND message_id = ANY(\(erased)) AND subject = \(MessageEdited.subject)
            """,
        ]
    }

    private func insert(_ participants: [ConversationChanges.NewParticipant], _ clientID: TenantID) -> SQL {
        """
        INSERT INTO chat.chat_participants (client_id, conversation_id, kind, participant_id, name, role)
        SELECT \(clientID), u.*
          FROM unnest(\(participants.map(\.conversationID)), \(participants.map(\.kind)), \(participants.map(\.id)),
                      \(participants.map(\.name)), \(participants.map(\.role)))
            AS u(conversation_id, kind, participant_id, name, role)
            ON CONFLICT (client_id, conversation_id, participant_id) DO NOTHING
        """
    }

    private func insert(_ audit: [ConversationChanges.AuditRecord], _ clientID: TenantID) throws -> SQL {
        """
        INSERT INTO chat.chat_audit_log (client_id, id, at, actor, actor_id, action, conversation_id, message_id, details)
        SELECT \(clientID), u.id, u.at, u.actor::jsonb, u.actor_id, u.action, u.conversation_id, u.message_id, u.details::jsonb
          FROM unnest(\(audit.map { _ in EntityID.new() }), \(audit.map(\.at)), \(try audit.map { try text($0.actor) }),
                      \(audit.map(\.actor.id)), \(audit.map(\.action)), \(audit.map(\.conversationID)), \(audit.map(\.messageID)),
                      \(try audit.map { try text($0.details) }))
            AS u(id, at, actor, actor_id, action, conversation_id, message_id, details)
        """
    }

    private func text(_ value: some Encodable) throws -> String { String(decoding: try JSON.encode(value), as: UTF8.self) }
}
