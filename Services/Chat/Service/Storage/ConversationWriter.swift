import Bus
import Contracts
import EventLog
import Foundation
import Storage

/// Every change of a conversation goes through here: group commit, one lane for each partition.
struct ConversationWriter: Sendable {
    private let batches: BatchWriter<ConversationCommand, ConversationOutcome>

    init(database: Database, publisher: EventPublisher, times: ConversationTimes) {
        let batch = ConversationBatch(publisher: publisher, times: times)
        batches = BatchWriter(database: database, lanes: 2) { commands, transaction in
            try batch.run(commands, in: transaction)
        }
    }

    /// Returns after the commit.
    /// - Throws: ``ChatError`` for a refusal, ``BusError`` when it can be tried again with the same ids.
    func perform(_ command: ConversationCommand, context: RequestContext) async throws -> ConversationOutcome {
        let outcome = try await batches.submit(
            command, partition: partition(of: command.conversationID.uuid), waitMax: context.remaining)
        if case .refused(let error) = outcome { throw error }
        return outcome
    }

    func session(_ command: ConversationCommand, context: RequestContext) async throws -> Session {
        guard case .session(let session) = try await perform(command, context: context) else { throw UnexpectedOutcome() }
        return session
    }

    func message(_ command: ConversationCommand, context: RequestContext) async throws -> Message {
        guard case .message(let message, _) = try await perform(command, context: context) else { throw UnexpectedOutcome() }
        return message
    }
}

/// A command was answered as another kind of command: a bug here.
struct UnexpectedOutcome: Error {}

extension RequestContext {
    var remaining: Duration { max(.zero, deadline - .now) }
}
