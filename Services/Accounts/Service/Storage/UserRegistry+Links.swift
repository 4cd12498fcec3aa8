import Bus
import Contracts
import EventLog
import Foundation
import Storage

extension UserRegistry {
    /// - Parameter tokens: the first is given out; the others are what an earlier attempt of the same order may have given out.
    /// - Throws: ``AccountsError/userNotFound(id:)``, ``AccountsError/userDisabled``, ``AccountsError/invitationAccepted``.
    package func resendInvitation(
        to id: UserID, of clientID: TenantID, tokens: [SecretToken], by actor: Actor? = nil
    ) async throws -> OneTimeLink {
        let now = Timestamp.rounded(now())
        return try await database.transaction(of: clientID, by: actor) { transaction in
            let users = UserRepository(transaction: transaction, clientID: clientID)
            let invitations = InvitationRepository(transaction: transaction, clientID: clientID)
            let user = try activeUser(id, users)
            guard user.passwordHash == nil, try !invitations.wasReset(id) else { throw AccountsError.invitationAccepted }
            return try link(.invitation, for: user, was: user, tokens, invitations, by: actor, at: now)
        }
    }

    /// The password is gone at once, not when the link is used: somebody else may know it. Every sign-in ends.
    /// - Throws: ``AccountsError/userNotFound(id:)``, ``AccountsError/userDisabled``, ``AccountsError/invitationOpen``.
    package func resetPassword(
        of id: UserID, of clientID: TenantID, tokens: [SecretToken], by actor: Actor? = nil, traceparent: String? = nil
    ) async throws -> OneTimeLink {
        let (publisher, now) = (publisher, Timestamp.rounded(now()))
        return try await database.transaction(of: clientID, by: actor) { transaction in
            var locked = try publisher.lock([id.uuid], in: transaction)
            let users = UserRepository(transaction: transaction, clientID: clientID)
            let invitations = InvitationRepository(transaction: transaction, clientID: clientID)
            let before = try activeUser(id, users)
            var user = before
            if user.passwordHash == nil {
                guard try invitations.wasReset(id) else { throw AccountsError.invitationOpen }
            } else {
                // A repeat of this order comes too late when its link was used: what was chosen there stays.
                for token in tokens where try invitations.find(token) != nil { throw AccountsError.idReused(field: "Idempotency-Key") }
                user.passwordHash = nil
                let ended = user.endTokens()
                try users.update(user, at: now)
                try SignInRepository(transaction: transaction, clientID: clientID).revokeAll(of: id, at: now)
                try publisher.append([try NewEvent(ended, clientID: clientID, traceparent: traceparent)], to: &locked, in: transaction)
            }
            return try link(.reset, for: user, was: before, tokens, invitations, by: actor, at: now)
        }
    }

    private func activeUser(_ id: UserID, _ users: UserRepository) throws -> UserRecord {
        guard let user = try users.lock(id) else { throw AccountsError.userNotFound(id: id) }
        guard user.isActive else { throw AccountsError.userDisabled }
        return user
    }

    private func link(
        _ purpose: OneTimeLink.Purpose, for user: UserRecord, was before: UserRecord, _ tokens: [SecretToken],
        _ invitations: InvitationRepository, by actor: Actor?, at now: Date
    ) throws -> OneTimeLink {
        guard let given = try repeatInvitation(tokens, of: user.id, purpose: purpose, invitations, at: now) else {
            throw AccountsError.idReused(field: "Idempotency-Key")
        }
        if given.isNew {
            try SettingsAuditRepository(transaction: invitations.transaction, clientID: user.clientID).record(
                .user, before: before.audited, after: user.audited(purpose, until: given.expiresAt), by: actor, at: now)
        }
        return OneTimeLink(user: user.account, purpose: purpose, token: given.token.text, expiresAt: given.expiresAt)
    }
}
