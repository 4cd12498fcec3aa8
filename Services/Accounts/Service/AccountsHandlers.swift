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
    private let access: AccessRegistry
    private let publisher: EventPublisher
    private let addressAttempts: AttemptLimit
    private let now: @Sendable () -> Date

    /// - Parameters:
    ///   - addressAttempts: failures to sign in that one address may have.
    ///   - now: the clock that ends tokens and invitations.
    package init(
        database: Database, publisher: EventPublisher, hasher: PasswordHasher, keys: SigningKeys,
        addressAttempts: AttemptLimit = .address, now: @escaping @Sendable () -> Date
    ) {
        self.database = database
        self.publisher = publisher
        self.hasher = hasher
        self.addressAttempts = addressAttempts
        self.now = now
        tokens = TokenIssuer(installation: Installation(database: database), keys: keys)
        users = UserRegistry(database: database, publisher: publisher, hasher: hasher, now: now)
        access = AccessRegistry(database: database, publisher: publisher, now: now)
        sites = SiteRegistry(database: database, now: now)
    }

    package func register(on requests: RequestRouter) {
        requests.register(SignInHandler(database: database, hasher: hasher, tokens: tokens, addressAttempts: addressAttempts, now: now))
        requests.register(RefreshTokensHandler(database: database, access: access, tokens: tokens, now: now))
        requests.register(SignOutHandler(database: database, access: access))
        requests.register(ChangePasswordHandler(database: database, publisher: publisher, hasher: hasher, now: now))
        requests.register(AcceptInvitationHandler(database: database, hasher: hasher, now: now))
        requests.register(GetMeHandler(database: database))
        requests.register(GetSigningKeysHandler(tokens: tokens))
        requests.register(CreateUserHandler(users: users, tokens: tokens))
        requests.register(UpdateUserHandler(users: users))
        requests.register(ResendInvitationHandler(users: users, tokens: tokens))
        requests.register(ResetPasswordHandler(users: users, tokens: tokens))
        requests.register(ListSignInsHandler(database: database, now: now))
        requests.register(EndSignInsHandler(access: access))
        requests.register(ListUsersHandler(database: database, now: now))
        requests.register(CreateAPIKeyHandler(database: database, tokens: tokens, now: now))
        requests.register(ListAPIKeysHandler(database: database))
        requests.register(RevokeAPIKeyHandler(database: database, publisher: publisher, now: now))
        requests.register(ConfirmAccessHandler(database: database))
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
        requests.register(ForgetVisitorHandler(access: access))
        requests.register(IssueVisitorTokenHandler(database: database, tokens: tokens, now: now))
    }
}
