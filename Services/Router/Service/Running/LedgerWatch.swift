import Storage

/// Counts agents whose load breaks a promise: above their capacity, or not the sum of their open assignments. Conditions in the database
/// keep both from happening; this is for the day on which they are wrong, or somebody changes rows by hand.
package struct LedgerWatch: Sendable {
    let database: Database
    let metrics: RouterMetrics

    /// - Returns: how many agents hold too much, and how many hold something else than their load says.
    @discardableResult
    package func look() async throws -> (overCapacity: Int, offLedger: Int) {
        // One statement, so one snapshot: between the two sides of a transaction there is no moment.
        let rows = try await database.query(.none, "SELECT over_capacity, off_ledger FROM router.ledger_violations()")
        let (overCapacity, offLedger): (Int64, Int64) = (try rows[0]["over_capacity"], try rows[0]["off_ledger"])
        metrics.agentsOverCapacity.set(Int(overCapacity))
        metrics.agentsOffLedger.set(Int(offLedger))
        return (Int(overCapacity), Int(offLedger))
    }
}
