/// Makes a key with role `service`.
package struct CreateAPIKey: BusRequest, Equatable {
    package typealias Reply = CreatedAPIKey
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.create-api-key"
    package static let service = ServiceName.accounts
    package static let keepsReply = false
    package let principal: Principal
    package let id: APIKeyID
    package let name: String

    package init(principal: Principal, id: APIKeyID, name: String) {
        self.principal = principal
        self.id = id
        self.name = name
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id, name
    }
}
