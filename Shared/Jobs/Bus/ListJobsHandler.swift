import Bus
import Contracts

struct ListJobsHandler: RequestHandler {
    let store: JobStore

    func answer(_ request: ListJobs, context: RequestContext) async throws -> Page<JobSummary> {
        try context.requireAdministrator(request.principal)
        guard (1...Page<JobSummary>.limitMax).contains(request.limit) else {
            throw JobsError.fieldInvalid(field: "limit", detail: "is not from 1 to \(Page<JobSummary>.limitMax)")
        }
        return try await store.list(request.state, of: request.principal.clientID, limit: request.limit, cursor: request.cursor)
    }
}

extension RequestContext {
    /// Jobs are the administrators' business, and their own company's only.
    func requireAdministrator(_ principal: Principal) throws {
        guard clientID == nil || clientID == principal.clientID else {
            throw BusError.malformed("the request is for another tenant than its principal's")
        }
        guard principal.role == .administrator else { throw JobsError.roleMayNot(role: principal.role.rawValue) }
    }
}
