import Crypto
import Foundation

/// A key with the name that sealed values remember it by. Its bytes are never printed.
package struct SealingKey: Sendable, CustomStringConvertible {
    package let id: String
    let key: SymmetricKey

    /// AES-256.
    package static let bytesCount = 32
    package static let idBytesMax = 32

    /// - Returns: nil if the id is not small letters, digits and hyphens (at most ``idBytesMax``), or the key not ``bytesCount`` bytes.
    package init?(id: String, bytes: [UInt8]) {
        guard Self.isID(id), bytes.count == Self.bytesCount else { return nil }
        self.id = id
        key = SymmetricKey(data: bytes)
    }

    package static func generate(id: String) -> SealingKey? {
        SealingKey(id: id, bytes: SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
    }

    package var description: String { id }

    /// `id:base64`, as it stands in the key ring's file. Secret.
    var line: String { "\(id):\(key.withUnsafeBytes { Data($0) }.base64EncodedString())" }

    static func isID(_ text: some StringProtocol) -> Bool {
        (1...idBytesMax).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
    }
}
