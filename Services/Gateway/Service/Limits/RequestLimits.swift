import Contracts
import HTTPTypes

/// What each caller may ask of one gateway replica. Contracts §9.
package struct RequestLimits: Sendable {
    let addresses: TokenBuckets<String>
    let visitors: TokenBuckets<Identifier<User>>
    let tenants: TokenBuckets<TenantID>
    /// Per address and e-mail.
    let signIns: TokenBuckets<String>

    package init(
        address: BucketPolicy = BucketPolicy("address", rate: 200, burst: 1000),
        visitor: BucketPolicy = BucketPolicy("visitor", rate: 10, burst: 30),
        tenant: BucketPolicy = BucketPolicy("tenant", rate: 5000, burst: 5000),
        signIn: BucketPolicy = BucketPolicy("sign-in", rate: 10.0 / 60, burst: 10)
    ) {
        addresses = TokenBuckets(address)
        visitors = TokenBuckets(visitor)
        tenants = TokenBuckets(tenant)
        signIns = TokenBuckets(signIn)
    }

    /// - Returns: fields for the response, of the narrowest limit that applies. Source: draft-ietf-httpapi-ratelimit-headers.
    /// - Throws: 429 with Retry-After.
    func admit(_ principal: Principal) throws -> HTTPFields {
        if principal.role == .customer {
            let taken = visitors.take(principal.subject)
            let fields = Self.fields(visitors.policy, taken.remaining)
            if let wait = taken.wait { throw Self.refused(wait, fields) }
            if let wait = tenants.take(principal.clientID).wait { throw Self.refused(wait, fields) }
            return fields
        }
        let taken = tenants.take(principal.clientID)
        let fields = Self.fields(tenants.policy, taken.remaining)
        if let wait = taken.wait { throw Self.refused(wait, fields) }
        return fields
    }

    func admit(address: String) throws -> HTTPFields {
        let taken = addresses.take(address)
        let fields = Self.fields(addresses.policy, taken.remaining)
        if let wait = taken.wait { throw Self.refused(wait, fields) }
        return fields
    }

    func admitSignIn(address: String, email: String) throws {
        let taken = signIns.take("\(address) \(email.lowercased())")
        if let wait = taken.wait { throw Self.refused(wait, Self.fields(signIns.policy, taken.remaining)) }
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
