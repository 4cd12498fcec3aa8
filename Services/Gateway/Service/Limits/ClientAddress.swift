import HTTPTypes

/// The address a request comes from. `X-Forwarded-For` is believed only from proxies named in the configuration, from right to left.
package struct ClientAddress: Sendable {
    package let trustedProxies: TrustedProxies

    package init(trustedProxies: TrustedProxies) {
        self.trustedProxies = trustedProxies
    }

    /// Whether the client's connection is encrypted, which only a trusted proxy can know: this port speaks plain HTTP.
    package func isSecure(peer: String, headers: HTTPFields) -> Bool {
        trustedProxies.contains(peer) && headers[.forwardedProto]?.lowercased() == "https"
    }

    package func address(peer: String, headers: HTTPFields) -> String {
        guard trustedProxies.contains(peer), let header = headers[.forwardedFor] else { return peer }
        for hop in header.split(separator: ",").reversed() {
            let hop = hop.trimmingPrefix(" ").split(separator: " ").first.map(String.init) ?? ""
            guard !hop.isEmpty, hop.utf8.count <= 64 else { return peer }
            if !trustedProxies.contains(hop) { return hop }
        }
        return peer
    }
}
