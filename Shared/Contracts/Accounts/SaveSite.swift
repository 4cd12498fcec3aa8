/// Creates a site or changes what is given.
package struct SaveSite: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Website
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.save-site"
    package static let service = ServiceName.accounts
    package static let access = Access.administrators
    package static let keepsReply = false
    package let principal: Principal
    package let id: SiteID
    package let isNew: Bool
    package let name: String?
    package let allowedOrigins: [String]?
    package let theme: [String: JSONValue]?
    package let greeting: String?

    package init(
        principal: Principal, id: SiteID, isNew: Bool, name: String? = nil, allowedOrigins: [String]? = nil,
        theme: [String: JSONValue]? = nil, greeting: String? = nil
    ) {
        self.principal = principal
        self.id = id
        self.isNew = isNew
        self.name = name
        self.allowedOrigins = allowedOrigins
        self.theme = theme
        self.greeting = greeting
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id, name, theme, greeting
        case isNew = "is_new"
        case allowedOrigins = "allowed_origins"
    }
}
