/// Who a key speaks for.
package struct VerifyAPIKey: BusRequest, AskedByAnyone, Equatable {
    package typealias Reply = VerifiedKey
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.verify-api-key"
    package static let service = ServiceName.accounts
    package let key: String

    package init(key: String) {
        self.key = key
    }

    private enum CodingKeys: String, CodingKey {
        case key
    }
}
