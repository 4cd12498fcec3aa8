import Foundation

/// Whom an address is counted as: IPv4 by itself, IPv6 by its /64, of which a subscriber has all, so that nobody has 2^64 shares.
package enum AddressGroup {
    /// - Parameter address: as the kernel or a proxy writes it; what is none is a group of its own.
    package static func of(_ address: String) -> String {
        guard address.utf8.contains(UInt8(ascii: ":")) else { return address }
        // A zone (fe80::1%eth0) names our own interface.
        var six = in6_addr()
        guard inet_pton(AF_INET6, String(address.prefix { $0 != "%" }), &six) == 1 else { return address }
        let bytes = withUnsafeBytes(of: six, Array.init)
        // ::ffff:192.0.2.1 is IPv4 on a socket that takes both.
        if bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xff, bytes[11] == 0xff {
            return bytes.suffix(4).map(String.init).joined(separator: ".")
        }
        let groups = stride(from: 0, to: 8, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
        return groups.joined(separator: ":") + "::/64"
    }
}
