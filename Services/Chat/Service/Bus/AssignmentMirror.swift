import Bus
import Contracts
import EventLog
import Storage

/// The router owns assignments; chat mirrors them in the transaction that moves the cursor, so each takes effect once.
struct AssignmentMirror: Sendable {
    let batch: ConversationBatch

    func apply(_ events: [EventFrame], in transaction: Transaction) throws {
        let commands = try events.compactMap { event -> ConversationCommand? in
            guard let clientID = event.header.clientID else { return nil }
            if let assigned = try event.decode(ConversationAssigned.self) {
                return ConversationCommand(
                    clientID: clientID, conversationID: assigned.assignment.sessionID, order: .assign(assigned.assignment),
                    traceparent: event.header.traceparent)
            }
            if let unassigned = try event.decode(ConversationUnassigned.self) {
                return ConversationCommand(
                    clientID: clientID, conversationID: unassigned.sessionID, order: .unassign(unassigned),
                    traceparent: event.header.traceparent)
            }
            return nil
        }
        guard !commands.isEmpty else { return }
        // A conversation that is gone is the only refusal there can be; there is nothing to mirror then.
        _ = try batch.run(commands, in: transaction)
    }
}
