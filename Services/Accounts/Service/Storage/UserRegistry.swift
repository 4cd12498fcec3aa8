import Bus
import Contracts
import EventLog
import Foundation
import Storage

/// Makes and changes users, each change with its event in one transaction.
package struct UserRegistry: Sendable {
    /// A user to be made, its fields already checked.
    package struct Draft: Sendable {
        let clientID: TenantID
        let id: UserID
        let email: EmailAddress
        let name: String
        let role: Role
        let password: String?

        /// - Throws: ``AccountsError`` that names the field.
        package init(clientID: TenantID, id: UserID, email: String, name: String, role: Role, password: String?) throws(AccountsError) {
            self.clientID = clientID
            self.id = id
            self.email = try EmailAddress(email)
            self.name = try FieldRules.name(name)
            self.role = try FieldRules.role(role)
            self.password = password
            if let password { try PasswordRules.check(password, email: self.email.text, field: "password") }
        }

        /// Whether there was a password is part of the order; the password itself is compared with its hash.
        var digest: [UInt8] { CreationDigest.of([email.text, name, role.rawValue, password == nil ? "invited" : "password"]) }
    }

    struct GivenLink: Sendable {
        let token: SecretToken
        let expiresAt: Date
        /// False for one that an earlier attempt of the same order gave out.
        let isNew: Bool
    }

    private enum Creation: Sendable {
        case created(invitationExpiresAt: Date?)
        case found(UserRecord, invitation: GivenLink?)
    }

    let database: Database
    let publisher: EventPublisher
    let hasher: PasswordHasher
    let now: @Sendable () -> Date

    package init(database: Database, publisher: EventPublisher, hasher: PasswordHasher, now: @escaping @Sendable () -> Date) {
        self.database = database
        self.publisher = publisher
        self.hasher = hasher
        self.now = now
    }

    /// The same id with the same content is the same user, answered alike. An address that was invited and has not answered yet is
    /// invited again, as it is named now; its user keeps the id.
    /// - Parameters:
    ///   - invitationTokens: the first is given out if there is no password; the others are what an earlier attempt may have given out.
    ///   - actor: who orders it; nil: the operator.
    /// - Throws: ``AccountsError/idReused(field:)``, ``AccountsError/emailTaken(field:)``; ``BusError``.
    package func create(
        _ draft: Draft, invitationTokens: [SecretToken], by actor: Actor? = nil, traceparent: String? = nil
    ) async throws -> CreatedUser {
        let now = Timestamp.rounded(now())
        let passwordHash: String? = if let password = draft.password { try await hasher.hash(password) } else { nil }
        let user = UserRecord(
            clientID: draft.clientID, id: draft.id, email: draft.email.text, name: draft.name, role: draft.role,
            passwordHash: passwordHash, creationDigest: draft.digest, createdAt: now)
        let publisher = publisher
        let creation = try await database.transaction(of: draft.clientID, by: actor) { transaction -> Creation in
            let invitedBefore = try UserRepository(transaction: transaction, clientID: user.clientID).find(email: user.email)
            // Orders for one id wait for each other here.
            var locked = try publisher.lock(Set([user.id, invitedBefore?.id ?? user.id].map(\.uuid)), in: transaction)
            let users = UserRepository(transaction: transaction, clientID: user.clientID)
            let invitations = InvitationRepository(transaction: transaction, clientID: user.clientID)
            let audit = SettingsAuditRepository(transaction: transaction, clientID: user.clientID)
            if let known = try users.find(user.id) {
                guard known.creationDigest == user.creationDigest else { throw AccountsError.idReused(field: "id") }
                guard known.passwordHash == nil else { return .found(known, invitation: nil) }
                let given = try repeatInvitation(invitationTokens, of: user.id, invitations, at: now)
                if let given, given.isNew {
                    let after = known.audited(.invitation, until: given.expiresAt)
                    try audit.record(.user, before: known.audited, after: after, by: actor, at: now)
                }
                return .found(known, invitation: given)
            }
            if let invitedBefore {
                guard let again = try inviteAgain(invitedBefore.id, as: user, users, invitations, at: now) else {
                    throw AccountsError.emailTaken(field: "email")
                }
                if let event = try again.event(traceparent: traceparent) { try publisher.append([event], to: &locked, in: transaction) }
                let given: GivenLink? =
                    if user.passwordHash == nil {
                        try repeatInvitation(invitationTokens, of: again.after.id, invitations, at: now)
                    } else {
                        nil
                    }
                if again.after != again.before || given?.isNew == true {
                    let after = given.map { again.after.audited(.invitation, until: $0.expiresAt) } ?? again.after.audited
                    try audit.record(.user, before: again.before.audited, after: after, by: actor, at: now)
                }
                return .found(again.after, invitation: given)
            }
            try users.insert(user)
            let expiresAt: Date? =
                if user.passwordHash == nil, let token = invitationTokens.first {
                    try invitations.insert(token, userID: user.id, at: now)
                } else {
                    nil
                }
            try audit.record(
                .user, after: expiresAt.map { user.audited(.invitation, until: $0) } ?? user.audited, by: actor, at: now)
            let event = try NewEvent(
                UserCreated(user: user.account), clientID: user.clientID, key: user.id.uuid, traceparent: traceparent)
            try publisher.append([event], to: &locked, in: transaction)
            return .created(invitationExpiresAt: expiresAt)
        }
        switch creation {
        case .created(let expiresAt):
            return CreatedUser(
                user: user.account, invitationToken: expiresAt == nil ? nil : invitationTokens.first?.text, invitationExpiresAt: expiresAt)
        case .found(let known, let invitation):
            if let password = draft.password, try await !hasher.matches(password, known.passwordHash) {
                throw AccountsError.idReused(field: "id")
            }
            return CreatedUser(user: known.account, invitationToken: invitation?.token.text, invitationExpiresAt: invitation?.expiresAt)
        }
    }

    private struct InvitedAgain {
        let before: UserRecord
        let after: UserRecord

        func event(traceparent: String?) throws -> NewEvent? {
            guard before.account != after.account else { return nil }
            return try NewEvent(UserChanged(user: after.account), clientID: after.clientID, key: after.id.uuid, traceparent: traceparent)
        }
    }

    /// - Returns: nil if the address belongs to somebody who has signed in, or is disabled.
    private func inviteAgain(
        _ id: UserID, as draft: UserRecord, _ users: UserRepository, _ invitations: InvitationRepository, at now: Date
    ) throws -> InvitedAgain? {
        guard let before = try users.lock(id), before.isActive, before.passwordHash == nil, try !invitations.wasReset(id) else {
            return nil
        }
        var after = before
        after.name = draft.name
        after.role = draft.role
        after.passwordHash = draft.passwordHash
        try Self.requireAnAdministrator(besides: before, who: after, users)
        if after != before { try users.update(after, at: now) }
        if after.passwordHash != nil { try invitations.end(all: id, at: now) }
        return InvitedAgain(before: before, after: after)
    }

    /// - Throws: ``AccountsError/lastAdministrator``.
    static func requireAnAdministrator(besides before: UserRecord, who after: UserRecord, _ users: UserRepository) throws {
        guard before.role == .administrator, before.isActive, after.role != .administrator || !after.isActive else { return }
        // An administrator who can sign in is not replaced by one who never has.
        let others = try users.countOtherAdministrators(than: before.id, withPassword: before.passwordHash != nil)
        guard others > 0 else { throw AccountsError.lastAdministrator }
    }

    /// The link that was given out; a fresh one if it cannot be told again; none if it has ended.
    func repeatInvitation(
        _ tokens: [SecretToken], of userID: UserID, purpose: OneTimeLink.Purpose = .invitation, _ invitations: InvitationRepository,
        at now: Date
    ) throws -> GivenLink? {
        for token in tokens {
            guard let found = try invitations.find(token) else { continue }
            let isOpen = found.acceptedAt == nil && now < found.expiresAt
            return isOpen ? GivenLink(token: token, expiresAt: found.expiresAt, isNew: false) : nil
        }
        guard let token = tokens.first else { return nil }
        let expiresAt = try invitations.insert(token, userID: userID, purpose: purpose, at: now)
        return GivenLink(token: token, expiresAt: expiresAt, isNew: true)
    }

    /// What is given changes; nothing is said if nothing did. Disabling ends every sign-in, another role every token.
    /// - Parameter actor: who orders it; nil: the operator.
    /// - Throws: ``AccountsError/userNotFound(id:)``, ``AccountsError/ownAccount(field:)``, ``AccountsError/lastAdministrator``; ``BusError``.
    package func change(
        _ id: UserID, of clientID: TenantID, by actor: Actor? = nil, name: String?, role: Role?, disabled: Bool?, traceparent: String? = nil
    ) async throws -> UserAccount {
        let name: String? = if let name { try FieldRules.name(name) } else { nil }
        let role: Role? = if let role { try FieldRules.role(role) } else { nil }
        let (publisher, now) = (publisher, Timestamp.rounded(now()))
        return try await database.transaction(.tenant(clientID)) { transaction in
            var locked = try publisher.lock([id.uuid], in: transaction)
            try ClientRepository(transaction: transaction).lockAdministration(of: clientID)
            // Behind the lock: of two administrators who disable each other, the second is none any more.
            try actor?.check(in: transaction)
            let users = UserRepository(transaction: transaction, clientID: clientID)
            guard let before = try users.lock(id) else { throw AccountsError.userNotFound(id: id) }
            var user = before
            user.name = name ?? user.name
            user.role = role ?? user.role
            if let disabled, disabled == user.isActive { user.disabledAt = disabled ? now : nil }
            guard user != before else { return user.account }
            if let actor, actor.principal.subject == id {
                if user.role != before.role { throw AccountsError.ownAccount(field: "role") }
                if user.isActive != before.isActive { throw AccountsError.ownAccount(field: "disabled") }
            }
            try Self.requireAnAdministrator(besides: before, who: user, users)
            let ended = user.role != before.role || !user.isActive ? user.endTokens() : nil
            try users.update(user, at: now)
            try SettingsAuditRepository(transaction: transaction, clientID: clientID).record(
                .user, before: before.audited, after: user.audited, by: actor, at: now)
            if !user.isActive {
                try SignInRepository(transaction: transaction, clientID: clientID).revokeAll(of: id, at: now)
            }
            var events = [try NewEvent(UserChanged(user: user.account), clientID: clientID, key: id.uuid, traceparent: traceparent)]
            if let ended { events.append(try NewEvent(ended, clientID: clientID, traceparent: traceparent)) }
            try publisher.append(events, to: &locked, in: transaction)
            return user.account
        }
    }
}
