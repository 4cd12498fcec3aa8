/// Checks e-mail and password.
package struct SignIn: BusRequest, Equatable {
    package typealias Reply = TokenPair
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.sign-in"
    package static let service = ServiceName.accounts
    package static let keepsReply = false
    package let email: String
    package let password: String
    /// The company's slug, where the e-mail is known to several.
    package let client: String?
    /// The caller's address, for the attempt limit.
    package let address: String

    package init(email: String, password: String, client: String? = nil, address: String) {
        self.email = email
        self.password = password
        self.client = client
        self.address = address
    }

    private enum CodingKeys: String, CodingKey {
        case email, password, client, address
    }
}
