/// Changes the tenant's business rules and says ``BusinessRulesChanged``. For administrators.
/// - Fails with: ``AccountsError/rulesMovedOn(version:)`` unless `expectedVersion` is the current one; an order whose effect is there
///   already is answered like the first time. ``AccountsError/ruleInvalid(field:detail:)`` by the member's path.
package struct SaveBusinessRules: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = BusinessRules
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.save-business-rules"
    package static let service = ServiceName.accounts
    package static let access = Access.administrators
    /// A repeat finds the rules as it wants them.
    package static let keepsReply = false
    package let principal: Principal
    package let expectedVersion: Int
    package let change: BusinessRulesChange

    package init(principal: Principal, expectedVersion: Int, change: BusinessRulesChange) {
        self.principal = principal
        self.expectedVersion = expectedVersion
        self.change = change
    }

    private enum CodingKeys: String, CodingKey {
        case principal, change
        case expectedVersion = "expected_version"
    }
}
