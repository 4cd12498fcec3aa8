extension ServiceName {
    /// Services with side effects outside. The one place that says so: their schemas get the jobs' tables, the edge lets administrators
    /// look into these.
    package static let havingJobs: [ServiceName] = []
}
