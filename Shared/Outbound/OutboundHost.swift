import Contracts

/// Whom an address names: in lower case, in one notation.
package enum OutboundHost: Hashable, Sendable, CustomStringConvertible {
    case name(String)
    case address(IPAddress)

    /// Source: RFC 1035, section 2.3.4.
    static let nameBytesMax = 253
    static let labelBytesMax = 63

    /// - Parameter text: as in an address: a name of letters, digits, hyphens and underscores; four decimal numbers; IPv6 in brackets.
    ///   Names with other letters are written in punycode (`xn--…`). A dot at the end, a percent sign, a zone are refused.
    package init(_ text: String) throws(Prohibition) {
        guard !text.isEmpty else { throw .urlUnreadable("it names no host") }
        if text.utf8.first == UInt8(ascii: "[") {
            guard text.utf8.last == UInt8(ascii: "]"), let address = IPAddress(String(text.dropFirst().dropLast())), address.isVersion6
            else {
                throw .urlUnreadable("the brackets hold no IPv6 address")
            }
            self = .address(address)
            return
        }
        guard text.utf8.count <= Self.nameBytesMax else { throw .urlUnreadable("the host's name has more than \(Self.nameBytesMax) bytes") }
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        for label in labels {
            guard !label.isEmpty else { throw .urlUnreadable("the host's name has an empty part") }
            guard label.count <= Self.labelBytesMax else {
                throw .urlUnreadable("a part of the host's name has more than \(Self.labelBytesMax) bytes")
            }
            guard label.allSatisfy(Self.isNameByte) else { throw .urlUnreadable("the host's name has a character that is not allowed") }
        }
        // What ends in a number is an address to every resolver (inet_aton): 2130706433, 0x7f.1, 017700000001, 127.1.
        if let last = labels.last, Self.isNumber(last) {
            guard let address = IPAddress(text) else { throw .urlUnreadable("the address is not four decimal numbers") }
            self = .address(address)
            return
        }
        self = .name(String(decoding: text.utf8.map(Self.lowercased), as: UTF8.self))
    }

    /// As it stands in an address, in a `Host` field, in logs.
    package var description: String {
        switch self {
        case .name(let name): name
        case .address(let address): address.isVersion6 ? "[\(address)]" : "\(address)"
        }
    }

    /// `localhost` and what is below it: this machine, whatever a resolver says. Source: RFC 6761, section 6.3.
    var isThisMachine: Bool {
        if case .name(let name) = self { name == "localhost" || name.hasSuffix(".localhost") } else { false }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isNumber(_ label: Substring.UTF8View) -> Bool {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        if label.allSatisfy({ digits.contains($0) }) { return true }
        guard label.first == UInt8(ascii: "0"), label.dropFirst().first.map({ lowercased($0) == UInt8(ascii: "x") }) == true else {
            return false
        }
        return label.dropFirst(2).allSatisfy { digits.contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(lowercased($0)) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
