/// Why an address is not a public one. Sources: IANA's registries of special-purpose IPv4 and IPv6 addresses (RFC 6890) and of IPv6 address
/// space; of IPv6 only 2000::/3 is given out to networks, so everything else is refused whether it has a name here or not.
package enum SpecialAddress: String, Sendable, CaseIterable {
    case metadata = "a cloud's metadata service"
    case unspecified = "this network"
    case loopback = "loopback"
    case privateUse = "private use"
    case shared = "shared address space"
    case linkLocal = "link-local"
    case protocolAssignments = "protocol assignments"
    case documentation = "documentation"
    case relay6to4 = "6to4 relay"
    case benchmarking = "benchmarking"
    case multicast = "multicast"
    case reserved = "reserved"
    case broadcast = "broadcast"
    case mapped = "IPv4-mapped"
    case compatible = "IPv4-compatible"
    case translated = "IPv4 translation"
    case discard = "discard-only"
    case teredo = "Teredo"
    case orchid = "ORCHID"
    case sixToFour = "6to4"
    case uniqueLocal = "unique local"
    case siteLocal = "site-local"
    case notGlobalUnicast = "not global unicast"

    /// - Returns: nil for a public address.
    package static func of(_ address: IPAddress) -> SpecialAddress? {
        if let special = ranges.first(where: { $0.range.contains(address) })?.special { return special }
        return address.isVersion6 && address.bytes[0] & 0xe0 != 0x20 ? .notGlobalUnicast : nil
    }

    /// The first that contains an address names it, so the narrow ones stand before the wide ones. A test names an address of each.
    private static let ranges: [(range: AddressRange, special: SpecialAddress)] = table.compactMap { text, prefixBits, special in
        IPAddress(text).map { (AddressRange(known: $0, prefixBits: prefixBits), special) }
    }

    private static let table: [(String, Int, SpecialAddress)] = [
        ("169.254.169.254", 32, .metadata),  // most clouds
        ("169.254.170.2", 32, .metadata),  // tasks' credentials at AWS
        ("100.100.100.200", 32, .metadata),  // Alibaba
        ("168.63.129.16", 32, .metadata),  // Azure's, an address that is public everywhere else
        ("192.0.0.192", 32, .metadata),  // Oracle's older one
        ("fd00:ec2::254", 128, .metadata),  // AWS
        ("fd20:ce::254", 128, .metadata),  // Google
        ("0.0.0.0", 8, .unspecified), ("10.0.0.0", 8, .privateUse), ("100.64.0.0", 10, .shared), ("127.0.0.0", 8, .loopback),
        ("169.254.0.0", 16, .linkLocal), ("172.16.0.0", 12, .privateUse), ("192.0.0.0", 24, .protocolAssignments),
        ("192.0.2.0", 24, .documentation), ("192.31.196.0", 24, .protocolAssignments), ("192.52.193.0", 24, .protocolAssignments),
        ("192.88.99.0", 24, .relay6to4), ("192.168.0.0", 16, .privateUse), ("192.175.48.0", 24, .protocolAssignments),
        ("198.18.0.0", 15, .benchmarking), ("198.51.100.0", 24, .documentation), ("203.0.113.0", 24, .documentation),
        ("224.0.0.0", 4, .multicast), ("255.255.255.255", 32, .broadcast), ("240.0.0.0", 4, .reserved),
        ("::", 128, .unspecified), ("::1", 128, .loopback), ("::ffff:0:0", 96, .mapped), ("::", 96, .compatible),
        ("64:ff9b::", 96, .translated), ("64:ff9b:1::", 48, .translated), ("100::", 64, .discard), ("2001::", 32, .teredo),
        ("2001:2::", 48, .benchmarking), ("2001:10::", 28, .orchid), ("2001:20::", 28, .orchid), ("2001::", 23, .protocolAssignments),
        ("2001:db8::", 32, .documentation), ("2002::", 16, .sixToFour), ("3fff::", 20, .documentation), ("fc00::", 7, .uniqueLocal),
        ("fe80::", 10, .linkLocal), ("fec0::", 10, .siteLocal), ("ff00::", 8, .multicast),
    ]
}
