/// How a replica works on jobs.
package struct JobWorkerLimits: Sendable {
    /// Attempts at once in this replica: each may hold a connection outside and some hundred KiB. Any number of replicas adds up.
    package var concurrentMax = 16
    /// Places that one company can hold at once, so that its slow provider never takes them all: others find a place at once.
    package var concurrentPerTenantMax = 8
    /// How long nobody else touches a job after its worker was last heard of. Long enough for a pause of the machine, short enough for a
    /// customer who waits.
    package var lease = Duration.seconds(30)
    /// How often the rows are looked at when nothing rings. A service's own new jobs are begun at once; those of other replicas, and
    /// what an operator retries, may be late by this much.
    package var period = Duration.seconds(1)
    /// Tenants looked at in one turn.
    package var tenantsMax = 100
    /// How long running attempts may go on when the process stops; then they are cancelled, and their leases run out.
    /// Below `ServiceProcess.drainMax`.
    package var stopMax = Duration.seconds(20)
    /// How long an answer is kept for a database that is away. Then the lease decides.
    package var answerPatience = Duration.seconds(600)
    /// How long jobs that ended are kept, for people who ask and so that the same effect is not made again: far beyond the seven days in
    /// which a request or an event can come again.
    package var keep = Duration.seconds(30 * 86_400)
    /// How often old ones are deleted.
    package var forgetPeriod = Duration.seconds(60)
    /// Rows deleted per statement.
    package var forgetBatchMax = 1_000
    /// Statements per turn and tenant.
    package var forgetRoundsMax = 64
    /// How often the figures for metrics are read.
    package var figuresPeriod = Duration.seconds(15)

    package init() {}
}
