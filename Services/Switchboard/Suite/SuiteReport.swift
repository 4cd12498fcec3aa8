import Contracts

/// What `switchboard up --json` prints as one line when everything is ready.
package struct SuiteReport: Encodable, Sendable {
    package struct Company: Encodable, Sendable {
        let clientID: TenantID
        let slug: String

        private enum CodingKeys: String, CodingKey {
            case clientID = "client_id"
            case slug
        }
    }

    package struct SignIn: Encodable, Sendable, Equatable {
        package let email: String
        package let password: String
        package let role: String
    }

    package struct RunningProcess: Codable, Sendable, Equatable {
        package let service: String
        package let replica: Int
        package let pid: Int32
        package let health: String
    }

    let gateways: [String]
    let inbox: String
    let demoPage: String
    /// The demo site's public key.
    let site: String?
    let tenant: Company?
    let users: [SignIn]
    /// As the role that reads everything and changes nothing: the line ends in logs and scripts. Who must change rows finds the
    /// administrator's connection in the data folder, for its owner's eyes.
    let databaseURL: String
    let data: String
    let processes: [RunningProcess]

    private enum CodingKeys: String, CodingKey {
        case gateways, inbox, site, tenant, users, data, processes
        case demoPage = "demo_page"
        case databaseURL = "database_url"
    }

    /// `null` is written, not omitted, so that a script may look at every field.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(gateways, forKey: .gateways)
        try container.encode(inbox, forKey: .inbox)
        try container.encode(demoPage, forKey: .demoPage)
        try container.encode(site, forKey: .site)
        try container.encode(tenant, forKey: .tenant)
        try container.encode(users, forKey: .users)
        try container.encode(databaseURL, forKey: .databaseURL)
        try container.encode(data, forKey: .data)
        try container.encode(processes, forKey: .processes)
    }
}
