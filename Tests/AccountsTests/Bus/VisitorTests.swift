import AccountsService
import Bus
import Contracts
import Crypto
import Foundation
import JWTKit
import Testing
import Tokens

@Suite struct `A visitor` {
    let accounts: AccountsUnderTest
    let site: Website
    let secret: String

    init() async throws {
        accounts = try await AccountsUnderTest()
        site = try await accounts.administration.createSite(
            tenant: accounts.tenant.id, name: "Shop", allowedOrigins: ["https://shop.example"])
        secret = try await accounts.ask(RotateIdentitySecret(principal: accounts.administrator, id: site.id)).secret
    }

    private func visit(
        token: String? = nil, identity: VisitorIdentity? = nil, origin: String? = nil, of requests: RequestRouter? = nil
    ) async throws -> VisitorToken {
        try await accounts.ask(
            IssueVisitorToken(site: site.siteKey, token: token, identity: identity, origin: origin), of: requests)
    }

    private func identity(_ userID: String, secret: String? = nil) -> VisitorIdentity {
        VisitorIdentity(userID: userID, userHash: SiteIdentity.hash(of: userID, secret: secret ?? self.secret))
    }

    /// As a website's own program signs it.
    private func signed(
        _ claims: [String: JSONValue], secret: String? = nil
    ) async throws -> VisitorIdentity {
        let keys = await JWTKeyCollection().add(hmac: HMACKey(from: secret ?? self.secret), digestAlgorithm: .sha256)
        return VisitorIdentity(jwt: try await keys.sign(FreeClaims(claims: claims)))
    }

    private var soon: JSONValue { .integer(Int64(accounts.clock.now.timeIntervalSince1970) + 60) }

    @Test func `gets a token that says it is a customer`() async throws {
        let visitor = try await visit()
        #expect(visitor.clientID == accounts.tenant.id && visitor.site == site.with(identitySecretsSet: 1))
        #expect(visitor.expiresIn == 30 * 86_400)
        let claims = try TokenVerifier.claims(
            of: visitor.token, keys: accounts.keys.verification, policy: TokenPolicy(algorithms: ["EdDSA"], audience: "widget"),
            now: accounts.clock.now)
        #expect(claims["role"] == "customer" && claims["sub"]?.string == visitor.customerID.description)
        #expect(claims["client_id"]?.string == accounts.tenant.id.description)
        #expect(try await visit().customerID != visitor.customerID)
    }

    @Test func `whose token was signed by a replica with a clock ahead stays the same`() async throws {
        accounts.clock.advance(by: 3)
        let first = try await visit()
        accounts.clock.advance(by: -3)
        let again = try await visit(token: first.token)
        #expect(again.token == first.token && again.customerID == first.customerID)
    }

    @Test func `who returns stays the same, with a new token after a day`() async throws {
        let first = try await visit()
        accounts.clock.advance(by: 86_400)
        let same = try await visit(token: first.token)
        #expect(same.token == first.token && same.customerID == first.customerID && same.expiresIn == 29 * 86_400)
        accounts.clock.advance(by: 1)
        let renewed = try await visit(token: first.token)
        #expect(renewed.token != first.token && renewed.customerID == first.customerID && renewed.expiresIn == 30 * 86_400)
    }

    @Test func `who returns after a month is somebody new`() async throws {
        let first = try await visit()
        accounts.clock.advance(by: 30 * 86_400)
        #expect(try await visit(token: first.token).customerID != first.customerID)
    }

    @Test func `with a token that is not ours is refused`() async throws {
        let visitor = try await visit()
        let parts = visitor.token.split(separator: ".").map(String.init)
        let other = try await accounts.administration.createTenant(name: "Other", slug: "other")
        let otherSite = try await accounts.administration.createSite(tenant: other.id, name: "Other", allowedOrigins: [])
        let foreign = try await accounts.ask(IssueVisitorToken(site: otherSite.siteKey)).token
        // Another installation: other key and other id.
        let stranger = try await AccountsUnderTest()
        let strangers = try await stranger.administration.createSite(tenant: stranger.tenant.id, name: "Shop", allowedOrigins: [])
        let strange = try await stranger.ask(IssueVisitorToken(site: strangers.siteKey)).token
        // Another installation that has our key.
        let twin = try await AccountsUnderTest(keys: accounts.keys)
        let twins = try await twin.administration.createSite(tenant: twin.tenant.id, name: "Shop", allowedOrigins: [])
        let twinned = try await twin.ask(IssueVisitorToken(site: twins.siteKey)).token
        let unsigned = Base64URL.encode(Array(#"{"alg":"none","typ":"JWT"}"#.utf8)) + ".\(parts[1])."
        let other256 = Base64URL.encode(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8)) + ".\(parts[1]).\(parts[2])"
        let access = try await accounts.signIn().accessToken
        for token in [
            "", "x", unsigned, other256, foreign, strange, twinned, access, parts[0] + "." + parts[1] + ".AAAA", visitor.token + "A",
        ] {
            await #expect(throws: AccountsError.tokenInvalid) { try await visit(token: token) }
        }
        _ = try await visit(token: visitor.token)
    }

    @Test func `known by an older signing key stays known`() async throws {
        let (old, new) = (Curve25519.Signing.PrivateKey(), Curve25519.Signing.PrivateKey())
        let accounts = try await AccountsUnderTest(keys: SigningKeys(secrets: [old]))
        let site = try await accounts.administration.createSite(tenant: accounts.tenant.id, name: "Shop", allowedOrigins: [])
        let first = try await accounts.ask(IssueVisitorToken(site: site.siteKey))
        let replica = try accounts.replica(keys: await SigningKeys(secrets: [new, old]))
        accounts.clock.advance(by: 2 * 86_400)
        let renewed = try await accounts.ask(IssueVisitorToken(site: site.siteKey, token: first.token), of: replica)
        #expect(renewed.customerID == first.customerID && renewed.token != first.token)
        #expect(try await accounts.ask(GetSigningKeys(), of: replica).keys.count == 2)
        let without = try accounts.replica(keys: await SigningKeys(secrets: [new]))
        await #expect(throws: AccountsError.tokenInvalid) {
            try await accounts.ask(IssueVisitorToken(site: site.siteKey, token: first.token), of: without)
        }
    }

    @Test func `comes from an allowed origin`() async throws {
        for origin in ["https://shop.example", "HTTPS://SHOP.example:443"] { _ = try await visit(origin: origin) }
        for origin in ["http://shop.example", "https://shop.example:8443", "https://evil.example", "null", ""] {
            await #expect(throws: AccountsError.originNotAllowed(origin: origin)) { try await visit(origin: origin) }
        }
        await #expect(throws: AccountsError.siteNotFound) { try await accounts.ask(IssueVisitorToken(site: "site_nosuch")) }
    }

    @Test func `whom the site vouches for is the same customer everywhere in the company`() async throws {
        let ana = try await visit(identity: identity("cust_77"))
        #expect(ana.customerID == SiteIdentity.customerID(of: "cust_77", clientID: accounts.tenant.id))
        #expect(try await visit(identity: identity("cust_77")).customerID == ana.customerID)
        #expect(try await visit(identity: identity("cust_78")).customerID != ana.customerID)
        let anonymous = try await visit()
        #expect(try await visit(token: anonymous.token, identity: identity("cust_77")).customerID == ana.customerID)
        #expect(try await visit(token: ana.token, identity: identity("cust_77")).token == ana.token)
        #expect(try await visit(identity: signed(["sub": "cust_77", "exp": soon])).customerID == ana.customerID)
        let other = try await accounts.administration.createTenant(name: "Other", slug: "other")
        #expect(SiteIdentity.customerID(of: "cust_77", clientID: other.id) != ana.customerID)
    }

    @Test func `whom the site does not vouch for is refused`() async throws {
        let hash = SiteIdentity.hash(of: "cust_77", secret: secret)
        for identity in [
            identity("cust_77", secret: "another secret, as long as any of ours is"), VisitorIdentity(userID: "cust_78", userHash: hash),
            VisitorIdentity(userID: "cust_77", userHash: ""), VisitorIdentity(userID: "cust_77", userHash: hash.uppercased()),
            try await signed(["sub": "cust_77", "exp": soon], secret: "another secret, as long as any of ours is"),
            try await signed(["sub": "cust_77"]),
            try await signed(["exp": soon]), try await signed(["sub": 77, "exp": soon]),
            try await signed(["sub": "cust_77", "exp": .integer(Int64(accounts.clock.now.timeIntervalSince1970) - 61)]),
            VisitorIdentity(jwt: try await visit().token), VisitorIdentity(jwt: "x"),
        ] {
            await #expect(throws: AccountsError.tokenInvalid) { try await visit(identity: identity) }
        }
        for identity in [
            VisitorIdentity(), VisitorIdentity(userID: "cust_77"), VisitorIdentity(userHash: hash),
            VisitorIdentity(userID: "cust_77", userHash: hash, jwt: "x"),
        ] {
            await #expect(
                throws: AccountsError.fieldInvalid(field: "identity", detail: "must have either user_id and user_hash, or jwt")
            ) { try await visit(identity: identity) }
        }
        let plain = try await accounts.administration.createSite(tenant: accounts.tenant.id, name: "Plain", allowedOrigins: [])
        await #expect(throws: AccountsError.tokenInvalid) {
            try await accounts.ask(IssueVisitorToken(site: plain.siteKey, identity: identity("cust_77", secret: "")))
        }
    }

    @Test func `has the addresses that the site signed and did not call unverified`() async throws {
        func addresses(_ claims: [String: JSONValue]) async throws -> [String?] {
            let visitor = try await visit(identity: signed(["sub": "cust_77", "exp": soon].merging(claims) { _, new in new }))
            return [visitor.verifiedEmail, visitor.verifiedPhone]
        }
        let both: [String: JSONValue] = ["email": "ana@example.com", "phone_number": "+4790000000"]
        #expect(try await addresses(both) == ["ana@example.com", "+4790000000"])
        #expect(try await addresses(both.merging(["email_verified": true]) { $1 }) == ["ana@example.com", "+4790000000"])
        #expect(try await addresses(both.merging(["email_verified": false]) { $1 }) == [nil, "+4790000000"])
        #expect(try await addresses(["email": ["ana@example.com"], "phone_number": ""]) == [nil, nil])
        // A hash vouches for the id alone, and nobody for a visitor without identity.
        #expect(try await visit(identity: identity("cust_77")).verifiedEmail == nil)
        #expect(try await visit().verifiedEmail == nil)
    }

    @Test func `has the name that the site signed`() async throws {
        let visitor = try await visit(identity: signed(["sub": "cust_77", "exp": soon, "name": " Ana Costa "]))
        let claims = try TokenVerifier.claims(
            of: visitor.token, keys: accounts.keys.verification, policy: TokenPolicy(algorithms: ["EdDSA"]), now: accounts.clock.now)
        #expect(claims["name"] == "Ana Costa")
    }
}

private struct FreeClaims: JWTPayload {
    let claims: [String: JSONValue]

    init(claims: [String: JSONValue]) { self.claims = claims }
    init(from decoder: any Decoder) throws { claims = try decoder.singleValueContainer().decode([String: JSONValue].self) }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(claims)
    }
    func verify(using algorithm: some JWTAlgorithm) {}
}

extension Website {
    fileprivate func with(identitySecretsSet count: Int) -> Website {
        Website(
            id: id, siteKey: siteKey, name: name, allowedOrigins: allowedOrigins, theme: theme, greeting: greeting,
            identitySecretsSet: count, createdAt: createdAt)
    }
}
