import Bus
import Contracts
import Crypto
import Foundation
import Storage

/// Makes a mutation without a natural id happen once: its key is written first in its transaction, its response last.
/// A refusal rolls back and is not kept, so a corrected request may use the same key.
package struct IdempotencyRecord: Sendable {
    package enum Claim: Sendable, Equatable {
        /// Nobody did this before: do it, then ``keep(_:in:)``.
        case fresh
        /// It was done; this is what was answered.
        case repeated(response: [UInt8])
        /// The key was used for another request.
        case conflict
    }

    /// The key was used for another request.
    package struct Conflict: Error, Sendable, Equatable {}

    private let schema: SQL
    private let key: RequestKey
    private let subject: Subject
    private let hash: [UInt8]

    /// - Parameters:
    ///   - service: whose `request_log` keeps it.
    ///   - request: the request's bytes, without anything that differs between attempts.
    package init(service: ServiceName, key: RequestKey, subject: Subject, request: [UInt8]) {
        schema = "\(identifier: service.schema)"
        self.key = key
        self.subject = subject
        hash = Array(SHA256.hash(data: Data(request)))
    }

    /// Waits for a twin that runs at the same time, and then learns its outcome.
    package func claim(in transaction: Transaction) throws -> Claim {
        let inserted = try transaction.query(
            """
            INSERT INTO \(schema).request_log (request_key, subject, request_hash)
            VALUES (\(key.bytes), \(subject), \(hash)) ON CONFLICT DO NOTHING
            """)
        if inserted.affected == 1 { return .fresh }
        // A statement of its own: its snapshot sees what the twin committed while the first one waited. It locks, so that COMMIT waits for
        // the synchronous standby: what the first time left visible without reaching it (a crash, a backend terminated while it
        // waited) must not be acknowledged by a transaction that only reads.
        let rows = try transaction.query(
            "SELECT subject, request_hash, response FROM \(schema).request_log WHERE request_key = \(key.bytes) FOR SHARE")
        guard let row = rows.first else { throw DatabaseError.serializationFailure }
        guard try row["subject"] == subject, try row["request_hash"] == hash, let response: [UInt8] = try row["response"] else {
            return .conflict
        }
        return .repeated(response: response)
    }

    /// Keeps the response with the transaction's COMMIT.
    package func keep(_ response: [UInt8], in transaction: Transaction) {
        transaction.finalStatements.append(
            "UPDATE \(schema).request_log SET response = \(response) WHERE request_key = \(key.bytes)")
    }

    /// Runs `body` the first time and answers as then every other time.
    /// - Throws: ``Conflict``; what `body` throws, and then nothing is kept.
    package func once<Reply: Codable>(in transaction: Transaction, _ body: () throws -> Reply) throws -> Reply {
        switch try claim(in: transaction) {
        case .fresh:
            let reply = try body()
            keep(try JSON.encode(reply), in: transaction)
            return reply
        case .repeated(let response): return try JSON.decode(Reply.self, from: response)
        case .conflict: throw Conflict()
        }
    }
}
