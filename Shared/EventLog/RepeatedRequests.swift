import Bus
import Contracts
import Crypto
import Foundation
import Storage

/// Requests under a client's own `Idempotency-Key`: done once, answered alike for as long as the log of requests is kept (contracts §4).
///
/// The key is claimed before the handler runs and holds its content from then on; the reply is kept after it. A handler's effect and its
/// reply are not one transaction, so a process that dies between them leaves a claim, and after ``claimMax`` the same content runs again:
/// handlers recognise what they did by its ids. A refusal gives the key back.
package struct RepeatedRequests: Sendable {
    /// A claim without a reply belongs to a request that still runs, for so long. Longer than any request's budget (5 s).
    static let claimMax = Duration.seconds(10)
    /// A twin that comes while the first still runs asks again after this.
    static let twinPause = Duration.milliseconds(100)
    /// The refusal of a key that was used for another request; every service says it alike.
    static let reused = Refusal(code: "idempotency-key-reused", details: [:])

    private let database: Database
    private let table: SQL

    package init(service: ServiceName, database: Database) {
        self.database = database
        table = "\(identifier: service.schema).request_log"
    }

    private enum Claim {
        case ours
        case kept([UInt8])
        case answered(Answer)
    }

    /// - Parameter keepsReply: otherwise a repeat runs the handler again.
    package func answer(_ envelope: RequestEnvelope, keepsReply: Bool, _ handle: @Sendable () async -> Answer) async -> Answer {
        guard let content = envelope.keyedContent else { return await handle() }
        let key = Self.claimKey(of: envelope)
        do {
            switch try await claim(key, subject: envelope.subject, content: content) {
            case .answered(let answer): return answer
            case .kept(let reply) where !reply.isEmpty: return .reply(reply)
            case .kept: return await handle()
            case .ours: break
            }
            let answer = await handle()
            switch answer {
            case .reply(let bytes): try await keep(keepsReply ? bytes : [], under: key)
            case .refusal, .failure: try await giveBack(key)
            }
            return answer
        } catch let error as DatabaseError {
            // What the handler committed stays; the asker asks again with the same key and finds it.
            return .failure(error.isRetryable ? .overloaded(retryAfter: .seconds(1)) : .unavailable(retryAfter: .seconds(1)))
        } catch {
            return .failure(.cancelled)
        }
    }

    private func claim(_ key: [UInt8], subject: Subject, content: [UInt8]) async throws -> Claim {
        let results = try await database.pipeline(
            .none,
            [
                """
                INSERT INTO \(table) AS r (request_key, subject, request_hash) VALUES (\(key), \(subject), \(content))
                ON CONFLICT (request_key) DO UPDATE SET created_at = clock_timestamp()
                 WHERE r.response IS NULL AND r.request_hash = EXCLUDED.request_hash
                   AND r.created_at < clock_timestamp() - make_interval(secs => \(Self.claimMax.seconds))
                """,
                "SELECT request_hash, response FROM \(table) WHERE request_key = \(key)",
            ])
        if results[0].affected == 1 { return .ours }
        // The twin was refused and gave the key back in between.
        guard let row = results[1].first else { return .answered(.failure(.unavailable(retryAfter: Self.twinPause))) }
        guard try row["request_hash"] == content else { return .answered(.refusal(Self.reused)) }
        guard let reply: [UInt8] = try row["response"] else { return .answered(.failure(.unavailable(retryAfter: Self.twinPause))) }
        return .kept(reply)
    }

    private func keep(_ reply: [UInt8], under key: [UInt8]) async throws {
        _ = try await database.query(.none, "UPDATE \(table) SET response = \(reply) WHERE request_key = \(key)")
    }

    private func giveBack(_ key: [UInt8]) async throws {
        _ = try await database.query(.none, "DELETE FROM \(table) WHERE request_key = \(key) AND response IS NULL")
    }

    /// One call of a client may need several requests under one key. And a handler may keep a record of its own under it (``IdempotencyRecord``).
    private static func claimKey(of envelope: RequestEnvelope) -> [UInt8] {
        Array(SHA256.hash(data: Data(envelope.key.bytes + Array(envelope.subject.rawValue.utf8))).prefix(16))
    }
}
