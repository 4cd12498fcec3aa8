/// What was changed about the tenant's settings, the latest first. For supervisors and administrators.
package struct ListSettingsAudit: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Page<SettingsAuditEntry>
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.list-settings-audit"
    package static let service = ServiceName.accounts
    package static let access = Access.supervisors
    package let principal: Principal
    package let limit: Int
    package let cursor: String?

    package init(principal: Principal, limit: Int, cursor: String? = nil) {
        self.principal = principal
        self.limit = limit
        self.cursor = cursor
    }

    private enum CodingKeys: String, CodingKey {
        case principal, limit, cursor
    }
}
