import Contracts
import Foundation
import Storage

/// The jobs of one service, in its schema. What becomes of them is decided by ``JobProgress``; here it is read under the row's lock, and
/// written. Times are the database's.
package struct JobStore: Sendable {
    /// Jobs of one tenant looked at in one turn, by each of the questions.
    package static let batchMax = 50

    package let service: ServiceName
    package let database: Database
    let schema: SQL
    /// The clock, as an expression of SQL.
    let now: @Sendable () -> SQL

    /// - Parameter now: the database's clock, unless a test has its own.
    package init(service: ServiceName, database: Database, now: @escaping @Sendable () -> SQL = { "clock_timestamp()" }) {
        self.service = service
        self.database = database
        schema = "\(identifier: service.schema)"
        self.now = now
    }

    /// A row as it was read, with the time of reading.
    struct Stored {
        let job: Job
        var progress: JobProgress
        let now: Date
    }

    // MARK: Making

    /// Writes jobs with the transaction that decides them. One whose id or deduplication id (within its kind) is there already, or was until
    /// it was forgotten, stays as it is.
    /// - Precondition: the transaction's scope is the tenant.
    /// - Returns: how many are new.
    @discardableResult
    package func enqueue(_ jobs: [NewJob], of clientID: TenantID, in transaction: Transaction) throws -> Int {
        guard !jobs.isEmpty else { return 0 }
        return try transaction.query(
            """
            INSERT INTO \(schema).jobs (client_id, id, kind, key, deduplication_id, payload, tried_since, not_before, created_at)
            SELECT \(clientID), j.id, j.kind, j.key, j.deduplication_id, j.payload, c.now, COALESCE(j.not_before, c.now), c.now
              FROM unnest(\(jobs.map(\.id)), \(jobs.map(\.kind)), \(jobs.map(\.key)), \(jobs.map(\.deduplicationID)),
                          \(jobs.map(\.payload)), \(jobs.map(\.notBefore))) WITH ORDINALITY
                   AS j(id, kind, key, deduplication_id, payload, not_before, place)
             CROSS JOIN (SELECT \(now()) AS now) AS c
             ORDER BY j.place
                ON CONFLICT DO NOTHING
            """
        ).affected
    }

    // MARK: Working

    /// What a claim took.
    package struct Claim: Sendable, Equatable {
        package var jobs: [Job] = []
        /// Where to go on looking: the keys behind it have not been looked at.
        package var nextKey: String?
    }

    /// Due jobs that a claim looks at, the longest due first. They may all stand behind others of their keys; then it goes from key to key.
    static let dueMax = 200
    /// Keys that a claim goes through. So a claim costs a bounded time, however many jobs wait behind an endpoint that is away.
    static let keysMax = 200

    /// Takes jobs that are due, the first of their key each, and begins an attempt of them. Those found too old end instead.
    /// - Parameters:
    ///   - limit: at most ``batchMax``.
    ///   - key: ``Claim/nextKey`` of the claim before.
    /// - Returns: what may be done now; fewer than there are where others work on the same.
    package func claim(
        _ kinds: [JobKind], of clientID: TenantID, limit: Int, lease: Duration, afterKey key: String? = nil
    ) async throws -> Claim {
        guard limit > 0, !kinds.isEmpty else { return Claim() }
        let byName = Dictionary(kinds.map { ($0.name, $0) }) { first, _ in first }
        let names = kinds.map(\.name)
        do {
            return try await database.transaction(.tenant(clientID)) { transaction in
                var claim = Claim()
                var due = try lockDue(
                    """
                    ARRAY(SELECT w.id FROM \(schema).jobs w
                           WHERE w.client_id = \(clientID) AND w.state = 'queued' AND w.not_before <= (SELECT \(now()))
                             AND w.kind = ANY(\(names))
                           ORDER BY w.not_before, w.number LIMIT \(Int64(Self.dueMax)))
                    """, names, of: clientID, limit: limit, in: transaction)
                if due.isEmpty {
                    let heads = try headsOfKeys(behind: key ?? "", of: clientID, in: transaction)
                    if heads.count == Self.keysMax { claim.nextKey = try heads.last?["key"] }
                    let ids: [JobID] = try heads.map { try $0["id"] }
                    due = try lockDue("\(ids)", names, of: clientID, limit: limit, in: transaction)
                }
                for row in due {
                    let stored = try stored(row, of: clientID)
                    guard let kind = byName[stored.job.kind],
                        let next = stored.progress.claimed(of: kind, lease: lease, at: stored.now)
                    else { continue }
                    transaction.finalStatements.append(write(next, stored.job))
                    if next.state == .running { claim.jobs.append(stored.job.at(attempt: next.attempt)) }
                }
                return claim
            }
        } catch DatabaseError.uniqueViolation(let constraint) where constraint == "jobs_running_key" {
            // Somebody took another job of one of the keys at the same time; nothing was begun here.
            return Claim()
        }
    }

    /// Locks those of some jobs that are due and behind nobody.
    /// - Parameter ids: an array of SQL.
    private func lockDue(
        _ ids: SQL, _ kinds: [String], of clientID: TenantID, limit: Int, in transaction: Transaction
    ) throws -> Rows {
        try transaction.query(
            """
            SELECT \(Self.columns), \(now()) AS now
              FROM \(schema).jobs j
             WHERE j.client_id = \(clientID) AND j.id = ANY(\(ids))
               AND j.state = 'queued' AND j.not_before <= (SELECT \(now())) AND j.kind = ANY(\(kinds))
               AND NOT EXISTS (SELECT FROM \(schema).jobs o
                                WHERE o.client_id = j.client_id AND o.key = j.key AND o.holds_key
                                  AND (o.number < j.number OR o.state = 'running'))
             ORDER BY j.not_before, j.number
             LIMIT \(Int64(min(limit, Self.batchMax)))
               FOR UPDATE OF j SKIP LOCKED
            """)
    }

    /// The first job of each of the next keys, from key to key by the index.
    private func headsOfKeys(behind key: String, of clientID: TenantID, in transaction: Transaction) throws -> Rows {
        try transaction.query(
            """
            WITH RECURSIVE heads AS (
                (SELECT o.id, o.key FROM \(schema).jobs o
                  WHERE o.client_id = \(clientID) AND o.holds_key AND o.key > \(key) ORDER BY o.key, o.number LIMIT 1)
                UNION ALL
                SELECT n.id, n.key FROM heads h CROSS JOIN LATERAL (
                    SELECT o.id, o.key FROM \(schema).jobs o
                     WHERE o.client_id = \(clientID) AND o.holds_key AND o.key > h.key ORDER BY o.key, o.number LIMIT 1) AS n)
            SELECT id, key FROM heads LIMIT \(Int64(Self.keysMax))
            """)
    }

    /// Says that these are still worked on.
    /// - Returns: those that are still ours.
    package func renew(_ jobs: [Job], of clientID: TenantID, lease: Duration) async throws -> Set<JobID> {
        let rows = try await database.query(
            .tenant(clientID),
            """
            UPDATE \(schema).jobs j SET lease_until = \(now()) + make_interval(secs => \(lease.seconds))
              FROM unnest(\(jobs.map(\.id)), \(jobs.map(\.attempt))) AS ours(id, attempt)
             WHERE j.client_id = \(clientID) AND j.id = ours.id AND j.attempt = ours.attempt AND j.state = 'running'
            RETURNING j.id
            """)
        return try Set(rows.map { try $0["id"] })
    }

    /// Writes what an attempt came to, unless it counts no more.
    /// - Returns: where the job stands then; nil if the answer came too late to matter.
    package func answer(_ outcome: JobOutcome, to job: Job, of effect: JobEffect, chance: Double = .random(in: 0..<1)) async throws
        -> JobState?
    {
        try await change(job.id, of: job.clientID) { progress, now in
            progress.answered(
                outcome, attempt: job.attempt, of: effect.kind, hasLookUp: effect.lookUp != nil, at: now, chance: chance)
        }
    }

    /// Takes jobs from workers that were lost.
    /// - Returns: how many.
    package func expire(_ effects: [JobEffect], of clientID: TenantID, chance: @escaping @Sendable () -> Double = { .random(in: 0..<1) })
        async throws -> Int
    {
        let byName = Self.byName(effects)
        return try await database.transaction(.tenant(clientID)) { transaction in
            let expired = try transaction.query(
                """
                SELECT \(Self.columns), \(now()) AS now
                  FROM \(schema).jobs j
                 WHERE j.client_id = \(clientID) AND j.state = 'running' AND j.lease_until <= (SELECT \(now()))
                   AND j.kind = ANY(\(Array(byName.keys)))
                 ORDER BY j.lease_until LIMIT \(Int64(Self.batchMax))
                   FOR UPDATE OF j SKIP LOCKED
                """)
            var count = 0
            for row in expired {
                let stored = try stored(row, of: clientID)
                guard let effect = byName[stored.job.kind],
                    let next = stored.progress.leaseExpired(
                        of: effect.kind, hasLookUp: effect.lookUp != nil, at: stored.now, chance: chance())
                else { continue }
                transaction.finalStatements.append(write(next, stored.job))
                count += 1
            }
            return count
        }
    }

    /// A job whose outcome is to be asked for, and which question that is.
    package struct LookUp: Sendable, Equatable {
        package let job: Job
        package let number: Int
    }

    /// Takes jobs of which the provider is to be asked what became of them.
    package func beginLookUps(_ effects: [JobEffect], of clientID: TenantID, limit: Int, lease: Duration) async throws -> [LookUp] {
        let kinds = effects.filter { $0.lookUp != nil }.map(\.kind.name)
        guard !kinds.isEmpty, limit > 0 else { return [] }
        return try await database.transaction(.tenant(clientID)) { transaction in
            let due = try transaction.query(
                """
                SELECT \(Self.columns), \(now()) AS now
                  FROM \(schema).jobs j
                 WHERE j.client_id = \(clientID) AND j.look_up_at <= (SELECT \(now())) AND j.kind = ANY(\(kinds))
                 ORDER BY j.look_up_at LIMIT \(Int64(min(limit, Self.batchMax)))
                   FOR UPDATE OF j SKIP LOCKED
                """)
            return try due.compactMap { row in
                let stored = try stored(row, of: clientID)
                guard let next = stored.progress.lookUpBegun(lease: lease, at: stored.now) else { return nil }
                transaction.finalStatements.append(write(next, stored.job))
                return LookUp(job: stored.job, number: next.lookUps)
            }
        }
    }

    /// Writes what the provider said, unless it was asked again meanwhile.
    package func endLookUp(_ lookUp: LookUp, _ answer: JobLookUp, of kind: JobKind, chance: Double = .random(in: 0..<1)) async throws
        -> JobState?
    {
        try await change(lookUp.job.id, of: lookUp.job.clientID) { progress, now in
            progress.lookedUp(answer, lookUp: lookUp.number, of: kind, at: now, chance: chance)
        }
    }

    /// Deletes what ended long ago, a batch of it.
    /// - Returns: how many.
    package func forget(of clientID: TenantID, keptFor keep: Duration, batchMax: Int) async throws -> Int {
        try await database.query(
            .tenant(clientID),
            """
            DELETE FROM \(schema).jobs
             WHERE client_id = \(clientID)
               AND id = ANY(ARRAY(SELECT id FROM \(schema).jobs
                           WHERE client_id = \(clientID) AND finished_at < \(now()) - make_interval(secs => \(keep.seconds))
                           ORDER BY finished_at LIMIT \(Int64(batchMax)) FOR UPDATE SKIP LOCKED))
            """
        ).affected
    }

    // MARK: Finding work

    /// Behind all tenants' ids there begins again.
    private static let firstTenant = TenantID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))

    /// Tenants with something to do, behind `after` in the order of their ids.
    package func dueTenants(after: TenantID?, limit: Int) async throws -> [TenantID] {
        try await database.query(
            .none,
            """
            SELECT t AS client_id
              FROM \(schema).tenants_with_due_jobs(\(now()), \(after ?? Self.firstTenant), \(Int32(clamping: limit))) AS t
            """
        ).map { try $0["client_id"] }
    }

    /// Tenants with something to forget.
    package func tenantsToForget(keptFor keep: Duration, after: TenantID?, limit: Int) async throws -> [TenantID] {
        try await database.query(
            .none,
            """
            SELECT t AS client_id
              FROM \(schema).tenants_with_finished_jobs(
                       \(now()) - make_interval(secs => \(keep.seconds)), \(after ?? Self.firstTenant),
                       \(Int32(clamping: limit))) AS t
            """
        ).map { try $0["client_id"] }
    }

    /// How many there are of a kind in a state, of all tenants together; of those that are done nothing is said.
    package struct Figure: Sendable, Equatable {
        package let kind: String
        package let state: JobState
        package let count: Int
        /// Since when the oldest of them has been tried.
        package let oldestSeconds: Double
    }

    package func figures() async throws -> [Figure] {
        try await database.query(
            .none,
            """
            SELECT kind, state, count, extract(epoch FROM \(now()) - oldest)::float8 AS oldest FROM \(schema).job_figures()
            """
        ).map { Figure(kind: try $0["kind"], state: try $0["state"], count: try $0["count"], oldestSeconds: max(0, try $0["oldest"])) }
    }

    // MARK: Reading and writing

    /// Reads a job under its lock, and writes what becomes of it.
    /// - Returns: the new state; nil if nothing changes, or the job is gone.
    private func change(
        _ id: JobID, of clientID: TenantID, _ decide: @escaping @Sendable (JobProgress, Date) -> JobProgress?
    ) async throws -> JobState? {
        try await database.transaction(.tenant(clientID)) { transaction in
            guard let stored = try lock(id, of: clientID, in: transaction), let next = decide(stored.progress, stored.now) else {
                return nil
            }
            transaction.finalStatements.append(write(next, stored.job))
            return next.state
        }
    }

    func lock(_ id: JobID, of clientID: TenantID, in transaction: Transaction) throws -> Stored? {
        try transaction.query(
            """
            SELECT \(Self.columns), \(now()) AS now FROM \(schema).jobs j WHERE j.client_id = \(clientID) AND j.id = \(id) FOR UPDATE
            """
        ).first.map { try stored($0, of: clientID) }
    }

    /// What is done needs no payload any more, which may be about a customer.
    func write(_ next: JobProgress, _ job: Job) -> SQL {
        let error = next.lastError.map { JSONValue.object(["code": .string($0.code), "detail": .string($0.detail)]) }
        return """
            UPDATE \(schema).jobs
               SET state = \(next.state), attempt = \(next.attempt), tries = \(next.tries), tried_since = \(next.triedSince),
                   not_before = \(next.notBefore), lease_until = \(next.leaseUntil), may_have_happened = \(next.mayHaveHappened),
                   look_ups = \(next.lookUps), look_up_at = \(next.lookUpAt), last_error = \(error), finished_at = \(next.finishedAt),
                   payload = CASE WHEN \(next.state == .done) THEN ''::bytea ELSE payload END
             WHERE client_id = \(job.clientID) AND id = \(job.id)
            """
    }

    static let columns: SQL = """
        j.id, j.kind, j.key, j.payload, j.state, j.attempt, j.tries, j.tried_since, j.not_before, j.lease_until, j.may_have_happened, \
        j.look_ups, j.look_up_at, j.last_error->>'code' AS error_code, j.last_error->>'detail' AS error_detail, j.created_at, j.finished_at
        """

    private func stored(_ row: Row, of clientID: TenantID) throws -> Stored {
        let progress = try JobProgress(row)
        return Stored(
            job: Job(
                clientID: clientID, id: try row["id"], kind: try row["kind"], key: try row["key"], payload: try row["payload"],
                attempt: progress.attempt, createdAt: try row["created_at"]),
            progress: progress, now: try row["now"])
    }

    private static func byName(_ effects: [JobEffect]) -> [String: JobEffect] {
        Dictionary(effects.map { ($0.kind.name, $0) }) { first, _ in first }
    }
}

extension Job {
    fileprivate func at(attempt: Int) -> Job {
        Job(clientID: clientID, id: id, kind: kind, key: key, payload: payload, attempt: attempt, createdAt: createdAt)
    }
}

extension JobProgress {
    init(_ row: Row) throws {
        let (code, detail): (String?, String?) = (try row["error_code"], try row["error_detail"])
        self.init(
            state: try row["state"], attempt: try row["attempt"], tries: try row["tries"], triedSince: try row["tried_since"],
            notBefore: try row["not_before"], leaseUntil: try row["lease_until"], mayHaveHappened: try row["may_have_happened"],
            lookUps: try row["look_ups"], lookUpAt: try row["look_up_at"],
            lastError: code.map { JobFailure(code: $0, detail: detail ?? "") }, finishedAt: try row["finished_at"])
    }
}
