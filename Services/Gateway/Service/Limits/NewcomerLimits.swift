import Contracts
import HTTPTypes

/// What begins with somebody nobody knows: a visitor that is made, a conversation that a visitor opens. Charged to the address and to the
/// website or its company, never to the visitor: an identity is made anew for nothing, and must not bring a full bucket with it.
package struct NewcomerLimits: Sendable {
    /// The defaults leave room for a company behind one address in the morning, and for a website on its best day; beyond them somebody
    /// makes visitors, not visits.
    package struct Policies: Sendable {
        package var addressVisitors = BucketPolicy("address-visitors", rate: 5, burst: 1000)
        package var addressConversations = BucketPolicy("address-conversations", rate: 1, burst: 200)
        package var siteVisitors = BucketPolicy("site-visitors", rate: 100, burst: 5000)
        package var companyConversations = BucketPolicy("company-conversations", rate: 50, burst: 2000)

        package init() {}
    }

    private let addressVisitors: TokenBuckets<String>
    private let addressConversations: TokenBuckets<String>
    private let siteVisitors: TokenBuckets<String>
    private let companyConversations: TokenBuckets<TenantID>

    package init(_ policies: Policies = Policies()) {
        addressVisitors = TokenBuckets(policies.addressVisitors)
        addressConversations = TokenBuckets(policies.addressConversations)
        siteVisitors = TokenBuckets(policies.siteVisitors)
        companyConversations = TokenBuckets(policies.companyConversations)
    }

    /// - Returns: what is left of the address, for the answer.
    /// - Throws: 429 with Retry-After.
    func admitVisitor(address: String, site: String) throws -> HTTPFields {
        let left = try RequestLimits.take(AddressGroup.of(address), of: addressVisitors)
        _ = try RequestLimits.take(site, of: siteVisitors)
        return left
    }

    /// - Returns: what is left of the address, for the answer.
    /// - Throws: 429 with Retry-After.
    func admitConversation(address: String, of clientID: TenantID) throws -> HTTPFields {
        let left = try RequestLimits.take(AddressGroup.of(address), of: addressConversations)
        _ = try RequestLimits.take(clientID, of: companyConversations)
        return left
    }
}
