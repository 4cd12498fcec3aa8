import Foundation

/// The addresses of the proxies in front: single ones, or networks, where replicas of a proxy come and go.
package struct TrustedProxies: Sendable {
    private struct Network {
        let bytes: [UInt8]
        /// Leading bits that must be equal; all of them for a single address.
        let bits: Int

        func contains(_ address: [UInt8]) -> Bool {
            guard address.count == bytes.count else { return false }
            return address.indices.allSatisfy { index in
                let rest = min(max(bits - index * 8, 0), 8)
                return (address[index] ^ bytes[index]) >> (8 - rest) == 0
            }
        }
    }

    private var networks: [Network] = []

    package init() {}

    /// - Parameter text: `10.0.0.1`, `10.0.0.0/24`, `fd00::/8`.
    /// - Returns: false if it is none of these; then nothing is changed.
    package mutating func insert(_ text: String) -> Bool {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let bytes = Self.bytes(String(first)) else { return false }
        guard parts.count == 2 else {
            networks.append(Network(bytes: bytes, bits: bytes.count * 8))
            return true
        }
        guard let bits = Int(parts[1]), (0...bytes.count * 8).contains(bits) else { return false }
        networks.append(Network(bytes: bytes, bits: bits))
        return true
    }

    package func contains(_ address: String) -> Bool {
        guard !networks.isEmpty, let bytes = Self.bytes(address) else { return false }
        return networks.contains { $0.contains(bytes) }
    }

    private static func bytes(_ address: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, address, &four) == 1 { return withUnsafeBytes(of: four, Array.init) }
        var six = in6_addr()
        if inet_pton(AF_INET6, address, &six) == 1 { return withUnsafeBytes(of: six, Array.init) }
        return nil
    }
}
