import Bus
import Contracts
import Logging

struct RetryJobHandler: RequestHandler {
    let store: JobStore
    let logger: Logger

    func answer(_ request: RetryJob, context: RequestContext) async throws -> JobSummary {
        let job = try await store.retry(request.id, of: request.principal.clientID)
        logger.info("a job is retried by hand", metadata: ["job": "\(job.id)", "by": "\(request.principal.subject)"])
        return job
    }
}
