import Contracts
import HTTPTypes

/// What each caller may ask of one gateway replica. Contracts §9.
package struct RequestLimits: Sendable {
    let addresses: TokenBuckets<String>
    let visitors: TokenBuckets<Identifier<User>>
    /// Of a company's people and keys.
    let tenants: TokenBuckets<TenantID>
    /// Of a company's visitors, all together: a crowd on the website, or a flood, leaves its people their half.
    let tenantVisitors: TokenBuckets<TenantID>
    /// Per address and e-mail.
    let signIns: TokenBuckets<String>
    let newcomers: NewcomerLimits

    package init(
        address: BucketPolicy = BucketPolicy("address", rate: 200, burst: 1000),
        visitor: BucketPolicy = BucketPolicy("visitor", rate: 10, burst: 30),
        tenant: BucketPolicy = BucketPolicy("tenant", rate: 5000, burst: 5000),
        signIn: BucketPolicy = BucketPolicy("sign-in", rate: 10.0 / 60, burst: 10),
        newcomers: NewcomerLimits.Policies = NewcomerLimits.Policies()
    ) {
        addresses = TokenBuckets(address)
        visitors = TokenBuckets(visitor)
        tenants = TokenBuckets(Self.share("tenant", of: tenant))
        tenantVisitors = TokenBuckets(Self.share("tenant-visitors", of: tenant))
        signIns = TokenBuckets(signIn)
        self.newcomers = NewcomerLimits(newcomers)
    }

    /// - Returns: fields for the response, of the narrowest limit that applies. Source: draft-ietf-httpapi-ratelimit-headers.
    /// - Throws: 429 with Retry-After.
    func admit(_ principal: Principal) throws -> HTTPFields {
        if principal.role == .customer {
            let taken = visitors.take(principal.subject)
            let fields = Self.fields(visitors.policy, taken.remaining)
            if let wait = taken.wait { throw Self.refused(wait, fields) }
            if let wait = tenantVisitors.take(principal.clientID).wait { throw Self.refused(wait, fields) }
            return fields
        }
        let taken = tenants.take(principal.clientID)
        let fields = Self.fields(tenants.policy, taken.remaining)
        if let wait = taken.wait { throw Self.refused(wait, fields) }
        return fields
    }

    func admit(address: String) throws -> HTTPFields {
        let taken = addresses.take(AddressGroup.of(address))
        let fields = Self.fields(addresses.policy, taken.remaining)
        if let wait = taken.wait { throw Self.refused(wait, fields) }
        return fields
    }

    /// - Returns: fields for the response.
    /// - Throws: 429 with Retry-After.
    static func take<Key>(_ key: Key, of buckets: TokenBuckets<Key>) throws -> HTTPFields {
        let taken = buckets.take(key)
        let fields = fields(buckets.policy, taken.remaining)
        if let wait = taken.wait { throw refused(wait, fields) }
        return fields
    }

    /// The first look, which costs nothing. accounts counts for all gateways, and tells known browsers apart.
    func admitSignIn(address: String, email: String) throws {
        let taken = signIns.take("\(AddressGroup.of(address)) \(email.lowercased())")
        if let wait = taken.wait { throw Self.refused(wait, Self.fields(signIns.policy, taken.remaining)) }
    }

    private static func share(_ name: String, of policy: BucketPolicy) -> BucketPolicy {
        BucketPolicy(name, rate: policy.rate / 2, burst: max(1, policy.burst / 2))
    }

    private static func refused(_ wait: Duration, _ fields: HTTPFields) -> Problem {
        var problem = Problem.tooManyRequests(wait)
        for field in fields { problem.headers[field.name] = field.value }
        return problem
    }

    private static func fields(_ policy: BucketPolicy, _ remaining: Int) -> HTTPFields {
        let window = max(1, Int((policy.burst / policy.rate).rounded(.up)))
        return [
            .rateLimitPolicy: "\"\(policy.name)\";q=\(Int(policy.burst));w=\(window)",
            .rateLimit: "\"\(policy.name)\";r=\(max(0, remaining))",
        ]
    }
}

extension HTTPField.Name {
    static let rateLimit = HTTPField.Name("RateLimit")!
    static let rateLimitPolicy = HTTPField.Name("RateLimit-Policy")!
}
