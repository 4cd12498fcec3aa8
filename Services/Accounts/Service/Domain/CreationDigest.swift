import Contracts
import Crypto
import Foundation

/// Recognises a repeated order to create: the same id with the same content is the same order, whatever happened to the thing since.
package enum CreationDigest {
    /// SHA-256 over the parts, each with its length before it. Never of a secret.
    package static func of(_ parts: [String]) -> [UInt8] {
        var hash = SHA256()
        for part in parts {
            hash.update(data: Data("\(part.utf8.count):".utf8))
            hash.update(data: Data(part.utf8))
        }
        return Array(hash.finalize())
    }
}
