import Bus
import Contracts
import Storage

struct CreateUserHandler: RequestHandler {
    let users: UserRegistry
    let tokens: TokenIssuer

    func answer(_ request: CreateUser, context: RequestContext) async throws -> CreatedUser {
        let principal = request.principal
        let actor = Actor(request)
        let draft = try UserRegistry.Draft(
            clientID: principal.clientID, id: request.id, email: request.email, name: request.name, role: request.role,
            password: request.password)
        let invitations = tokens.keys.derivedSecrets(purpose: "invitation", clientID: principal.clientID, id: request.id.uuid)
        return try await users.create(draft, invitationTokens: invitations, by: actor, traceparent: context.traceparent)
    }
}
