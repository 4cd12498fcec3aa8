/// A signed token for one visitor.
package struct VisitorToken: Codable, Sendable, Equatable {
    package let token: String
    /// Seconds.
    package let expiresIn: Int
    package let customerID: CustomerID
    package let clientID: TenantID
    package let site: Website
    /// By the company's business hours; nil from an older accounts.
    package let openState: OpenState?
    /// Of a signed identity that has them; not looked at any further.
    package let verifiedEmail: String?
    package let verifiedPhone: String?

    package init(
        token: String, expiresIn: Int, customerID: CustomerID, clientID: TenantID, site: Website, openState: OpenState? = nil,
        verifiedEmail: String? = nil, verifiedPhone: String? = nil
    ) {
        self.token = token
        self.expiresIn = expiresIn
        self.customerID = customerID
        self.clientID = clientID
        self.site = site
        self.openState = openState
        self.verifiedEmail = verifiedEmail
        self.verifiedPhone = verifiedPhone
    }

    private enum CodingKeys: String, CodingKey {
        case token, site
        case expiresIn = "expires_in"
        case customerID = "customer_id"
        case clientID = "client_id"
        case openState = "open_state"
        case verifiedEmail = "verified_email"
        case verifiedPhone = "verified_phone"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(token, forKey: .token)
        try container.encode(expiresIn, forKey: .expiresIn)
        try container.encode(customerID, forKey: .customerID)
        try container.encode(clientID, forKey: .clientID)
        try container.encode(site, forKey: .site)
        try container.encodeIfPresent(openState, forKey: .openState)
        try container.encodeIfPresent(verifiedEmail, forKey: .verifiedEmail)
        try container.encodeIfPresent(verifiedPhone, forKey: .verifiedPhone)
    }
}
