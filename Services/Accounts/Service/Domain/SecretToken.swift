import Contracts
import Crypto
import Foundation

/// A random secret that we give out once and keep only as a hash. 256 bits need no slow hash.
package struct SecretToken: Sendable, CustomStringConvertible, CustomReflectable {
    /// Bytes.
    package static let length = 32

    /// What the other side keeps.
    package let text: String

    package init(text: String) { self.text = text }

    package static func random(prefix: String = "") -> SecretToken {
        let key = SymmetricKey(size: .bits256)
        return SecretToken(text: prefix + key.withUnsafeBytes { Base64URL.encode(Array($0)) })
    }

    /// SHA-256 of the text: what the database keeps.
    package var hash: [UInt8] { Array(SHA256.hash(data: Data(text.utf8))) }

    package var description: String { "SecretToken" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }

    /// The same time for any two texts of these lengths.
    package static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
