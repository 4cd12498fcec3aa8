/// The keys tokens are signed with, and those that verify older ones.
package struct GetSigningKeys: BusRequest, AskedByAnyone, Equatable {
    package typealias Reply = SigningKeySet
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.get-signing-keys"
    package static let service = ServiceName.accounts
    package init() {}
}
