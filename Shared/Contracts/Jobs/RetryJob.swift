/// Has a job tried again, as if it were new: one that failed, one of which nobody knows whether it happened (whoever asks knows, or takes
/// the risk that it happens twice), or one that waits for its next attempt. For administrators.
package struct RetryJob: BusQuestion, AskedByPrincipal, Equatable {
    package typealias Reply = JobSummary
    package typealias Failure = JobsError
    package static let subject: Subject = "jobs.retry-job"
    package static let access = Access.administrators
    package let principal: Principal
    package let id: JobID

    package init(principal: Principal, id: JobID) {
        self.principal = principal
        self.id = id
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id
    }
}
