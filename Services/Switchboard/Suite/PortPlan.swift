import Contracts
import Foundation

/// Which port belongs to what. Kept in the data folder, so that addresses survive restarts.
package struct PortPlan: Codable, Sendable, Equatable {
    /// Below Linux's ephemeral range (32768–60999): a connection's own port can never take one of ours.
    package static let range = 20_000...31_999

    private var ports: [String: Int]

    package init() { ports = [:] }

    package init(from decoder: any Decoder) throws { ports = try decoder.singleValueContainer().decode([String: Int].self) }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(ports)
    }

    /// The port of `name`: the one it had, if it can have it again, otherwise the next free one.
    /// - Parameters:
    ///   - start: where the search begins; two installations that begin apart rarely meet.
    ///   - isFree: asks the machine.
    package mutating func port(for name: String, from start: Int, isFree: (Int) -> Bool) throws -> Int {
        if let port = ports[name], isFree(port) { return port }
        let taken = Set(ports.values)
        let count = Self.range.count
        for step in 0..<count {
            let port = Self.range.lowerBound + (start - Self.range.lowerBound + step) % count
            if !taken.contains(port), isFree(port) {
                ports[name] = port
                return port
            }
        }
        throw OperatorError("No port between \(Self.range.lowerBound) and \(Self.range.upperBound) is free.")
    }

    /// Where the search begins for a data folder: the same for ever, different for most others.
    package static func start(for folder: DataFolder) -> Int {
        let hash = folder.real.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }  // FNV-1a
        return range.lowerBound + Int(hash % UInt64(range.count))
    }

    /// Whether something could listen on the port of every address of this machine.
    package static func isFree(_ port: Int) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var on: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = INADDR_ANY
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 && listen(socket, 1) == 0
            }
        }
    }
}
