import Bus
import Contracts
import EventLog
import Foundation
import Storage

/// Finds the place of an inbound message and writes it there, in one transaction. What was found without locks is looked for again under those of
/// the sender and of the conversation; if it has changed, everything is rolled back and begins anew.
struct InboundReception: Sendable {
    /// Each further attempt needs somebody who came in between, and each of those has got somewhere.
    private static let attemptsMax = 8

    let database: Database
    let batch: ConversationBatch

    /// The place was another when it was locked.
    private struct PlaceMoved: Error {}

    func receive(_ request: ReceiveInbound, from sender: CustomerIdentity, traceparent: String?) async throws -> ReceivedInbound {
        let new = ReceivedInbound(conversationID: .new(), messageID: .new(), customerID: .new(), isRepeat: false)
        for _ in 1...Self.attemptsMax {
            do {
                return try await database.transaction(.tenant(request.principal.clientID)) { transaction in
                    try receive(request, from: sender, new: new, traceparent: traceparent, in: transaction)
                }
            } catch is PlaceMoved {
                continue
            } catch DatabaseError.uniqueViolation {
                // Received at the same moment, as if from another sender.
                continue
            }
        }
        throw BusError.unavailable(retryAfter: .seconds(1))
    }

    /// - Parameter new: the ids of whatever has to be made.
    private func receive(
        _ request: ReceiveInbound, from sender: CustomerIdentity, new: ReceivedInbound, traceparent: String?, in transaction: Transaction
    ) throws -> ReceivedInbound {
        let clientID = request.principal.clientID
        let search = InboundSearch(request: request, sender: sender)
        let found = try InboundPlace(transaction.pipeline(search.statements))
        if let received = found.received { return received }

        let customerID = found.customerID ?? new.customerID
        let conversationID = found.conversationID ?? new.conversationID
        var preparation = ConversationBatch.Preparation(keys: [sender.lockKey(clientID)], statements: search.statements)
        if found.customerID == nil { preparation.statements.append(insertCustomer(customerID, request, sender)) }
        if !found.isIdentified { preparation.statements.append(insertIdentity(of: customerID, clientID, sender)) }
        let arrival = Arrival(request: request, messageID: new.messageID, customerID: customerID, previousID: found.previousID)
        let (outcomes, prepared) = try batch.run(
            [
                ConversationCommand(
                    clientID: clientID, conversationID: conversationID, order: .receive(arrival), traceparent: traceparent)
            ], after: preparation, in: transaction)
        guard try InboundPlace(Array(prepared.prefix(search.statements.count))) == found else { throw PlaceMoved() }
        if case .refused(let error)? = outcomes.first { throw error }
        transaction.finalStatements.append(
            """
            INSERT INTO chat.inbound_messages (client_id, account_id, external_id, conversation_id, message_id, customer_id)
            VALUES (\(clientID), \(request.accountID), \(request.externalID), \(conversationID), \(new.messageID), \(customerID))
            """)
        return ReceivedInbound(
            conversationID: conversationID, messageID: new.messageID, customerID: customerID, isRepeat: false)
    }

    /// The card shows the address too, known as well as the channel knows it.
    private func insertCustomer(_ id: CustomerID, _ request: ReceiveInbound, _ sender: CustomerIdentity) -> SQL {
        let email = sender.kind == .email ? sender.value : nil
        let phone = sender.kind == .phone ? sender.value : nil
        let provenance: (email: AddressProvenance, phone: AddressProvenance) = (
            email == nil ? .claimed : sender.provenance, phone == nil ? .claimed : sender.provenance
        )
        return """
            INSERT INTO chat.customers (client_id, id, name, email, email_provenance, phone, phone_provenance)
            VALUES (\(request.principal.clientID), \(id), NULLIF(\(request.contact.name), ''), \(email), \(provenance.email),
                    \(phone), \(provenance.phone))
            """
    }

    private func insertIdentity(of id: CustomerID, _ clientID: TenantID, _ sender: CustomerIdentity) -> SQL {
        """
        INSERT INTO chat.customer_identities (client_id, kind, value, customer_id, provenance)
        VALUES (\(clientID), \(sender.kind), \(sender.value), \(id), \(sender.provenance))
            ON CONFLICT (client_id, customer_id, kind, value) DO UPDATE SET provenance = excluded.provenance
        """
    }
}
