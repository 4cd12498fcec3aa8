/// The site and its tenant.
package struct FoundSite: Codable, Sendable, Equatable {
    package let clientID: TenantID
    package let site: Website

    package init(clientID: TenantID, site: Website) {
        self.clientID = clientID
        self.site = site
    }

    private enum CodingKeys: String, CodingKey {
        case site
        case clientID = "client_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(clientID, forKey: .clientID)
        try container.encode(site, forKey: .site)
    }
}
