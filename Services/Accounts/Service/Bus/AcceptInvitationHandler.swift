import Bus
import Contracts
import Foundation
import Storage

/// The link of an invitation or a reset works once; a repeat with the password that it set is done already.
struct AcceptInvitationHandler: RequestHandler {
    let database: Database
    let hasher: PasswordHasher
    let now: @Sendable () -> Date

    func answer(_ request: AcceptInvitation, context: RequestContext) async throws -> Done {
        let now = now()
        let token = SecretToken(text: request.token)
        let invited = try await database.transaction(.none) { transaction -> (user: UserRecord, isAccepted: Bool)? in
            let clients = ClientRepository(transaction: transaction)
            guard let clientID = try clients.client(ofInvitation: token) else { return nil }
            try clients.enter(clientID)
            guard let found = try InvitationRepository(transaction: transaction, clientID: clientID).find(token),
                let user = try UserRepository(transaction: transaction, clientID: clientID).find(found.userID), user.isActive
            else { return nil }
            guard let acceptedAt = found.acceptedAt else { return now < found.expiresAt ? (user, false) : nil }
            guard now < acceptedAt.addingTimeInterval(Invitation.repeatSeconds) else { return nil }
            // From here on it is an attempt at a password.
            try AttemptRepository(transaction: transaction).take(.user(user.id, clientID: clientID), .own, at: now)
            return (user, true)
        }
        guard let invited else { throw AccountsError.invitationInvalid }
        if invited.isAccepted { return try await repeated(request.password, invited.user) }
        try PasswordRules.check(request.password, email: invited.user.email, field: "password")

        let user = invited.user
        let hash = try await hasher.hash(request.password)
        let isFirst = try await database.transaction(.tenant(user.clientID)) { transaction in
            let users = UserRepository(transaction: transaction, clientID: user.clientID)
            let invitations = InvitationRepository(transaction: transaction, clientID: user.clientID)
            // The user first: two links of one user wait for each other.
            guard var current = try users.lock(user.id), current.isActive, let found = try invitations.lock(token),
                found.acceptedAt == nil, now < found.expiresAt
            else { return false }
            current.passwordHash = hash
            try users.update(current, at: now)
            try invitations.accept(all: user.id, at: now)
            return true
        }
        guard isFirst else { throw AccountsError.invitationInvalid }
        return Done()
    }

    private func repeated(_ password: String, _ user: UserRecord) async throws -> Done {
        guard try await hasher.matches(password, user.passwordHash) else { throw AccountsError.invitationInvalid }
        return Done()
    }
}
