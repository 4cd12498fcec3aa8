import Contracts
import Foundation
import Storage

/// What administrators and operators see and decide.
extension JobStore {
    /// The tenant's jobs, the latest first.
    /// - Parameters:
    ///   - state: nil: of every state.
    ///   - limit: at most `Page.limitMax`.
    /// - Throws: ``JobsError/fieldInvalid(field:detail:)`` for a cursor that is none of this list.
    package func list(_ state: JobState?, of clientID: TenantID, limit: Int, cursor: String?) async throws -> Page<JobSummary> {
        var conditions: SQL = "j.client_id = \(clientID)"
        if let state { conditions += " AND j.state = \(state)" }
        if let cursor {
            var position = ListCursor(cursor)
            guard let time = position?.time(), let id = position?.id(JobRecord.self), position?.isAtEnd == true else {
                throw JobsError.fieldInvalid(field: "cursor", detail: ListCursor.problem)
            }
            conditions += " AND (j.created_at, j.id) < (\(time), \(id))"
        }
        let page = try await database.query(
            .tenant(clientID),
            """
            SELECT \(Self.summaryColumns) FROM \(schema).jobs j
             WHERE \(conditions) ORDER BY j.created_at DESC, j.id DESC LIMIT \(Int64(limit + 1))
            """
        ).page(limit: limit)
        let items = try page.rows.map { try JobSummary($0) }
        let last = page.hasMore ? items.last : nil
        return Page(items: items, nextCursor: last.map { ListCursor.text(.time($0.createdAt), .id($0.id.uuid)) })
    }

    /// Has a job tried again now.
    /// - Throws: ``JobsError``.
    package func retry(_ id: JobID, of clientID: TenantID) async throws -> JobSummary {
        try await decide(id, of: clientID) { $0.retriedByHand(at: $1) }
    }

    /// Has a job not tried any more.
    /// - Throws: ``JobsError``.
    package func giveUp(_ id: JobID, of clientID: TenantID) async throws -> JobSummary {
        try await decide(id, of: clientID) { $0.givenUpByHand(at: $1) }
    }

    private func decide(
        _ id: JobID, of clientID: TenantID, _ event: @escaping @Sendable (JobProgress, Date) -> JobProgress?
    ) async throws -> JobSummary {
        try await database.transaction(.tenant(clientID)) { transaction in
            guard let stored = try lock(id, of: clientID, in: transaction) else { throw JobsError.jobNotFound(id: id) }
            guard let next = event(stored.progress, stored.now) else {
                throw stored.progress.state == .done ? JobsError.jobDone(id: id) : JobsError.jobRunning(id: id)
            }
            transaction.finalStatements.append(write(next, stored.job))
            return JobSummary(stored.job, next)
        }
    }

    /// As ``list(_:of:limit:cursor:)`` shows them.
    package static let summaryColumns: SQL = """
        j.id, j.kind, j.key, j.state, j.attempt, j.not_before, j.lease_until, j.last_error->>'code' AS error_code, \
        j.last_error->>'detail' AS error_detail, j.created_at, j.finished_at
        """
}

extension JobSummary {
    init(_ job: Job, _ progress: JobProgress) {
        self.init(
            id: job.id, kind: job.kind, key: job.key, state: progress.state, attempt: progress.attempt, notBefore: progress.notBefore,
            leaseUntil: progress.leaseUntil, lastError: progress.lastError, createdAt: job.createdAt, finishedAt: progress.finishedAt)
    }

    /// A row of ``JobStore/summaryColumns``.
    package init(_ row: Row) throws {
        let (code, detail): (String?, String?) = (try row["error_code"], try row["error_detail"])
        self.init(
            id: try row["id"], kind: try row["kind"], key: try row["key"], state: try row["state"], attempt: try row["attempt"],
            notBefore: try row["not_before"], leaseUntil: try row["lease_until"],
            lastError: code.map { JobFailure(code: $0, detail: detail ?? "") }, createdAt: try row["created_at"],
            finishedAt: try row["finished_at"])
    }
}
