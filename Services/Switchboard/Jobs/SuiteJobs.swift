import Contracts
import Foundation
import Jobs
import Storage

/// The side effects outside of every service and company, for the operator.
package struct SuiteJobs: Sendable {
    /// Jobs of one service that a list shows.
    package static let limitMax = 1_000

    package struct Entry: Encodable, Sendable, Equatable {
        package let service: ServiceName
        package let clientID: TenantID
        package let job: JobSummary

        private enum CodingKeys: String, CodingKey {
            case service
            case clientID = "client_id"
        }

        package func encode(to encoder: any Encoder) throws {
            try job.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(service, forKey: .service)
            try container.encode(clientID, forKey: .clientID)
        }
    }

    private let verifier: Database
    private let open: @Sendable (ServiceName) throws -> Database

    /// - Parameters:
    ///   - verifier: reads every company's rows.
    ///   - open: a service's own way to the database.
    package init(verifier: Database, open: @escaping @Sendable (ServiceName) throws -> Database) {
        self.verifier = verifier
        self.open = open
    }

    /// Those of `services` that have a table of jobs.
    package func withJobs(_ services: [ServiceName]) async throws -> [ServiceName] {
        let rows = try await verifier.query(
            .none,
            """
            SELECT n.nspname::text AS schema FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relname = 'jobs' AND c.relkind = 'r' AND n.nspname = ANY(\(services.map(\.schema)))
            """)
        let found = try Set(rows.map { try $0["schema"] as String })
        return services.filter { found.contains($0.schema) }
    }

    /// The latest first, service by service.
    package func list(of services: [ServiceName], state: JobState?, tenant: TenantID?, limit: Int) async throws -> [Entry] {
        var entries: [Entry] = []
        for service in try await withJobs(services) {
            var conditions: SQL = "true"
            if let state { conditions += " AND j.state = \(state)" }
            if let tenant { conditions += " AND j.client_id = \(tenant)" }
            let rows = try await verifier.query(
                .none,
                """
                SELECT j.client_id, \(JobStore.summaryColumns) FROM \(identifier: service.schema).jobs j
                 WHERE \(conditions) ORDER BY j.created_at DESC, j.id DESC LIMIT \(Int64(min(limit, Self.limitMax)))
                """)
            entries += try rows.map { Entry(service: service, clientID: try $0["client_id"], job: try JobSummary($0)) }
        }
        return entries
    }

    /// Has a job tried again now, as if it were new.
    /// - Throws: ``JobsError``; ``OperatorError`` if none or several have this id.
    package func retry(_ id: JobID, of services: [ServiceName], tenant: TenantID?) async throws -> Entry {
        try await decide(id, services, tenant) { try await $0.retry(id, of: $1) }
    }

    /// Has a job not tried any more.
    /// - Throws: as ``retry(_:of:tenant:)``.
    package func giveUp(_ id: JobID, of services: [ServiceName], tenant: TenantID?) async throws -> Entry {
        try await decide(id, services, tenant) { try await $0.giveUp(id, of: $1) }
    }

    private func decide(
        _ id: JobID, _ services: [ServiceName], _ tenant: TenantID?, _ order: (JobStore, TenantID) async throws -> JobSummary
    ) async throws -> Entry {
        var places: [(service: ServiceName, tenant: TenantID)] = []
        for service in try await withJobs(services) {
            let rows = try await verifier.query(
                .none, "SELECT client_id FROM \(identifier: service.schema).jobs WHERE id = \(id) ORDER BY client_id LIMIT 2")
            places += try rows.map { (service, try $0["client_id"]) }
        }
        if let tenant { places.removeAll { $0.tenant != tenant } }
        guard let place = places.first else { throw OperatorError("No job has the id \(id). `switchboard jobs list` shows them.") }
        guard places.count == 1 else {
            throw OperatorError("Several jobs have the id \(id): name one of them with --service and --tenant.")
        }
        let database = try open(place.service)
        defer { database.close() }
        let job = try await order(JobStore(service: place.service, database: database), place.tenant)
        return Entry(service: place.service, clientID: place.tenant, job: job)
    }
}
