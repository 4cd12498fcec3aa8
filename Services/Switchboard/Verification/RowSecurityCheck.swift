import Contracts
import Storage

/// Every table that belongs to tenants shows each of them its own rows only.
struct RowSecurityCheck: IntegrityCheck {
    let name = "row-level security protects every tenant's table"

    func run(_ database: Database) async throws -> IntegrityResult {
        let schemas = SuiteService.withSchema.map(\.name)
        let count = try await database.query(
            .none,
            """
            SELECT count(*) AS tables FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = ANY(\(schemas.map(\.schema))) AND c.relkind IN ('r', 'p')
            """)
        let unprotected = try await RowSecurity.unprotectedTables(in: schemas, of: database)
        return IntegrityResult(
            examined: Int(try count[0]["tables"] as Int64),
            findings: unprotected.map { IntegrityFinding(place: $0, detail: "has no policy that keeps tenants apart") })
    }
}
