import Contracts
import Foundation
import Storage

/// Tenants that one of the database's functions finds, in the order of their ids, page by page.
struct TenantPages {
    /// Tenants asked for at once.
    static let pageSize = 500

    let database: Database
    /// The function's call, for those behind an id.
    let call: (_ after: UUID, _ count: Int32) -> SQL

    /// - Returns: how many there were.
    @discardableResult
    func forEach(_ body: (TenantID) async throws -> Void) async throws -> Int {
        var after = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        var found = 0
        while true {
            let rows = try await database.query(.none, "SELECT client_id FROM \(call(after, Int32(Self.pageSize))) AS client_id ORDER BY 1")
            let tenants: [TenantID] = try rows.map { try $0["client_id"] }
            for tenant in tenants { try await body(tenant) }
            found += tenants.count
            guard tenants.count == Self.pageSize, let last = tenants.last else { return found }
            after = last.uuid
        }
    }
}
