import AccountsService
import Contracts
import Crypto
import Foundation
import Testing

@Suite struct `An API key` {
    let accounts: AccountsUnderTest

    init() async throws { accounts = try await AccountsUnderTest() }

    private func create(_ id: APIKeyID = .new(), name: String = "Webshop") async throws -> CreatedAPIKey {
        try await accounts.ask(CreateAPIKey(principal: accounts.administrator, id: id, name: name))
    }

    private func list() async throws -> [APIKeySummary] {
        try await accounts.ask(ListAPIKeys(principal: accounts.administrator, limit: 200)).items
    }

    @Test func `speaks for its company with the role of a service`() async throws {
        let made = try await create()
        #expect(made.key.hasPrefix("sk_") && made.key.count == 46)
        #expect(made.key.hasPrefix(made.summary.prefix) && made.summary.prefix.count == 11)
        let principal = try await accounts.ask(VerifyAPIKey(key: made.key)).principal
        #expect(
            principal
                == Principal(clientID: accounts.tenant.id, subject: UserID(made.summary.id.uuid), role: .service, name: "Webshop"))
    }

    @Test func `that is not one is refused`() async throws {
        let key = try await create().key
        for wrong in ["", "sk_", String(key.dropLast()), key + "A", "sk_" + String(repeating: "A", count: 43), "sk_nul\0" + key] {
            await #expect(throws: AccountsError.keyInvalid) { try await accounts.ask(VerifyAPIKey(key: wrong)) }
        }
    }

    @Test func `is revoked for ever`() async throws {
        let made = try await create()
        _ = try await accounts.ask(VerifyAPIKey(key: made.key))
        for _ in 1...2 { _ = try await accounts.ask(RevokeAPIKey(principal: accounts.administrator, id: made.summary.id)) }
        await #expect(throws: AccountsError.keyInvalid) { try await accounts.ask(VerifyAPIKey(key: made.key)) }
        #expect(try await list().isEmpty)
        await #expect(throws: AccountsError.idReused(field: "id")) { try await create(made.summary.id) }
        let unknown = APIKeyID.new()
        await #expect(throws: AccountsError.apiKeyNotFound(id: unknown)) {
            try await accounts.ask(RevokeAPIKey(principal: accounts.administrator, id: unknown))
        }
    }

    @Test func `says when it was used, written once a minute at most`() async throws {
        let key = try await create().key
        #expect(try await list()[0].lastUsedAt == nil)
        let first = accounts.clock.now
        _ = try await accounts.ask(VerifyAPIKey(key: key))
        accounts.clock.advance(by: 59)
        _ = try await accounts.ask(VerifyAPIKey(key: key))
        #expect(try await list()[0].lastUsedAt == first)
        accounts.clock.advance(by: 1)
        _ = try await accounts.ask(VerifyAPIKey(key: key))
        #expect(try await list()[0].lastUsedAt == first.addingTimeInterval(60))
    }

    @Test func `may do a part only, as it was made`() async throws {
        let made = try await accounts.ask(
            CreateAPIKey(
                principal: accounts.administrator, id: .new(), name: "Reports", scopes: [.routingRead, .conversationsRead, .routingRead]))
        #expect(made.summary.scopes == [.conversationsRead, .routingRead])
        #expect(try await accounts.ask(VerifyAPIKey(key: made.key)).scopes == [.conversationsRead, .routingRead])
        #expect(try await accounts.ask(VerifyAPIKey(key: try await create().key)).scopes == nil, "without any it may everything")
        for wrong in [[], [KeyScope(rawValue: "users:write")]] {
            await #expect(throws: AccountsError.self) {
                try await accounts.ask(CreateAPIKey(principal: accounts.administrator, id: .new(), name: "Wrong", scopes: wrong))
            }
        }
    }

    @Test func `ends when it was made to`() async throws {
        let end = accounts.clock.now.addingTimeInterval(3600)
        let made = try await accounts.ask(
            CreateAPIKey(principal: accounts.administrator, id: .new(), name: "Import", expiresAt: end))
        #expect(try await accounts.ask(VerifyAPIKey(key: made.key)).expiresAt == end)
        accounts.clock.advance(by: 3600)
        await #expect(throws: AccountsError.keyInvalid) { try await accounts.ask(VerifyAPIKey(key: made.key)) }
        #expect(try await list().map(\.expiresAt) == [end], "it is still shown, so that somebody can see why a program is refused")
        for wrong in [accounts.clock.now, accounts.clock.now.addingTimeInterval(11 * 366 * 86_400)] {
            await #expect(throws: AccountsError.self) {
                try await accounts.ask(CreateAPIKey(principal: accounts.administrator, id: .new(), name: "Wrong", expiresAt: wrong))
            }
        }
    }

    @Test func `is read by an older gateway as the principal it speaks for`() async throws {
        let principal = Principal(clientID: accounts.tenant.id, subject: .new(), role: .service, name: "Webshop")
        let verified = VerifiedKey(principal: principal, scopes: [.conversationsRead], expiresAt: accounts.clock.now)
        #expect(try JSON.decode(Principal.self, from: try JSON.encode(verified)) == principal)
        #expect(try JSON.decode(VerifiedKey.self, from: try JSON.encode(verified)) == verified)
        #expect(try JSON.decode(VerifiedKey.self, from: try JSON.encode(principal)) == VerifiedKey(principal: principal))
    }

    @Test func `whose order is repeated is the same, while nobody used it`() async throws {
        let id = APIKeyID.new()
        let made = try await create(id)
        accounts.clock.advance(by: 5)
        #expect(try await create(id) == made)
        await #expect(throws: AccountsError.idReused(field: "id")) { try await create(id, name: "Another") }
        _ = try await accounts.ask(VerifyAPIKey(key: made.key))
        await #expect(throws: AccountsError.idReused(field: "id")) { try await create(id) }
        let late = APIKeyID.new()
        _ = try await create(late)
        accounts.clock.advance(by: APIKey.repeatSeconds)
        await #expect(throws: AccountsError.idReused(field: "id")) { try await create(late) }
        #expect(try await create().key != made.key)
    }

    @Test func `works, and its order is repeated alike, when the signing key was changed`() async throws {
        let (old, new) = (Curve25519.Signing.PrivateKey(), Curve25519.Signing.PrivateKey())
        let accounts = try await AccountsUnderTest(keys: SigningKeys(secrets: [old]))
        let order = CreateAPIKey(principal: accounts.administrator, id: .new(), name: "Webshop")
        let made = try await accounts.ask(order)
        let replica = try accounts.replica(keys: await SigningKeys(secrets: [new, old]))
        #expect(try await accounts.ask(order, of: replica) == made)
        #expect(try await accounts.ask(VerifyAPIKey(key: made.key), of: replica).principal.role == .service)
    }

    @Test func `does not stand in the database`() async throws {
        let key = try await create().key
        let rows = try await accounts.database.query(
            .tenant(accounts.tenant.id), "SELECT to_jsonb(k)::text AS row FROM accounts.api_keys k")
        #expect(rows.count == 1)
        let text: String = try rows[0]["row"]
        #expect(!text.contains(key) && !text.contains(key.dropFirst(3)))
    }
}
