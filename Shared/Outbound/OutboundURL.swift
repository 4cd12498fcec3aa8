/// An address to ask, read strictly and written again in one way, so that nobody after us can read it as another one.
/// Source: RFC 3986; everything that readers of addresses are known to disagree about is refused rather than repaired.
package struct OutboundURL: Hashable, Sendable {
    package let isPlainHTTP: Bool
    package let host: OutboundHost
    package let port: Int
    /// Path and query. Not for logs: it may hold secrets.
    package let target: String

    /// Longer addresses are cut or refused by many servers.
    package static let bytesMax = 8_192

    package init(_ text: String) throws(Prohibition) {
        guard text.utf8.count <= Self.bytesMax else { throw .urlUnreadable("it has more than \(Self.bytesMax) bytes") }
        guard Self.hasOnlyAllowedCharacters(text) else { throw .urlUnreadable("it has a character that is not allowed in an address") }
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { throw .urlUnreadable("it does not begin with https://") }
        switch text[..<colon].lowercased() {
        case "https": isPlainHTTP = false
        case "http": isPlainHTTP = true
        default: throw .urlUnreadable("it does not begin with https://")
        }
        let afterScheme = text[colon...].dropFirst()
        guard afterScheme.hasPrefix("//") else { throw .urlUnreadable("its scheme is not followed by //") }
        let rest = afterScheme.dropFirst(2)
        let authorityEnd = rest.utf8.firstIndex { [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")].contains($0) } ?? rest.endIndex
        let authority = rest[..<authorityEnd]
        guard !authority.utf8.contains(UInt8(ascii: "@")) else { throw .urlUnreadable("it holds a user's name or password") }
        var hostText = authority
        var port: Int?
        let hostEnd = authority.utf8.last == UInt8(ascii: "]") ? nil : authority.utf8.lastIndex(of: UInt8(ascii: ":"))
        if let hostEnd {
            hostText = authority[..<hostEnd]
            let digits = authority[hostEnd...].dropFirst()
            guard (1...5).contains(digits.utf8.count), let number = Int(digits), (1...65_535).contains(number), String(number) == digits
            else {
                throw .urlUnreadable("its port is not a number from 1 to 65535")
            }
            port = number
        }
        guard !hostText.utf8.contains(UInt8(ascii: "%")) else {
            throw .urlUnreadable("the host's name has a character that is not allowed")
        }
        host = try OutboundHost(String(hostText))
        self.port = port ?? (isPlainHTTP ? 80 : 443)
        let target = rest[authorityEnd...].prefix { $0 != "#" }
        guard !target.utf8.contains(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") }) else {
            throw .urlUnreadable("it has a bracket that is not around its host")
        }
        self.target = target.utf8.first == UInt8(ascii: "/") ? String(target) : "/" + target
    }

    /// - Parameter location: of a redirect, as it was sent.
    package func following(_ location: String) throws(Prohibition) -> OutboundURL {
        let scheme = isPlainHTTP ? "http" : "https"
        if location.hasPrefix("//") { return try OutboundURL("\(scheme):\(location)") }
        if location.hasPrefix("/") { return try OutboundURL(origin + location) }
        let path = target.prefix { $0 != "?" }
        if location.isEmpty || location.hasPrefix("#") { return self }
        if location.hasPrefix("?") { return try OutboundURL(origin + path + location) }
        if location.prefix(while: { $0 != "/" && $0 != "?" && $0 != "#" }).contains(":") { return try OutboundURL(location) }
        let folder = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
        return try OutboundURL(origin + folder + location)
    }

    /// Scheme, host and port: what may see the same credentials.
    package var origin: String { "\(isPlainHTTP ? "http" : "https")://\(host):\(port)" }

    /// The whole address, for whoever connects. Never for logs.
    var text: String {
        let isUsualPort = port == (isPlainHTTP ? 80 : 443)
        return "\(isPlainHTTP ? "http" : "https")://\(host)\(isUsualPort ? "" : ":\(port)")\(target)"
    }

    /// Unreserved, reserved and percent signs with two hexadecimal digits (RFC 3986, section 2).
    private static func hasOnlyAllowedCharacters(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "/"),
                UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "@"), UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"),
                UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","),
                UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: "["), UInt8(ascii: "]"):
                continue
            case UInt8(ascii: "%"):
                guard index + 2 < bytes.count, isHexadecimal(bytes[index + 1]), isHexadecimal(bytes[index + 2]) else { return false }
            default: return false
            }
        }
        return true
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
        default: false
        }
    }
}
