import Bus
import Contracts

struct ListJobsHandler: RequestHandler {
    let store: JobStore

    func answer(_ request: ListJobs, context: RequestContext) async throws -> Page<JobSummary> {
        guard (1...Page<JobSummary>.limitMax).contains(request.limit) else {
            throw JobsError.fieldInvalid(field: "limit", detail: "is not from 1 to \(Page<JobSummary>.limitMax)")
        }
        return try await store.list(request.state, of: request.principal.clientID, limit: request.limit, cursor: request.cursor)
    }
}
