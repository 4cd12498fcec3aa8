import Bus
import Contracts
import Foundation
import Logging
import ServiceLifecycle
import Storage

/// Moves conversations whose time has come: absent visitors, snoozes, closing after a day. Durable: what is due stands in the
/// database, and a replica that dies is replaced by any other. Two replicas that see the same row do no harm, since the
/// command looks again at everything under the partition's lock.
struct ConversationClock: Service {
    /// How often it looks. What is due may so be late by this much.
    static let period = Duration.seconds(5)
    /// Conversations in one look; more come in the next, at once.
    static let batchMax: Int64 = 200

    let database: Database
    let writer: ConversationWriter
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                var wasFull = false
                do {
                    wasFull = try await look() == Self.batchMax
                } catch {
                    logger.warning("due conversations could not be moved", metadata: ["reason": "\(error)"])
                }
                guard !wasFull else { continue }
                do { try await Task.sleep(for: Self.period) } catch { return }
            }
        }
    }

    /// - Returns: how many were due.
    func look() async throws -> Int64 {
        let rows = try await database.query(.none, "SELECT client_id, id FROM chat.due_conversations(\(Int32(Self.batchMax)))")
        for row in rows {
            let command = ConversationCommand(
                clientID: try row["client_id"], conversationID: try row["id"], order: .passTime, traceparent: nil)
            let context = RequestContext(key: .random(), clientID: command.clientID, deadline: .now + .seconds(5), traceparent: nil)
            do {
                _ = try await writer.perform(command, context: context)
            } catch ChatError.conversationNotFound {
                continue  // erased in between
            }
        }
        return Int64(rows.count)
    }
}
