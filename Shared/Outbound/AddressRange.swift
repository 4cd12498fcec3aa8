/// All addresses that begin with the same bits.
package struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    package let base: IPAddress
    package let prefixBits: Int

    /// A setting that opens more than this has a mistake in it: 10.0.0.0/8 and fc00::/7 are the largest private ranges.
    package static let prefixBitsMin = (version4: 8, version6: 7)

    /// - Parameter text: `10.1.0.0/16`, `fd12::/16`; a single address without a slash.
    /// - Throws: what is wrong with it, as the end of a sentence.
    package init(_ text: String) throws(AddressRangeError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let base = IPAddress(String(parts.first ?? "")) else { throw .notAnAddress }
        let bits = base.bytes.count * 8
        var prefix = bits
        if parts.count == 2 {
            guard let number = Int(parts[1]), (0...bits).contains(number), String(number) == parts[1] else { throw .notAPrefix(bits: bits) }
            prefix = number
        }
        self.init(known: base, prefixBits: prefix)
        guard prefix >= (base.isVersion6 ? Self.prefixBitsMin.version6 : Self.prefixBitsMin.version4) else { throw .tooLarge }
        guard (prefix..<bits).allSatisfy({ !Self.bit($0, of: base) }) else { throw .bitsBeyondPrefix }
    }

    /// For the table in the source, whose ranges may be larger than a setting's.
    init(known base: IPAddress, prefixBits: Int) {
        self.base = base
        self.prefixBits = prefixBits
    }

    package func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == base.bytes.count else { return false }
        let whole = prefixBits / 8
        guard address.bytes.prefix(whole) == base.bytes.prefix(whole) else { return false }
        let rest = prefixBits % 8
        return rest == 0 || (address.bytes[whole] ^ base.bytes[whole]) >> (8 - UInt8(rest)) == 0
    }

    package var description: String { "\(base)/\(prefixBits)" }

    private static func bit(_ index: Int, of address: IPAddress) -> Bool {
        address.bytes[index / 8] & (0x80 >> UInt8(index % 8)) != 0
    }
}

package enum AddressRangeError: Error, Equatable, CustomStringConvertible {
    case notAnAddress
    case notAPrefix(bits: Int)
    case tooLarge
    case bitsBeyondPrefix

    package var description: String {
        switch self {
        case .notAnAddress: "is no address of IPv4 or IPv6"
        case .notAPrefix(let bits): "has no prefix from 0 to \(bits) after its slash"
        case .tooLarge: "opens more than any private network has: at most /8 of IPv4, /7 of IPv6"
        case .bitsBeyondPrefix: "has bits set beyond its prefix"
        }
    }
}
