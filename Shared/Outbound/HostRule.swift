/// A host, or all hosts below one, that may be asked.
package struct HostRule: Hashable, Sendable {
    private enum Pattern: Hashable { case exactly(OutboundHost), below(String) }

    private let pattern: Pattern
    /// nil: the policy's ports.
    let port: Int?
    let allowsPlainHTTP: Bool
    /// Whether its addresses may lie in the policy's private networks. Only what the installation itself names may.
    private(set) var mayBePrivate = false

    /// - Parameter text: `api.example.com`; `.example.com` for all names below it, not itself; with a port if it is another one than the policy's;
    ///   with `http://` in front to allow that beside https.
    /// - Throws: what is wrong with it.
    package init(_ text: String) throws(Prohibition) {
        var rest = text[...]
        allowsPlainHTTP = rest.hasPrefix("http://")
        if allowsPlainHTTP {
            rest = rest.dropFirst("http://".count)
        } else if rest.hasPrefix("https://") {
            rest = rest.dropFirst("https://".count)
        }
        let isBelow = rest.hasPrefix(".")
        if isBelow { rest = rest.dropFirst() }
        let url = try OutboundURL("http://\(rest)/")
        guard url.target == "/" else { throw .urlUnreadable("it has a path") }
        port = rest[(rest.lastIndex(of: "]") ?? rest.startIndex)...].contains(":") ? url.port : nil
        switch (isBelow, url.host) {
        case (true, .name(let name)): pattern = .below("." + name)
        case (true, .address): throw .urlUnreadable("nothing is below an address")
        case (false, let host): pattern = .exactly(host)
        }
    }

    /// As the installation's own list names it: it may lie in its private networks.
    func ofInstallation() -> HostRule {
        var rule = self
        rule.mayBePrivate = true
        return rule
    }

    func matches(_ host: OutboundHost) -> Bool {
        switch (pattern, host) {
        case (.exactly(let own), _): own == host
        case (.below(let suffix), .name(let name)): name.hasSuffix(suffix) && name.utf8.count > suffix.utf8.count
        case (.below, .address): false
        }
    }
}
