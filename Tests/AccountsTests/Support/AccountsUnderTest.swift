import AccountsService
import Bus
import Contracts
import Crypto
import EventLog
import Foundation
import Storage
import TestSupport

/// Accounts on a database of its own, with a company, its administrator Ana, and a clock that stands still.
struct AccountsUnderTest {
    /// Quick, so that tests measure rules and not scrypt.
    static let cheap = PasswordHash.Parameters(costLog2: 4, blockSize: 8, parallelism: 1)
    static let password = "correct horse battery"

    let testDatabase: TestDatabase
    let database: Database
    let clock: ManualClock
    let keys: SigningKeys
    let administration: AccountsAdministration
    let tenant: TenantSummary
    let ana: UserAccount
    let users: UserRegistry
    let access: AccessRegistry
    private let requests: RequestRouter

    init(keys: SigningKeys? = nil) async throws {
        testDatabase = try await TestDatabase.make([.accounts: AccountsService.migrations])
        let database = testDatabase.database(.accounts, poolSize: 2)
        self.database = database
        let clock = ManualClock()
        self.clock = clock
        self.keys = if let keys { keys } else { try await SigningKeys(secrets: [Curve25519.Signing.PrivateKey()]) }
        administration = try AccountsAdministration(
            database: database, logger: .tests, passwordParameters: Self.cheap, now: { clock.now })
        tenant = try await administration.createTenant(name: "Acme", slug: "acme")
        ana = try await administration.createUser(
            tenant: tenant.id, email: "ana@acme.example", name: "Ana", role: .administrator, password: Self.password
        ).user
        let publisher = EventPublisher(stream: .accounts, database: database, bus: SilentBus(), logger: .tests)
        users = UserRegistry(
            database: database, publisher: publisher, hasher: try PasswordHasher(parameters: Self.cheap), now: { clock.now })
        access = AccessRegistry(database: database, publisher: publisher, now: { clock.now })
        requests = try Self.requests(database, self.keys, clock)
    }

    /// A second replica on the same database, with these keys.
    func replica(keys: SigningKeys) throws -> RequestRouter { try Self.requests(database, keys, clock) }

    private static func requests(_ database: Database, _ keys: SigningKeys, _ clock: ManualClock) throws -> RequestRouter {
        let requests = RequestRouter(logger: .tests)
        AccountsHandlers(
            database: database,
            publisher: EventPublisher(stream: .accounts, database: database, bus: SilentBus(), logger: .tests),
            hasher: try PasswordHasher(parameters: cheap), keys: keys, now: { clock.now }
        ).register(on: requests)
        return requests
    }

    var administrator: Principal { Principal(clientID: tenant.id, subject: ana.id, role: .administrator, name: ana.name) }

    /// Somebody new who really has that role.
    func somebody(_ role: Role, of clientID: TenantID? = nil) async throws -> Principal {
        let id = UserID.new()
        let user = try await administration.createUser(
            tenant: clientID ?? tenant.id, email: "\(id)@acme.example", name: "Somebody", role: role, password: Self.password, id: id
        ).user
        return Principal(clientID: clientID ?? tenant.id, subject: user.id, role: role, name: user.name)
    }

    /// Somebody as a token says, of whom the database knows nothing.
    func principal(_ role: Role) -> Principal { Principal(clientID: tenant.id, subject: .new(), role: role, name: "Somebody") }

    func ask<Request: BusRequest>(
        _ request: Request, clientID: TenantID? = nil, key: RequestKey = .random(), of requests: RequestRouter? = nil
    ) async throws -> Request.Reply {
        let envelope = RequestEnvelope(
            subject: Request.subject, key: key, budget: .seconds(10), clientID: clientID ?? request.asker.tenant, traceparent: nil,
            payload: try JSON.encode(request))
        switch await (requests ?? self.requests).answer(envelope) {
        case .reply(let bytes): return try JSON.decode(Request.Reply.self, from: bytes)
        case .refusal(let refusal): throw Request.Failure(code: refusal.code, details: refusal.details)
        case .failure(let error): throw error
        }
    }

    func signIn(
        _ email: String = "ana@acme.example", _ password: String = Self.password, client: String? = nil, address: String = "192.0.2.1"
    ) async throws -> TokenPair {
        try await ask(SignIn(email: email, password: password, client: client, address: address))
    }

    @discardableResult
    func user(
        _ name: String, role: Role = .agent, password: String? = Self.password, id: UserID = .new()
    ) async throws -> UserAccount {
        try await administration.createUser(
            tenant: tenant.id, email: "\(name.lowercased())@acme.example", name: name, role: role, password: password, id: id
        ).user
    }

    /// The whole log of accounts, oldest first.
    func events() async throws -> [(subject: String, key: UUID, payload: [UInt8])] {
        try await database.query(.none, "SELECT subject, key, payload FROM accounts.outbox ORDER BY occurred_at, part, seq").map {
            (try $0["subject"], try $0["key"], try $0["payload"])
        }
    }

    func count(_ sql: SQL, as scope: Scope) async throws -> Int {
        try await database.query(scope, sql)[0]["count"]
    }
}
