import Contracts
import ServiceKit

/// What a gateway can be told.
package struct GatewayConfiguration: Sendable {
    package static let hostKey = SettingKey(
        "gateway.host", "Address of the public port, in plain HTTP; 0.0.0.0 for every address, behind a proxy that speaks TLS.",
        standard: "127.0.0.1")
    package static let portKey = SettingKey("gateway.port", "The public port; 0 takes a free one.", standard: "8080")
    package static let webDirectoryKey = SettingKey(
        "gateway.web.directory", "The built pages.", standard: "Services/Gateway/Web/dist")
    package static let demoSiteKey = SettingKey("gateway.demo.site", "Key of the site that the demo page carries.")
    package static let publicURLKey = SettingKey(
        "gateway.public.url", "How people reach this installation, for links; otherwise as the request says.")
    package static let staffOriginKey = SettingKey(
        "gateway.staff.origin", "Where the company's people are, like https://desk.example: their pages, interface and cookie only there.")
    package static let widgetOriginKey = SettingKey(
        "gateway.widget.origin",
        "Where the widget is, like https://chat.example, if it is to be apart: its script, frame and visitors only there.")
    package static let issuerKey = SettingKey(
        "gateway.token.issuer", "Only tokens of this installation are taken. Without it: of the one that accounts names beside its keys.")
    package static let trustedProxiesKey = SettingKey(
        "gateway.trusted.proxies",
        "Addresses of proxies, or networks of them (10.0.0.0/24), whose X-Forwarded-For is believed, separated by commas.")
    package static let passThroughKey = SettingKey(
        "gateway.pass.through",
        "What other services answer, separated by commas: a path below /api/webhooks/ or /ws/, and the internal listeners of the replicas, like /api/webhooks/twilio=http://10.0.0.1:7100|http://10.0.0.2:7100; the bytes a body may have can follow, like ;body=262144."
    )
    package static let addressRateKey = SettingKey(
        "gateway.limit.address.rate", "Requests per second of an address that is not signed in.", standard: "200")
    package static let addressBurstKey = SettingKey("gateway.limit.address.burst", "The same, at once.", standard: "1000")
    package static let visitorRateKey = SettingKey(
        "gateway.limit.visitor.rate", "Requests and messages per second of a visitor.", standard: "10")
    package static let visitorBurstKey = SettingKey("gateway.limit.visitor.burst", "The same, at once.", standard: "30")
    package static let tenantRateKey = SettingKey(
        "gateway.limit.tenant.rate", "Requests per second of a company, half for its people and keys, half for its visitors.",
        standard: "5000")
    package static let tenantBurstKey = SettingKey("gateway.limit.tenant.burst", "The same, at once.", standard: "5000")
    package static let signInRateKey = SettingKey(
        "gateway.limit.signin.rate", "Attempts per minute to sign in, by address and e-mail, and at once.", standard: "10")
    package static let addressVisitorsRateKey = SettingKey(
        "gateway.limit.address.visitors.rate", "Visitors that one address may become, per second.", standard: "5")
    package static let addressVisitorsBurstKey = SettingKey("gateway.limit.address.visitors.burst", "The same, at once.", standard: "1000")
    package static let addressConversationsRateKey = SettingKey(
        "gateway.limit.address.conversations.rate", "Conversations that visitors of one address may open, per second.", standard: "1")
    package static let addressConversationsBurstKey = SettingKey(
        "gateway.limit.address.conversations.burst", "The same, at once.", standard: "200")
    package static let siteVisitorsRateKey = SettingKey(
        "gateway.limit.site.visitors.rate", "New visitors of one website, per second.", standard: "100")
    package static let siteVisitorsBurstKey = SettingKey("gateway.limit.site.visitors.burst", "The same, at once.", standard: "5000")
    package static let tenantConversationsRateKey = SettingKey(
        "gateway.limit.tenant.conversations.rate", "Conversations that visitors of one company may open, per second.", standard: "50")
    package static let tenantConversationsBurstKey = SettingKey(
        "gateway.limit.tenant.conversations.burst", "The same, at once.", standard: "2000")
    package static let socketRateKey = SettingKey(
        "gateway.limit.socket.rate", "Frames per second that one socket may send.", standard: "50")
    package static let socketBurstKey = SettingKey("gateway.limit.socket.burst", "The same, at once.", standard: "500")

    package static let addressConnectionsKey = SettingKey(
        "gateway.limit.address.connections", "Connections of one address at once; trusted proxies are not counted.", standard: "1000")
    package static let addressSocketsKey = SettingKey(
        "gateway.limit.address.sockets", "WebSockets from one address at once.", standard: "1000")
    package static let visitorSocketsKey = SettingKey(
        "gateway.limit.visitor.sockets", "WebSockets of one visitor at once.", standard: "20")
    package static let personSocketsKey = SettingKey(
        "gateway.limit.person.sockets", "WebSockets of one of the company's people, or of a key, at once.", standard: "50")
    package static let tenantSocketsKey = SettingKey(
        "gateway.limit.tenant.sockets", "WebSockets of a company's visitors at once, and as many of its people.", standard: "8000")

    package static let keys = [
        hostKey, portKey, webDirectoryKey, demoSiteKey, publicURLKey, staffOriginKey, widgetOriginKey, issuerKey, trustedProxiesKey,
        passThroughKey,
        addressRateKey, addressBurstKey,
        visitorRateKey, visitorBurstKey, tenantRateKey, tenantBurstKey, signInRateKey, socketRateKey, socketBurstKey,
        addressVisitorsRateKey, addressVisitorsBurstKey, addressConversationsRateKey, addressConversationsBurstKey, siteVisitorsRateKey,
        siteVisitorsBurstKey, tenantConversationsRateKey, tenantConversationsBurstKey,
        addressConnectionsKey, addressSocketsKey, visitorSocketsKey, personSocketsKey, tenantSocketsKey,
    ]

    package var host: String
    package var port: Int
    /// nil: no pages, only the interface.
    package var webDirectory: String?
    package var demoSite: String?
    package var publicURL: String?
    package var origins = PublicOrigins()
    /// Whose jobs administrators may look into.
    package var jobServices = SuiteService.withJobs.map(\.name)
    package var issuer: String?
    package var trustedProxies = TrustedProxies()
    package var passThrough: [PassThroughRow] = []
    package var passThroughLimits = PassThroughLimits()
    package var replica: Int
    package var sockets = SocketLimits()
    package var connections = ConnectionLimits()
    package var addressPolicy = BucketPolicy("address", rate: 200, burst: 1000)
    package var visitorPolicy = BucketPolicy("visitor", rate: 10, burst: 30)
    package var tenantPolicy = BucketPolicy("tenant", rate: 5000, burst: 5000)
    package var newcomerPolicies = NewcomerLimits.Policies()
    package var signInPolicy = BucketPolicy("sign-in", rate: 10.0 / 60, burst: 10)

    /// For tests: a free port of this machine, no pages, everything else as by default.
    package init(host: String = "127.0.0.1", port: Int = 0, webDirectory: String? = nil, replica: Int = 1) {
        self.host = host
        self.port = port
        self.webDirectory = webDirectory
        self.replica = replica
    }

    package init(_ settings: Settings, replica: Int) throws {
        host = try settings.text(Self.hostKey)
        port = try settings.integer(Self.portKey, in: 0...65_535)
        webDirectory = settings.optionalText(Self.webDirectoryKey)
        demoSite = settings.optionalText(Self.demoSiteKey)
        publicURL = settings.optionalText(Self.publicURLKey)
        origins = PublicOrigins(
            staff: try Self.origin(settings, Self.staffOriginKey), widget: try Self.origin(settings, Self.widgetOriginKey))
        issuer = settings.optionalText(Self.issuerKey)
        var proxies = TrustedProxies()
        for text in settings.list(Self.trustedProxiesKey) where !proxies.insert(text) {
            throw SettingError.invalid(
                Self.trustedProxiesKey, "holds something that is neither an IP address nor a network like 10.0.0.0/24")
        }
        trustedProxies = proxies
        passThrough = try Self.passThrough(settings)
        self.replica = replica
        func policy(_ name: String, _ rate: SettingKey, _ burst: SettingKey) throws -> BucketPolicy {
            BucketPolicy(name, rate: max(0.001, try settings.number(rate)), burst: max(1, try settings.number(burst)))
        }
        addressPolicy = try policy("address", Self.addressRateKey, Self.addressBurstKey)
        visitorPolicy = try policy("visitor", Self.visitorRateKey, Self.visitorBurstKey)
        tenantPolicy = try policy("tenant", Self.tenantRateKey, Self.tenantBurstKey)
        let perMinute = max(1, try settings.number(Self.signInRateKey))
        signInPolicy = BucketPolicy("sign-in", rate: perMinute / 60, burst: perMinute)
        newcomerPolicies.addressVisitors = try policy("address-visitors", Self.addressVisitorsRateKey, Self.addressVisitorsBurstKey)
        newcomerPolicies.addressConversations = try policy(
            "address-conversations", Self.addressConversationsRateKey, Self.addressConversationsBurstKey)
        newcomerPolicies.siteVisitors = try policy("site-visitors", Self.siteVisitorsRateKey, Self.siteVisitorsBurstKey)
        newcomerPolicies.companyConversations = try policy(
            "company-conversations", Self.tenantConversationsRateKey, Self.tenantConversationsBurstKey)
        let many = 1...1_000_000
        connections.addressMax = try settings.integer(Self.addressConnectionsKey, in: many)
        sockets.addressMax = try settings.integer(Self.addressSocketsKey, in: many)
        sockets.visitorMax = try settings.integer(Self.visitorSocketsKey, in: many)
        sockets.personMax = try settings.integer(Self.personSocketsKey, in: many)
        sockets.companyMax = try settings.integer(Self.tenantSocketsKey, in: many)
        sockets.framesPolicy = try policy("socket", Self.socketRateKey, Self.socketBurstKey)
    }

    private static func passThrough(_ settings: Settings) throws -> [PassThroughRow] {
        var rows: [PassThroughRow] = []
        for text in settings.list(passThroughKey) {
            guard let row = PassThroughRow(text) else {
                throw SettingError.invalid(passThroughKey, "holds something that is not like /api/webhooks/twilio=http://10.0.0.1:7100")
            }
            guard !rows.contains(where: { $0.prefix == row.prefix }) else {
                throw SettingError.invalid(passThroughKey, "names \(row.prefix) twice")
            }
            rows.append(row)
        }
        return rows
    }

    private static func origin(_ settings: Settings, _ key: SettingKey) throws -> String? {
        guard let text = settings.optionalText(key) else { return nil }
        guard PublicOrigins.authority(text) != nil else {
            throw SettingError.invalid(key, "is not like https://desk.example, in small letters, without a path")
        }
        return text
    }
}
