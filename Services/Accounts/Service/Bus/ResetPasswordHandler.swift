import Bus
import Contracts
import Storage

struct ResetPasswordHandler: RequestHandler {
    let users: UserRegistry
    let tokens: TokenIssuer

    func answer(_ request: ResetPassword, context: RequestContext) async throws -> OneTimeLink {
        let principal = request.principal
        let actor = Actor(request)
        // A session left open must not be enough to take the account over.
        guard request.userID != principal.subject else { throw AccountsError.ownPassword }
        let links = tokens.keys.derivedSecrets(purpose: "password-reset", clientID: principal.clientID, id: request.order.uuid)
        return try await users.resetPassword(
            of: request.userID, of: principal.clientID, tokens: links, by: actor, traceparent: context.traceparent)
    }
}
