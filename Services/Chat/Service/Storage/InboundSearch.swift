import Contracts
import Foundation
import Storage

/// Whether an inbound message was received already, who its sender is, and which conversation it goes on with. Contracts §13.
struct InboundSearch {
    let request: ReceiveInbound
    let sender: CustomerIdentity

    var statements: [SQL] { [received, place] }

    private var clientID: TenantID { request.principal.clientID }

    private var received: SQL {
        """
        SELECT conversation_id, message_id, customer_id
          FROM chat.inbound_messages
         WHERE client_id = \(clientID) AND account_id = \(request.accountID) AND external_id = \(request.externalID)
        """
    }

    /// A thread counts where its customer is the sender: the one who is known by the address, or, of a mere claim, one who claimed the same when the
    /// conversation began. So nobody gets into a conversation by naming its messages.
    private var place: SQL {
        let thread = request.thread
        let own = thread.map { EntityID($0) }
        return """
            WITH sender AS (
                SELECT (SELECT i.customer_id
                          FROM chat.customer_identities i
                         WHERE i.client_id = \(clientID) AND i.kind = \(sender.kind) AND i.value = \(sender.value)
                           AND i.provenance <> 'claimed' AND \(sender.isMatched)) AS identified,
                       (SELECT known.id FROM (\(known)) AS known ORDER BY known.rank, known.created_at, known.id LIMIT 1) AS customer_id
            ), thread AS (
                SELECT c.id, c.customer_id, c.status = 'closed' AS is_closed
                  FROM unnest(\(thread), \(own)) WITH ORDINALITY AS t(external_id, own_id, place)
                 CROSS JOIN LATERAL (
                        SELECT b.conversation_id FROM chat.inbound_messages b
                         WHERE b.client_id = \(clientID) AND b.account_id = \(request.accountID) AND b.external_id = t.external_id
                         UNION ALL
                        SELECT m.conversation_id FROM chat.communication_messages m
                         WHERE m.client_id = \(clientID) AND m.provider_message_id = t.external_id
                         UNION ALL
                        SELECT m.conversation_id FROM chat.communication_messages m WHERE m.client_id = \(clientID) AND m.id = t.own_id
                         UNION ALL
                        SELECT t.own_id) AS named(conversation_id)
                  JOIN chat.conversations c
                    ON c.client_id = \(clientID) AND c.id = named.conversation_id AND c.channel = \(request.channel)
                 WHERE \(isParticipant)
                 ORDER BY is_closed, t.place
                 LIMIT 1
            ), customer AS (
                SELECT s.identified, COALESCE(s.customer_id, t.customer_id) AS id, t.id AS thread_id, t.is_closed
                  FROM sender s LEFT JOIN thread t ON true
            )
            SELECT customer.id AS customer_id,
                   customer.identified IS NOT NULL OR (customer.thread_id IS NOT NULL AND NOT \(sender.isMatched)) AS is_identified,
                   CASE WHEN NOT customer.is_closed THEN customer.thread_id ELSE (
                        SELECT c.id FROM chat.conversations c
                         WHERE c.client_id = \(clientID) AND c.customer_id = customer.id AND c.channel = \(request.channel)
                           AND c.account_id = \(request.accountID) AND c.status <> 'closed'
                         ORDER BY c.created_at DESC, c.id DESC LIMIT 1) END AS conversation_id,
                   COALESCE(customer.thread_id, (
                        SELECT c.id FROM chat.conversations c
                         WHERE c.client_id = \(clientID) AND c.customer_id = customer.id AND c.channel = \(request.channel)
                           AND c.account_id = \(request.accountID)
                         ORDER BY c.created_at DESC, c.id DESC LIMIT 1)) AS previous_id
              FROM customer
            """
    }

    private var known: SQL {
        guard sender.isMatched else { return CustomerRepository.known(clientID, email: nil, phone: nil) }
        return CustomerRepository.known(
            clientID, email: sender.kind == .email ? sender.value : nil, phone: sender.kind == .phone ? sender.value : nil,
            handle: sender.kind == .handle ? sender.value : nil)
    }

    private var isParticipant: SQL {
        guard !sender.isMatched else { return "c.customer_id = (SELECT s.customer_id FROM sender s)" }
        return """
            EXISTS (SELECT FROM chat.customer_identities i
                     WHERE i.client_id = \(clientID) AND i.customer_id = c.customer_id AND i.kind = \(sender.kind)
                       AND i.value = \(sender.value) AND i.provenance = 'claimed')
            """
    }
}

/// What ``InboundSearch`` found.
struct InboundPlace: Equatable {
    let received: ReceivedInbound?
    /// nil: somebody new.
    let customerID: CustomerID?
    /// The sender's address stands among the customer's identities.
    let isIdentified: Bool
    /// nil: a new one.
    let conversationID: ConversationID?
    /// Before a new one.
    let previousID: ConversationID?

    /// - Parameter results: of ``InboundSearch/statements``.
    init(_ results: [Rows]) throws {
        received = try results.first?.first.map { row in
            ReceivedInbound(
                conversationID: try row["conversation_id"], messageID: try row["message_id"], customerID: try row["customer_id"],
                isRepeat: true)
        }
        guard let row = results.last?.first else { throw DatabaseError.decoding("a search without a row") }
        customerID = try row["customer_id"]
        isIdentified = try row["is_identified"]
        conversationID = try row["conversation_id"]
        previousID = try row["previous_id"]
    }
}
