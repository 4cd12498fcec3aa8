import Contracts
import Foundation

/// Where one replica of a service is reached.
package struct Endpoint: Hashable, Sendable {
    package let service: ServiceName
    package let replica: Int
    /// Where it publishes, `tcp://<literal address>:<port>`; nil if it says nothing.
    package let events: String?
    /// Where it answers; nil if it only asks.
    package let requests: String?

    package init(service: ServiceName, replica: Int, events: String?, requests: String?) {
        self.service = service
        self.replica = replica
        self.events = events
        self.requests = requests
    }

    /// Whether `address` can be connected to without asking a name server: libzmq would ask within its I/O thread and so stop every
    /// socket of the process (messaging.md §1.7).
    package static func isLiteral(_ address: String) -> Bool {
        guard address.hasPrefix("tcp://"), let colon = address.lastIndex(of: ":"),
            let port = UInt16(address[address.index(after: colon)...]), port > 0
        else { return false }
        var host = String(address[address.index(address.startIndex, offsetBy: 6)..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        var buffer = in6_addr()
        return inet_pton(AF_INET, host, &buffer) == 1 || inet_pton(AF_INET6, host, &buffer) == 1
    }
}

/// Who is where, and says so again whenever it changes. A file now; a name server with many addresses later.
package protocol EndpointDirectory: Sendable {
    /// All endpoints of the installation, each time they changed, the present ones first. Ends when its reader's task is cancelled.
    func endpoints() -> AsyncStream<[Endpoint]>
}
