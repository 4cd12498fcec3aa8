import Contracts
import Foundation
import Jobs
import Storage
import Synchronization
import TestSupport

/// A service with jobs, a database of its own and a clock that the test turns.
struct JobsStage: Sendable {
    let test: TestDatabase
    let database: Database
    let clock = JobsClock()

    init() async throws {
        test = try await TestDatabase.make([.chat: nil])
        try await Migrator(adminURL: test.adminURL).migrate(.chat, JobMigrations.all())
        database = test.database(.chat)
    }

    /// A replica's view of the table.
    func store() -> JobStore {
        let clock = clock
        return JobStore(service: .chat, database: database) { "\(clock.now)" }
    }

    /// - Parameter scope: another tenant than theirs, to see it refused.
    func enqueue(_ jobs: [NewJob], of tenant: TenantID, scope: TenantID? = nil) async throws -> Int {
        let store = store()
        return try await database.transaction(.tenant(scope ?? tenant)) { try store.enqueue(jobs, of: tenant, in: $0) }
    }

    func states(of tenant: TenantID) async throws -> [JobID: JobState] {
        let rows = try await database.query(.tenant(tenant), "SELECT id, state FROM chat.jobs WHERE client_id = \(tenant)")
        return try Dictionary(uniqueKeysWithValues: rows.map { (try $0["id"], try $0["state"]) })
    }
}

/// Time of one test, for its statements.
final class JobsClock: Sendable {
    private let seconds = Mutex(0.0)

    var now: Date { Date(timeIntervalSince1970: 1_795_262_400 + seconds.withLock { $0 }) }

    func pass(_ duration: Double) { seconds.withLock { $0 += duration } }
}
