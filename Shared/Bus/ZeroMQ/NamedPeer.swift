import Contracts

/// A service that is found by a name with any number of addresses: `chat=chat:7101:7102`.
package struct NamedPeer: Sendable, Equatable {
    package let service: ServiceName
    /// What the name server is asked.
    package let host: String
    package let eventsPort: UInt16
    package let requestsPort: UInt16

    package init(service: ServiceName, host: String, eventsPort: UInt16, requestsPort: UInt16) {
        self.service = service
        self.host = host
        self.eventsPort = eventsPort
        self.requestsPort = requestsPort
    }

    /// - Returns: nil unless `text` is `service=name:events port:requests port`.
    package init?(_ text: String) {
        let sides = text.split(separator: "=", omittingEmptySubsequences: false)
        guard sides.count == 2, !sides[0].isEmpty else { return nil }
        let fields = sides[1].split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count >= 3, let events = UInt16(fields[fields.count - 2]), let requests = UInt16(fields[fields.count - 1]),
            events > 0, requests > 0, events != requests
        else { return nil }
        var host = fields.dropLast(2).joined(separator: ":")
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        // A DNS name (RFC 1035: at most 253 characters) or a literal address.
        guard !host.isEmpty, host.utf8.count <= 253, host.utf8.allSatisfy(Self.isNamePart) else { return nil }
        self.init(service: ServiceName(rawValue: String(sides[0])), host: host, eventsPort: events, requestsPort: requests)
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    /// The replica at `address`, a literal one.
    func endpoint(replica: Int, at address: String) -> Endpoint {
        let host = address.contains(":") ? "[\(address)]" : address
        return Endpoint(
            service: service, replica: replica, events: "tcp://\(host):\(eventsPort)", requests: "tcp://\(host):\(requestsPort)")
    }
}
