import Bus
import Contracts
import EventLog
import Foundation
import Logging
import Storage

/// What the operator does from the command line, without a bus: the events go into the log, and their consumers find them there by
/// the running service's beacons.
///
/// Ids are the caller's, so that an interrupted command can be repeated: the same id with the same content is the same thing.
package struct AccountsAdministration: Sendable {
    private let database: Database
    private let users: UserRegistry
    private let sites: SiteRegistry
    private let access: AccessRegistry
    private let now: @Sendable () -> Date

    /// - Parameter database: signed in as `switchboard_accounts`.
    package init(
        database: Database, logger: Logger, passwordParameters: PasswordHash.Parameters = .standard,
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        self.database = database
        self.now = now
        let publisher = EventPublisher(stream: .accounts, database: database, bus: SilentBus(), logger: logger)
        users = UserRegistry(
            database: self.database, publisher: publisher, hasher: try PasswordHasher(parameters: passwordParameters), now: now)
        access = AccessRegistry(database: database, publisher: publisher, now: now)
        sites = SiteRegistry(database: self.database, now: now)
    }

    /// - Throws: ``AccountsError/slugTaken(field:)`` if another tenant has it; ``AccountsError/fieldInvalid(field:detail:)``.
    package func createTenant(name: String, slug: String, id: TenantID = .new()) async throws -> TenantSummary {
        let tenant = TenantSummary(id: id, slug: try FieldRules.slug(slug), name: try FieldRules.name(name))
        let now = Timestamp.rounded(now())
        return try await database.transaction(.tenant(id)) { transaction in
            let clients = ClientRepository(transaction: transaction)
            if let known = try clients.find(id) {
                guard known == tenant else { throw AccountsError.idReused(field: "id") }
                return known
            }
            try clients.insert(tenant, at: now)
            return tenant
        }
    }

    package func findTenant(slug: String) async throws -> TenantSummary? {
        guard FieldRules.isSlug(slug) else { return nil }
        return try await database.transaction(.none) { transaction in
            let clients = ClientRepository(transaction: transaction)
            guard let id = try clients.client(ofSlug: slug) else { return nil }
            try clients.enter(id)
            return try clients.find(id)
        }
    }

    /// - Parameter password: nil for an invitation, whose token stands in the answer.
    /// - Throws: ``AccountsError/emailTaken(field:)``; ``AccountsError`` that names the field.
    package func createUser(
        tenant: TenantID, email: String, name: String, role: Role, password: String?, id: UserID = .new()
    ) async throws -> CreatedUser {
        let draft = try UserRegistry.Draft(clientID: tenant, id: id, email: email, name: name, role: role, password: password)
        return try await users.create(draft, invitationTokens: [.random()])
    }

    /// By e-mail; at most ``Page/limitMax``.
    package func users(tenant: TenantID, after email: String? = nil) async throws -> (users: [UserAccount], hasMore: Bool) {
        let now = now()
        return try await database.transaction(.tenant(tenant)) { transaction in
            let repository = UserRepository(transaction: transaction, clientID: tenant)
            let users = try repository.list(after: email, limit: Page<UserAccount>.limitMax)
            let access = try repository.access(of: users.records.map(\.id), at: now)
            return (users.records.map { $0.account(access[$0.id]) }, users.hasMore)
        }
    }

    package func resendInvitation(tenant: TenantID, user: UserID) async throws -> OneTimeLink {
        try await users.resendInvitation(to: user, of: tenant, tokens: [.random()])
    }

    package func resetPassword(tenant: TenantID, user: UserID) async throws -> OneTimeLink {
        try await users.resetPassword(of: user, of: tenant, tokens: [.random()])
    }

    /// What is given changes.
    package func changeUser(tenant: TenantID, user: UserID, role: Role? = nil, disabled: Bool? = nil) async throws -> UserAccount {
        try await users.change(user, of: tenant, name: nil, role: role, disabled: disabled)
    }

    /// Where somebody is signed in; the one used last first.
    package func signIns(tenant: TenantID, user: UserID) async throws -> [SignInSummary] {
        let now = now()
        return try await database.transaction(.tenant(tenant)) { transaction in
            try SignInRepository(transaction: transaction, clientID: tenant).list(of: user, at: now, limit: Page<SignInSummary>.limitMax)
        }
    }

    package func endSignIns(tenant: TenantID, user: UserID, only one: SignInID? = nil) async throws {
        try await access.endSignIns(of: user, of: tenant, only: one)
    }

    package func findUser(tenant: TenantID, email: String) async throws -> UserAccount? {
        let email = try EmailAddress(email).text
        return try await database.transaction(.tenant(tenant)) { transaction in
            try UserRepository(transaction: transaction, clientID: tenant).find(email: email)?.account
        }
    }

    /// - Parameter allowedOrigins: like `https://www.example.com`; the widget works on these sites only.
    package func createSite(
        tenant: TenantID, name: String, allowedOrigins: [String], theme: [String: JSONValue] = [:], greeting: String = "",
        id: SiteID = .new()
    ) async throws -> Website {
        try await sites.create(id, of: tenant, name: name, allowedOrigins: allowedOrigins, theme: theme, greeting: greeting)
    }

    /// What is given changes.
    package func changeSite(
        tenant: TenantID, id: SiteID, name: String? = nil, allowedOrigins: [String]? = nil, theme: [String: JSONValue]? = nil,
        greeting: String? = nil
    ) async throws -> Website {
        try await sites.change(id, of: tenant, name: name, allowedOrigins: allowedOrigins, theme: theme, greeting: greeting)
    }

    /// The oldest first; at most ``Page/limitMax``.
    package func sites(tenant: TenantID) async throws -> [Website] {
        try await database.transaction(.tenant(tenant)) { transaction in
            try SiteRepository(transaction: transaction, clientID: tenant).list(after: nil, limit: Page<Website>.limitMax).records.map(
                \.website)
        }
    }
}
