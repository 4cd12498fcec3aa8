import Foundation

/// Where a gateway that `up` starts takes connections, in plain HTTP.
package struct PublicAddress: Sendable, Equatable {
    /// Nobody but this machine's users.
    package static let standardHost = "127.0.0.1"
    /// In the environment, for who always wants the same; `--host` comes before it.
    package static let environmentKey = "GATEWAY_HOST"

    /// As the gateway is told: an IP address, or `localhost`.
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// - Returns: whether a gateway could listen on it, without asking a name server.
    package static func isUsable(_ host: String) -> Bool {
        var buffer = in6_addr()
        return host == "localhost" || inet_pton(AF_INET, host, &buffer) == 1 || inet_pton(AF_INET6, host, &buffer) == 1
    }

    /// How a browser on this machine reaches it. One that listens everywhere listens on loopback too.
    package var url: String {
        switch host {
        case "0.0.0.0": "http://127.0.0.1:\(port)"
        case "::": "http://[::1]:\(port)"
        default: host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
        }
    }

    /// What browsers call the demo page's origin.
    package var origins: [String] { [url] + (isOfThisMachine || isEverywhere ? ["http://localhost:\(port)"] : []) }

    /// What the operator must know of it; nil if only this machine reaches it.
    package var warning: String? {
        guard !isOfThisMachine else { return nil }
        return
            "The gateways listen on \(isEverywhere ? "every address of this machine" : host) in plain HTTP: whoever is on the way reads passwords and messages. Put a proxy that speaks TLS in front and let only it reach them."
    }

    private var isEverywhere: Bool { ["0.0.0.0", "::"].contains(host) }
    private var isOfThisMachine: Bool { host.hasPrefix("127.") || ["::1", "localhost"].contains(host) }
}
