import Foundation

/// An address of IPv4 (4 bytes) or IPv6 (16 bytes), in network order. An IPv4 address written inside IPv6 stays IPv6: who means 10.0.0.1 writes it so.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    package let bytes: [UInt8]

    package init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// - Parameter text: four decimal numbers without leading zeros, or IPv6 (RFC 4291, section 2.2) without brackets and zone.
    /// - Returns: nil for every other notation: hexadecimal, octal, fewer than four numbers, one number.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.textBytesMax else { return nil }
        self.init(bytes: Self.version4(text) ?? Self.version6(text) ?? [])
    }

    /// The longest notation of IPv6 has 45 bytes (`INET6_ADDRSTRLEN` without its zero).
    private static let textBytesMax = 45

    package var isVersion6: Bool { bytes.count == 16 }

    package var description: String {
        guard isVersion6 else { return bytes.map(String.init).joined(separator: ".") }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        return bytes.withUnsafeBytes { source in
            guard inet_ntop(AF_INET6, source.baseAddress, &text, socklen_t(text.count)) != nil else { return "?" }
            return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }

    private static func version4(_ text: String) -> [UInt8]? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                part.count == 1 || part.first != UInt8(ascii: "0"), let number = UInt8(String(decoding: part, as: UTF8.self))
            else { return nil }
            bytes.append(number)
        }
        return bytes
    }

    private static func version6(_ text: String) -> [UInt8]? {
        guard text.utf8.contains(UInt8(ascii: ":")), !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
    }
}
