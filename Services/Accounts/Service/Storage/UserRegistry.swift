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

    private enum Creation: Sendable {
        case created(invitationExpiresAt: Date?)
        case found(UserRecord, invitation: (token: SecretToken, expiresAt: Date)?)
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

    /// The same id with the same content is the same user, answered alike.
    /// - Parameter invitationTokens: the first is given out if there is no password; the others are what an earlier attempt may
    ///   have given out.
    /// - Throws: ``AccountsError/idReused(field:)``, ``AccountsError/emailTaken(field:)``; ``BusError``.
    package func create(_ draft: Draft, invitationTokens: [SecretToken], traceparent: String? = nil) async throws -> CreatedUser {
        let now = Timestamp.rounded(now())
        let passwordHash: String? = if let password = draft.password { try await hasher.hash(password) } else { nil }
        let user = UserRecord(
            clientID: draft.clientID, id: draft.id, email: draft.email.text, name: draft.name, role: draft.role,
            passwordHash: passwordHash, creationDigest: draft.digest, createdAt: now)
        let publisher = publisher
        let creation = try await database.transaction(.tenant(draft.clientID)) { transaction -> Creation in
            // Orders for one id wait for each other here.
            var locked = try publisher.lock([user.id.uuid], in: transaction)
            let users = UserRepository(transaction: transaction, clientID: user.clientID)
            let invitations = InvitationRepository(transaction: transaction, clientID: user.clientID)
            if let known = try users.find(user.id) {
                guard known.creationDigest == user.creationDigest else { throw AccountsError.idReused(field: "id") }
                guard known.passwordHash == nil else { return .found(known, invitation: nil) }
                return .found(known, invitation: try repeatInvitation(invitationTokens, of: user.id, invitations, at: now))
            }
            try users.insert(user)
            let expiresAt: Date? =
                if user.passwordHash == nil, let token = invitationTokens.first {
                    try invitations.insert(token, userID: user.id, at: now)
                } else {
                    nil
                }
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

    /// The link that was given out; a fresh one if it cannot be told again; none if it has ended.
    private func repeatInvitation(
        _ tokens: [SecretToken], of userID: UserID, _ invitations: InvitationRepository, at now: Date
    ) throws -> (token: SecretToken, expiresAt: Date)? {
        for token in tokens {
            guard let found = try invitations.find(token) else { continue }
            return found.acceptedAt == nil && now < found.expiresAt ? (token, found.expiresAt) : nil
        }
        guard let token = tokens.first else { return nil }
        return (token, try invitations.insert(token, userID: userID, at: now))
    }

    /// What is given changes; nothing is said if nothing did. Disabling ends every sign-in.
    /// - Throws: ``AccountsError/userNotFound(id:)``, ``AccountsError/lastAdministrator``; ``BusError``.
    package func change(
        _ id: UserID, of clientID: TenantID, name: String?, role: Role?, disabled: Bool?, traceparent: String? = nil
    ) async throws -> UserAccount {
        let name: String? = if let name { try FieldRules.name(name) } else { nil }
        let role: Role? = if let role { try FieldRules.role(role) } else { nil }
        let (publisher, now) = (publisher, Timestamp.rounded(now()))
        return try await database.transaction(.tenant(clientID)) { transaction in
            var locked = try publisher.lock([id.uuid], in: transaction)
            try ClientRepository(transaction: transaction).lockAdministration(of: clientID)
            let users = UserRepository(transaction: transaction, clientID: clientID)
            guard let before = try users.lock(id) else { throw AccountsError.userNotFound(id: id) }
            var user = before
            user.name = name ?? user.name
            user.role = role ?? user.role
            if let disabled, disabled == user.isActive { user.disabledAt = disabled ? now : nil }
            guard user != before else { return user.account }
            if before.role == .administrator, before.isActive, user.role != .administrator || !user.isActive {
                // An administrator who can sign in is not replaced by one who never has.
                let others = try users.countOtherAdministrators(than: id, withPassword: before.passwordHash != nil)
                guard others > 0 else { throw AccountsError.lastAdministrator }
            }
            try users.update(user, at: now)
            if !user.isActive {
                try SignInRepository(transaction: transaction, clientID: clientID).revokeAll(of: id, at: now)
            }
            let event = try NewEvent(UserChanged(user: user.account), clientID: clientID, key: id.uuid, traceparent: traceparent)
            try publisher.append([event], to: &locked, in: transaction)
            return user.account
        }
    }
}
