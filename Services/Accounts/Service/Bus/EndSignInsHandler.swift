import Bus
import Contracts
import Foundation
import Storage

struct EndSignInsHandler: RequestHandler {
    let access: AccessRegistry

    func answer(_ request: EndSignIns, context: RequestContext) async throws -> Done {
        let principal = request.principal
        let actor = try Actor(request, about: request.userID)
        try await access.endSignIns(
            of: request.userID, of: principal.clientID, only: request.signInID, by: actor, traceparent: context.traceparent)
        return Done()
    }
}

extension AccessRegistry {
    /// - Parameter one: nil for all. One that has ended already is done as well.
    /// - Throws: ``AccountsError/userNotFound(id:)``, ``AccountsError/signInNotFound``.
    func endSignIns(
        of userID: UserID, of clientID: TenantID, only one: SignInID?, by actor: Actor? = nil, traceparent: String? = nil
    ) async throws {
        guard let one else { return try await endAll(of: userID, of: clientID, by: actor, traceparent: traceparent) }
        if try await end(signIn: one.uuid, of: userID, of: clientID, by: actor, audited: true, traceparent: traceparent) { return }
        let (isUser, isKnown) = try await database.transaction(of: clientID, by: actor) { transaction in
            (
                try UserRepository(transaction: transaction, clientID: clientID).find(userID) != nil,
                try SignInRepository(transaction: transaction, clientID: clientID).knows(one, of: userID)
            )
        }
        guard isUser else { throw AccountsError.userNotFound(id: userID) }
        guard isKnown else { throw AccountsError.signInNotFound }
    }
}
