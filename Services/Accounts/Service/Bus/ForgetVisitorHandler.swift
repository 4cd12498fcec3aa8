import Bus
import Contracts
import Storage

struct ForgetVisitorHandler: RequestHandler {
    let access: AccessRegistry

    func answer(_ request: ForgetVisitor, context: RequestContext) async throws -> Done {
        let principal = request.principal
        try context.requireTenant(of: principal)
        guard let customerID = principal.customerID else { throw AccountsError.roleMayNot(role: principal.role.rawValue) }
        try await access.end(visitor: customerID, browser: request.browser, of: principal.clientID, traceparent: context.traceparent)
        return Done()
    }
}
