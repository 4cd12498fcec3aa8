import Contracts

/// Whose rows a transaction may see. Row-level security holds to it, whatever the statement says.
package enum Scope: Sendable, Hashable {
    case tenant(TenantID)
    /// Tables without tenant only; of a tenant's tables it sees nothing.
    case none

    /// For the rest of the transaction, or until the next one.
    static func statement(for tenant: TenantID) -> SQL {
        "SELECT set_config('switchboard.client_id', \(tenant.description), true)"
    }
}
