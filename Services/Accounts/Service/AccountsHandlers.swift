import Bus
import Contracts
import EventLog
import Foundation
import Storage

/// Everything accounts answers.
package struct AccountsHandlers: Sendable {
    private let database: Database
    private let hasher: PasswordHasher
    private let tokens: TokenIssuer
    private let users: UserRegistry
    private let sites: SiteRegistry
    private let publisher: EventPublisher
    private let now: @Sendable () -> Date

    /// - Parameter now: the clock that ends tokens and invitations.
    package init(
        database: Database, publisher: EventPublisher, hasher: PasswordHasher, keys: SigningKeys, now: @escaping @Sendable () -> Date
    ) {
        self.database = database
        self.publisher = publisher
        self.hasher = hasher
        self.now = now
        tokens = TokenIssuer(installation: Installation(database: database), keys: keys)
        users = UserRegistry(database: database, publisher: publisher, hasher: hasher, now: now)
        sites = SiteRegistry(database: database, now: now)
    }

    package func register(on requests: RequestRouter) {
        requests.register(SignInHandler(database: database, hasher: hasher, tokens: tokens, now: now))
        requests.register(RefreshTokensHandler(database: database, tokens: tokens, now: now))
        requests.register(SignOutHandler(database: database, now: now))
        requests.register(ChangePasswordHandler(database: database, hasher: hasher, now: now))
        requests.register(AcceptInvitationHandler(database: database, hasher: hasher, now: now))
        requests.register(GetMeHandler(database: database))
        requests.register(GetSigningKeysHandler(tokens: tokens))
        requests.register(CreateUserHandler(users: users, tokens: tokens))
        requests.register(UpdateUserHandler(users: users))
        requests.register(ListUsersHandler(database: database))
        requests.register(CreateAPIKeyHandler(database: database, tokens: tokens, now: now))
        requests.register(ListAPIKeysHandler(database: database))
        requests.register(RevokeAPIKeyHandler(database: database, now: now))
        requests.register(VerifyAPIKeyHandler(database: database, now: now))
        requests.register(SaveSiteHandler(sites: sites))
        requests.register(GetSiteHandler(database: database))
        requests.register(GetSiteByKeyHandler(database: database))
        requests.register(ListSitesHandler(database: database))
        requests.register(RotateIdentitySecretHandler(sites: sites))
        requests.register(GetBusinessRulesHandler(database: database))
        requests.register(SaveBusinessRulesHandler(database: database, publisher: publisher, now: now))
        requests.register(ListSettingsAuditHandler(database: database))
        requests.register(ListSectorsHandler(database: database))
        requests.register(IssueVisitorTokenHandler(database: database, tokens: tokens, now: now))
    }
}
