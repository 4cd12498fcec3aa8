import Bus
import Contracts
import Logging

struct GiveUpJobHandler: RequestHandler {
    let store: JobStore
    let logger: Logger

    func answer(_ request: GiveUpJob, context: RequestContext) async throws -> JobSummary {
        let job = try await store.giveUp(request.id, of: request.principal.clientID)
        logger.info("a job is given up by hand", metadata: ["job": "\(job.id)", "by": "\(request.principal.subject)"])
        return job
    }
}
