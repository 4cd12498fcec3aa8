/// The site a widget names.
package struct GetSiteByKey: BusRequest, AskedByAnyone, Equatable {
    package typealias Reply = FoundSite
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.get-site-by-key"
    package static let service = ServiceName.accounts
    package let siteKey: String

    package init(siteKey: String) {
        self.siteKey = siteKey
    }

    private enum CodingKeys: String, CodingKey {
        case siteKey = "site_key"
    }
}
