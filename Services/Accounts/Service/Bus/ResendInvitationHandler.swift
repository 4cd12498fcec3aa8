import Bus
import Contracts
import Storage

struct ResendInvitationHandler: RequestHandler {
    let users: UserRegistry
    let tokens: TokenIssuer

    func answer(_ request: ResendInvitation, context: RequestContext) async throws -> OneTimeLink {
        let principal = request.principal
        let actor = Actor(request)
        let links = tokens.keys.derivedSecrets(purpose: "invitation-again", clientID: principal.clientID, id: request.order.uuid)
        return try await users.resendInvitation(to: request.userID, of: principal.clientID, tokens: links, by: actor)
    }
}
