import Bus
import Contracts
import Storage

struct ForgetVisitorHandler: RequestHandler {
    let access: AccessRegistry

    func answer(_ request: ForgetVisitor, context: RequestContext) async throws -> Done {
        let principal = request.principal
        try await access.end(
            visitor: CustomerID(principal.subject.uuid), browser: request.browser, of: principal.clientID, traceparent: context.traceparent)
        return Done()
    }
}
