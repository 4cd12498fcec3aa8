/// Checks e-mail and password.
package struct SignIn: BusRequest, AskedByAnyone, Equatable {
    package typealias Reply = TokenPair
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.sign-in"
    package static let service = ServiceName.accounts
    package static let keepsReply = false
    package let email: String
    package let password: String
    /// The company's slug, where the e-mail is known to several.
    package let client: String?
    /// The caller's address, for the attempt limit; of IPv6 the network that one subscriber has.
    package let address: String
    /// What an earlier sign-in with this browser gave; nil where there was none.
    package let knownBrowser: String?
    /// What the caller's browser or program calls itself, for the list of sign-ins.
    package let userAgent: String?

    package init(
        email: String, password: String, client: String? = nil, address: String, knownBrowser: String? = nil, userAgent: String? = nil
    ) {
        self.email = email
        self.password = password
        self.client = client
        self.address = address
        self.knownBrowser = knownBrowser
        self.userAgent = userAgent
    }

    private enum CodingKeys: String, CodingKey {
        case email, password, client, address
        case knownBrowser = "known_browser"
        case userAgent = "user_agent"
    }
}
