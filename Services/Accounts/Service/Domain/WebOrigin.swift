/// Scheme, host and port of a website: `https://www.example.com`, `http://localhost:8080`. Source: RFC 6454.
package struct WebOrigin: Hashable, Sendable {
    /// In lower case, without the scheme's own port.
    package let text: String

    /// - Returns: nil if `given` has a path, a user, a wildcard, or no host.
    package init?(_ given: String) {
        let text = given.lowercased()
        let ownPort: Int
        let scheme: String
        if text.hasPrefix("https://") {
            (scheme, ownPort) = ("https://", 443)
        } else if text.hasPrefix("http://") {
            (scheme, ownPort) = ("http://", 80)
        } else {
            return nil
        }
        var host = text.dropFirst(scheme.count)
        var port: Int?
        let end = host.hasPrefix("[") ? host.firstIndex(of: "]").map(host.index(after:)) : host.firstIndex(of: ":")
        if let end, end < host.endIndex {
            guard host[end] == ":", let number = Self.port(host[host.index(after: end)...]) else { return nil }
            port = number == ownPort ? nil : number
            host = host[..<end]
        }
        guard Self.isHost(host) else { return nil }
        self.text = scheme + host + (port.map { ":\($0)" } ?? "")
    }

    private static func port(_ digits: Substring) -> Int? {
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits),
            (1...65_535).contains(port)
        else { return nil }
        return port
    }

    /// Browsers write international names in their ASCII form, so only that one can ever match.
    private static func isHost(_ host: Substring) -> Bool {
        guard (1...253).contains(host.utf8.count) else { return false }
        if host.hasPrefix("[") {
            return host.hasSuffix("]") && host.utf8.count > 4
                && host.dropFirst().dropLast().utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
                }
        }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x2d || $0 == 0x5f }
        }
    }
}
