/// One prefix of the public address, and the service that answers below it.
package struct PassThroughRow: Sendable, Equatable {
    /// Where a replica's internal listener is.
    package struct Address: Sendable, Equatable {
        package let host: String
        package let port: Int
    }

    /// Like `/api/webhooks/twilio`: it and all below it.
    package let prefix: String
    /// At least one.
    package let addresses: [Address]
    package let bodyBytesMax: Int

    /// Only below these, so that no row can hide a route of ours.
    static let roots = ["/api/webhooks/", "/ws/"]

    /// - Parameter text: `/api/webhooks/twilio=http://10.0.0.1:7100|http://10.0.0.2:7100`, where `;body=262144` may follow.
    /// - Returns: nil if it is none.
    package init?(_ text: String) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2 else { return nil }
        var bodyBytesMax = PassThroughLimits.bodyBytesMax
        if parts.count == 2 {
            guard parts[1].hasPrefix("body="), let bytes = Int(parts[1].dropFirst("body=".count)), bytes >= 0,
                bytes <= PassThroughLimits.bodyBytesMax
            else { return nil }
            bodyBytesMax = bytes
        }
        let sides = first.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2 else { return nil }
        let prefix = String(sides[0])
        guard Self.isPlain(sides[0]), let root = Self.roots.first(where: { prefix.hasPrefix($0) }), prefix.utf8.count > root.utf8.count
        else {
            return nil
        }
        let addresses = sides[1].split(separator: "|", omittingEmptySubsequences: false).map(Self.address)
        guard !addresses.isEmpty, !addresses.contains(nil) else { return nil }
        self.prefix = prefix
        self.addresses = addresses.compactMap { $0 }
        self.bodyBytesMax = bodyBytesMax
    }

    private static func address(_ text: Substring) -> Address? {
        let scheme = "http://"
        guard text.hasPrefix(scheme) else { return nil }
        let authority = text.dropFirst(scheme.count)
        guard let colon = authority.lastIndex(of: ":"), let port = Int(authority[authority.index(after: colon)...]),
            (1...65_535).contains(port)
        else { return nil }
        var host = authority[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        let isPlain = host.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || ":.-_".utf8.contains(byte)
        }
        return host.isEmpty || !isPlain ? nil : Address(host: String(host), port: port)
    }

    /// Whether a path can be read in one way only: no empty, `.` or `..` segments, nothing encoded, no backslash.
    static func isPlain(_ path: Substring) -> Bool {
        guard path.utf8.first == UInt8(ascii: "/") else { return false }
        return path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).allSatisfy { segment in
            !segment.isEmpty && segment != "." && segment != ".."
                && segment.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || "-._~:".utf8.contains(byte)
                }
        }
    }

    /// - Parameter path: without a query.
    func holds(_ path: Substring) -> Bool {
        let rest = path.utf8.dropFirst(prefix.utf8.count)
        return path.utf8.starts(with: prefix.utf8) && (rest.isEmpty || rest.first == UInt8(ascii: "/"))
    }
}
