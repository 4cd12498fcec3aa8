import Contracts

/// How the commands find an installation: `suite.json` in its data folder. It holds passwords, so only its owner reads it.
package struct SuiteSettings: Codable, Sendable, Equatable {
    /// In the environment: an existing server instead of a cluster of our own. Its user needs CREATEROLE, and CREATE on the database.
    package static let databaseKey = "SWITCHBOARD_DATABASE_URL"

    /// The administrator's connection: may create roles and schemas.
    package let databaseURL: String
    /// Whether the database is the cluster in the data folder, which somebody must start.
    package let privateCluster: Bool
    /// The private cluster's durability; see ``PrivateCluster``.
    package let fsync: Bool
    /// Where browsers reached the first gateway last; nil before the first start.
    package var publicURL: String?

    /// The address to print when there was no start yet.
    package static let usualPublicURL = "http://127.0.0.1:8080"

    package init(databaseURL: String, privateCluster: Bool, fsync: Bool) {
        self.databaseURL = databaseURL
        self.privateCluster = privateCluster
        self.fsync = fsync
    }

    private enum CodingKeys: String, CodingKey {
        case databaseURL = "database_url"
        case privateCluster = "private_cluster"
        case fsync
        case publicURL = "public_url"
    }

    package static func load(from folder: DataFolder) throws -> SuiteSettings? {
        try PrivateFile.read(folder.settings).map { try JSON.decode(SuiteSettings.self, from: $0) }
    }

    package func save(to folder: DataFolder) throws {
        try PrivateFile.replace(folder.settings, with: try JSON.encode(self))
    }
}
