/// Ends a job that is queued or unknown: it is not tried any more. For administrators.
package struct GiveUpJob: BusQuestion, AskedByPrincipal, Equatable {
    package typealias Reply = JobSummary
    package typealias Failure = JobsError
    package static let subject: Subject = "jobs.give-up-job"
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
