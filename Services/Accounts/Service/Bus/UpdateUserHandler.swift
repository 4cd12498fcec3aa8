import Bus
import Contracts

struct UpdateUserHandler: RequestHandler {
    let users: UserRegistry

    func answer(_ request: UpdateUser, context: RequestContext) async throws -> UserAccount {
        let principal = request.principal
        let actor = Actor(request)
        return try await users.change(
            request.id, of: principal.clientID, by: actor, name: request.name, role: request.role, disabled: request.disabled,
            traceparent: context.traceparent)
    }
}
