/// The company's jobs in one service, the latest first. For administrators.
package struct ListJobs: BusQuestion, AskedByPrincipal, Equatable {
    package typealias Reply = Page<JobSummary>
    package typealias Failure = JobsError
    package static let subject: Subject = "jobs.list-jobs"
    package static let access = Access.administrators
    package let principal: Principal
    /// nil: of every state.
    package let state: JobState?
    package let limit: Int
    package let cursor: String?

    package init(principal: Principal, state: JobState? = nil, limit: Int, cursor: String? = nil) {
        self.principal = principal
        self.state = state
        self.limit = limit
        self.cursor = cursor
    }

    private enum CodingKeys: String, CodingKey {
        case principal, state, limit, cursor
    }
}
