import Contracts
import ServiceKit

/// What a gateway can be told.
package struct GatewayConfiguration: Sendable {
    package static let hostKey = SettingKey("gateway.host", "Address of the public port.", standard: "0.0.0.0")
    package static let portKey = SettingKey("gateway.port", "The public port; 0 takes a free one.", standard: "8080")
    package static let webDirectoryKey = SettingKey(
        "gateway.web.directory", "The built pages.", standard: "Services/Gateway/Web/dist")
    package static let demoSiteKey = SettingKey("gateway.demo.site", "Key of the site that the demo page carries.")
    package static let publicURLKey = SettingKey(
        "gateway.public.url", "How people reach this installation, for links; otherwise as the request says.")
    package static let issuerKey = SettingKey(
        "gateway.token.issuer", "Only tokens of this installation are taken. Without it: of the one that accounts names beside its keys.")
    package static let trustedProxiesKey = SettingKey(
        "gateway.trusted.proxies",
        "Addresses of proxies, or networks of them (10.0.0.0/24), whose X-Forwarded-For is believed, separated by commas.")
    package static let addressRateKey = SettingKey(
        "gateway.limit.address.rate", "Requests per second of an address that is not signed in.", standard: "200")
    package static let addressBurstKey = SettingKey("gateway.limit.address.burst", "The same, at once.", standard: "1000")
    package static let visitorRateKey = SettingKey(
        "gateway.limit.visitor.rate", "Requests and messages per second of a visitor.", standard: "10")
    package static let visitorBurstKey = SettingKey("gateway.limit.visitor.burst", "The same, at once.", standard: "30")
    package static let tenantRateKey = SettingKey("gateway.limit.tenant.rate", "Requests per second of a company.", standard: "5000")
    package static let tenantBurstKey = SettingKey("gateway.limit.tenant.burst", "The same, at once.", standard: "5000")
    package static let signInRateKey = SettingKey(
        "gateway.limit.signin.rate", "Attempts per minute to sign in, by address and e-mail, and at once.", standard: "10")
    package static let socketRateKey = SettingKey(
        "gateway.limit.socket.rate", "Frames per second that one socket may send.", standard: "50")
    package static let socketBurstKey = SettingKey("gateway.limit.socket.burst", "The same, at once.", standard: "500")

    package static let keys = [
        hostKey, portKey, webDirectoryKey, demoSiteKey, publicURLKey, issuerKey, trustedProxiesKey, addressRateKey, addressBurstKey,
        visitorRateKey, visitorBurstKey, tenantRateKey, tenantBurstKey, signInRateKey, socketRateKey, socketBurstKey,
    ]

    package var host: String
    package var port: Int
    /// nil: no pages, only the interface.
    package var webDirectory: String?
    package var demoSite: String?
    package var publicURL: String?
    package var issuer: String?
    package var trustedProxies = TrustedProxies()
    package var replica: Int
    package var sockets = SocketLimits()
    package var addressPolicy = BucketPolicy("address", rate: 200, burst: 1000)
    package var visitorPolicy = BucketPolicy("visitor", rate: 10, burst: 30)
    package var tenantPolicy = BucketPolicy("tenant", rate: 5000, burst: 5000)
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
        issuer = settings.optionalText(Self.issuerKey)
        var proxies = TrustedProxies()
        for text in settings.list(Self.trustedProxiesKey) where !proxies.insert(text) {
            throw SettingError.invalid(
                Self.trustedProxiesKey, "holds something that is neither an IP address nor a network like 10.0.0.0/24")
        }
        trustedProxies = proxies
        self.replica = replica
        func policy(_ name: String, _ rate: SettingKey, _ burst: SettingKey) throws -> BucketPolicy {
            BucketPolicy(name, rate: max(0.001, try settings.number(rate)), burst: max(1, try settings.number(burst)))
        }
        addressPolicy = try policy("address", Self.addressRateKey, Self.addressBurstKey)
        visitorPolicy = try policy("visitor", Self.visitorRateKey, Self.visitorBurstKey)
        tenantPolicy = try policy("tenant", Self.tenantRateKey, Self.tenantBurstKey)
        let perMinute = max(1, try settings.number(Self.signInRateKey))
        signInPolicy = BucketPolicy("sign-in", rate: perMinute / 60, burst: perMinute)
        sockets.framesPolicy = try policy("socket", Self.socketRateKey, Self.socketBurstKey)
    }
}
