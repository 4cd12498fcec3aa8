/// The tenant's sectors, in the order in which its rules have them. For all of its people.
package struct ListSectors: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Page<SectorName>
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.list-sectors"
    package static let service = ServiceName.accounts
    package static let access = Access.staff
    package let principal: Principal

    package init(principal: Principal) {
        self.principal = principal
    }

    private enum CodingKeys: String, CodingKey {
        case principal
    }
}
