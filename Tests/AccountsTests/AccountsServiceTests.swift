import AccountsService
import Bus
import Contracts
import Crypto
import CryptoExtras
import EventLog
import Foundation
import ServiceKit
import Storage
import Synchronization
import TestSupport
import Testing

@Suite struct `The accounts service` {
    let test: TestDatabase
    let keyFile: String
    let network = InMemoryNetwork()

    init() async throws {
        test = try await TestDatabase.make([.accounts: AccountsService.migrations, .router: nil])
        keyFile = FileManager.default.temporaryDirectory.appending(path: "accounts-\(UUID().uuidString).pem").path
        try Curve25519.Signing.PrivateKey().pemRepresentation.write(toFile: keyFile, atomically: true, encoding: .utf8)
    }

    private func makeService(url: String? = nil) async throws -> AccountsService {
        var database = DatabaseConfiguration(url: url ?? test.url(of: .accounts), poolSize: 2)
        database.waitMax = .seconds(5)
        var configuration = AccountsConfiguration(signingKeyFile: keyFile)
        configuration.passwordParameters = AccountsUnderTest.cheap
        return try await AccountsService(
            configuration: configuration,
            backbone: ServiceBackbone(
                service: .accounts, database: Database(database, logger: .tests), bus: network.bus(for: .accounts), logger: .tests))
    }

    private func administration() throws -> AccountsAdministration {
        try AccountsAdministration(
            database: test.database(.accounts, poolSize: 1), logger: .tests, passwordParameters: AccountsUnderTest.cheap)
    }

    @Test func `answers on the bus and says each user once to whoever follows its log, the command line's too`() async throws {
        let heard = Mutex<[String]>([])
        let routerBus = network.bus(for: .router)
        let router = EventConsumer(
            stream: .accounts, consumer: .router, database: test.database(.router, poolSize: 2), bus: routerBus, logger: .tests
        ) { events, _ in
            for event in events {
                if let created = try event.decode(UserCreated.self) { heard.withLock { $0.append("made \(created.user.name)") } }
                if let changed = try event.decode(UserChanged.self) { heard.withLock { $0.append("changed \(changed.user.name)") } }
            }
        }
        let service = try await makeService()
        try await withServices(service.parts + [routerBus, router]) {
            // Said by nobody's bus: only the log has it.
            let commandLine = try administration()
            let tenant = try await commandLine.createTenant(name: "Acme", slug: "acme")
            let ana = try await commandLine.createUser(
                tenant: tenant.id, email: "ana@acme.example", name: "Ana", role: .administrator, password: AccountsUnderTest.password
            ).user
            let pair: TokenPair = try await routerBus.request(
                SignIn(email: "ana@acme.example", password: AccountsUnderTest.password, address: "192.0.2.1"), clientID: nil)
            #expect(!pair.accessToken.isEmpty)
            let principal = Principal(clientID: tenant.id, subject: ana.id, role: .administrator, name: "Ana")
            let order = CreateUser(principal: principal, id: .new(), email: "bruno@acme.example", name: "Bruno", role: .agent)
            for _ in 1...3 { _ = try await routerBus.request(order, clientID: tenant.id) }
            _ = try await routerBus.request(UpdateUser(principal: principal, id: order.id, role: .supervisor), clientID: tenant.id)
            try await eventually("router heard of all") { heard.withLock { $0.contains("made Ana") && $0.contains("changed Bruno") } }
        }
        #expect(heard.withLock { $0.sorted() } == ["changed Bruno", "made Ana", "made Bruno"])
    }

    @Test func `without its database asks to be asked again, and starts all the same`() async throws {
        let nowhere = DatabaseURL.replacing(in: test.url(of: .accounts), database: "nosuch_\(test.name)")
        let service = try await makeService(url: nowhere)
        let gateway = network.bus(for: .gateway)
        try await withServices(service.parts + [gateway]) {
            let error = await #expect(throws: BusError.self) {
                try await gateway.request(
                    SignIn(email: "ana@acme.example", password: "x", address: "192.0.2.1"), clientID: nil, budget: .seconds(1))
            }
            #expect(error.map(isTrouble) == true, "\(String(describing: error))")
        }
    }

    /// What the gateway answers with 503.
    private func isTrouble(_ error: BusError) -> Bool {
        switch error {
        case .unavailable, .overloaded, .deadlineExceeded, .replicasLost: true
        case .refused, .malformed, .unknownSubject, .internal, .cancelled: false
        }
    }

    @Test func `does not start with a key file that cannot be used`() async throws {
        try "nothing".write(toFile: keyFile, atomically: true, encoding: .utf8)
        await #expect(throws: SigningKeys.Trouble.noKey) { try await makeService() }
    }
}
