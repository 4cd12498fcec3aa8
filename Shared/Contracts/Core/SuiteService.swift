/// A program that belongs to the suite, and what is to be known to build, start, migrate, watch and check it.
package struct SuiteService: Sendable, Hashable {
    /// A part of its internal listener that the gateway passes on to from the public address.
    package struct PublicPart: Sendable, Hashable, Encodable {
        /// Like `/api/webhooks/twilio`: it and all below it.
        package let prefix: String
        /// nil: what the gateway takes at most. Unit: bytes of one body.
        package let bodyBytesMax: Int?

        package init(_ prefix: String, bodyBytesMax: Int? = nil) {
            self.prefix = prefix
            self.bodyBytesMax = bodyBytesMax
        }

        private enum CodingKeys: String, CodingKey {
            case prefix
            case bodyBytesMax = "body_bytes_max"
        }
    }

    package let name: ServiceName
    /// Below `Services`, such as `Channels/SMS`; with `Main/` and `Service/` in it.
    package let folder: String
    /// Whether it has a schema (``ServiceName/schema``) and signs in to PostgreSQL with a role of its own.
    package let hasSchema: Bool
    /// What it is given besides its password and its CURVE key.
    package let secrets: [SuiteSecret]
    /// Whether it may begin connections to the internet.
    package let reachesOutside: Bool
    package let publicParts: [PublicPart]
    /// Whether it has side effects outside: then its schema has the jobs' tables, and administrators may look into them.
    package let hasJobs: Bool
    /// Whether it asks the others and none of them asks it.
    package let isEdge: Bool

    package init(
        _ name: ServiceName, folder: String, hasSchema: Bool = true, secrets: [SuiteSecret] = [], reachesOutside: Bool = false,
        publicParts: [PublicPart] = [], hasJobs: Bool = false, isEdge: Bool = false
    ) {
        self.name = name
        self.folder = folder
        self.hasSchema = hasSchema
        self.secrets = secrets
        self.reachesOutside = reachesOutside
        self.publicParts = publicParts
        self.hasJobs = hasJobs
        self.isEdge = isEdge
    }

    /// The one place that says that a service exists, in the order in which they start; they stop in the opposite one. Any order works,
    /// this one logs least. Written down for what runs without Swift: `deploy/services.json`, by `switchboard services --json`.
    package static let all = [
        SuiteService(.accounts, folder: "Accounts", secrets: [.tokenSigningKey]),
        SuiteService(.chat, folder: "Chat"),
        SuiteService(.router, folder: "Router"),
        SuiteService(.gateway, folder: "Gateway", hasSchema: false, isEdge: true),
    ]

    package static let withSchema = all.filter(\.hasSchema)
    package static let withJobs = all.filter(\.hasJobs)

    /// `ChannelsSMS` of `Channels/SMS`, the beginning of its modules' names: `ChannelsSMSService`, `ChannelsSMSTests`.
    package var module: String { folder.replacing("/", with: "") }

    /// `CHANNEL_SMS` of `channel-sms`, the beginning of its settings' names in the environment.
    package var prefix: String { name.schema.uppercased() }
}

extension SuiteService: Encodable {
    private enum CodingKeys: String, CodingKey {
        case name, folder, module, prefix, schema, secrets
        case reachesOutside = "reaches_outside"
        case publicParts = "public_parts"
        case hasJobs = "has_jobs"
        case isEdge = "is_edge"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(folder, forKey: .folder)
        try container.encode(module, forKey: .module)
        try container.encode(prefix, forKey: .prefix)
        try container.encode(hasSchema ? name.schema : nil, forKey: .schema)
        try container.encode(secrets.map { ["file": $0.file, "variable": $0.variable(of: self)] }, forKey: .secrets)
        try container.encode(reachesOutside, forKey: .reachesOutside)
        try container.encode(publicParts, forKey: .publicParts)
        try container.encode(hasJobs, forKey: .hasJobs)
        try container.encode(isEdge, forKey: .isEdge)
    }
}
