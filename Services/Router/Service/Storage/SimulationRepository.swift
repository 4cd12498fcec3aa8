import Contracts
import Foundation
import Storage

/// Simulations and the past that they are made of.
struct SimulationRepository: Sendable {
    /// Results older than this are gone: a week.
    static let keptSeconds = 7 * 86_400.0
    /// A running simulation says this often that it goes on; one that has not said so for so long died with its process.
    static let leaseSeconds = 60.0
    /// Decisions read at once.
    static let pageSize = 200

    let database: Database

    private static let columns: SQL = """
        id, CASE WHEN status = 'running' AND lease_until < clock_timestamp() THEN 'failed' ELSE status END AS status, progress, result,
        CASE WHEN status = 'running' AND lease_until < clock_timestamp() THEN 'the router that ran it was stopped' ELSE failure END AS failure
        """

    func find(_ id: SimulationID, of tenant: TenantID) async throws -> RoutingSimulation? {
        try await database.query(
            .tenant(tenant),
            """
            SELECT \(Self.columns) FROM router.simulations
             WHERE client_id = \(tenant) AND id = \(id) AND created_at > clock_timestamp() - make_interval(secs => \(Self.keptSeconds))
            """
        ).first.map { row in
            let result: JSONValue? = try row["result"]
            let figures = try result.map { try JSON.decode(SimulationResult.self, from: JSON.encode($0)) }
            return RoutingSimulation(
                id: id, status: try row["status"], progress: try row["progress"], actual: figures?.actual, draft: figures?.draft,
                differing: figures?.differing ?? 0, failure: try row["failure"])
        }
    }

    /// Whether the simulation of this id was asked for in these words.
    func isOf(_ request: SimulateRouting) async throws -> Bool {
        let tenant = request.principal.clientID
        let settings = try StoredPolicy.json(request.settings)
        return try await database.query(
            .tenant(tenant),
            """
            SELECT FROM router.simulations
             WHERE client_id = \(tenant) AND id = \(request.id) AND period_from = \(request.from) AND period_to = \(request.to)
               AND sector IS NOT DISTINCT FROM \(request.sector) AND settings = \(settings)
            """
        ).count == 1
    }

    /// - Returns: whether it began; false: another one of the tenant is running.
    func begin(_ request: SimulateRouting) async throws -> Bool {
        let tenant = request.principal.clientID
        let settings = try StoredPolicy.json(request.settings)
        let rows = try await database.pipeline(
            .tenant(tenant),
            [
                """
                DELETE FROM router.simulations
                 WHERE client_id = \(tenant) AND created_at < clock_timestamp() - make_interval(secs => \(Self.keptSeconds))
                """,
                """
                UPDATE router.simulations SET status = 'failed', failure = 'the router that ran it was stopped'
                 WHERE client_id = \(tenant) AND status = 'running' AND lease_until < clock_timestamp()
                """,
                """
                INSERT INTO router.simulations (client_id, id, created_at, created_by, period_from, period_to, sector, settings, status,
                                                progress, lease_until)
                VALUES (\(tenant), \(request.id), clock_timestamp(), \(request.principal.subject), \(request.from), \(request.to),
                        \(request.sector), \(settings), 'running', 0, clock_timestamp() + make_interval(secs => \(Self.leaseSeconds)))
                ON CONFLICT DO NOTHING
                """,
            ])
        return rows[2].affected == 1
    }

    /// - Returns: false if it is nobody's any more: its lease had passed.
    func goesOn(_ id: SimulationID, of tenant: TenantID, progress: Double) async throws -> Bool {
        try await database.query(
            .tenant(tenant),
            """
            UPDATE router.simulations
               SET progress = \(progress), lease_until = clock_timestamp() + make_interval(secs => \(Self.leaseSeconds))
             WHERE client_id = \(tenant) AND id = \(id) AND status = 'running'
            """
        ).affected == 1
    }

    func finish(_ id: SimulationID, of tenant: TenantID, _ result: SimulationResult) async throws {
        let value = try JSON.decode(JSONValue.self, from: JSON.encode(result))
        _ = try await database.query(
            .tenant(tenant),
            """
            UPDATE router.simulations SET status = 'done', progress = 1, result = \(value)
             WHERE client_id = \(tenant) AND id = \(id) AND status = 'running'
            """)
    }

    func fail(_ id: SimulationID, of tenant: TenantID, _ failure: String) async throws {
        _ = try await database.query(
            .tenant(tenant),
            """
            UPDATE router.simulations SET status = 'failed', failure = \(failure)
             WHERE client_id = \(tenant) AND id = \(id) AND status = 'running'
            """)
    }

    // MARK: - The past

    func count(_ request: SimulateRouting, max: Int) async throws -> Int {
        let tenant = request.principal.clientID
        return try await database.query(
            .tenant(tenant),
            """
            SELECT count(*) AS count FROM (SELECT FROM router.decisions d WHERE \(Self.condition(request)) LIMIT \(max + 1)) AS decisions
            """)[0]["count"]
    }

    /// The period's decisions in order, with what became of them.
    func page(
        _ request: SimulateRouting, after last: (at: Date, id: DecisionID)?
    ) async throws -> [(decision: Decision, startedAt: Date?, endedAt: Date?)] {
        let tenant = request.principal.clientID
        let position: SQL = last.map { " AND (d.at, d.id) > (\($0.at), \($0.id))" } ?? ""
        return try await database.query(
            .tenant(tenant),
            """
            SELECT \(Decision.columns), started_at, ended_at
              FROM (SELECT d.*, s.started_at, s.ended_at
                      FROM router.decisions d
                      LEFT JOIN router.assignments s ON s.client_id = d.client_id AND s.decision_id = d.id
                     WHERE \(Self.condition(request))\(position)
                     ORDER BY d.at, d.id LIMIT \(Self.pageSize)) AS page
             ORDER BY at, id
            """
        ).map { (try Decision($0), try $0["started_at"], try $0["ended_at"]) }
    }

    private static func condition(_ request: SimulateRouting) -> SQL {
        let ofSector: SQL = request.sector.map { " AND d.sector = \($0)" } ?? ""
        return """
            d.client_id = \(request.principal.clientID) AND d.at >= \(request.from) AND d.at < \(request.to) AND d.work IS NOT NULL\(ofSector)
            """
    }
}

/// What a simulation found.
struct SimulationResult: Codable, Sendable {
    let actual: SimulationFigures
    let draft: SimulationFigures
    let differing: Int
}
