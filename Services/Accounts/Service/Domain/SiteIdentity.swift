import Contracts
import Crypto
import Foundation

/// What a website says of somebody who is signed in there.
package enum SiteIdentity {
    /// Bytes. Identifiers are ids or e-mail addresses.
    package static let identifierMax = 512

    /// Lowercase hex of HMAC-SHA256(secret text, identifier text).
    package static func hash(of identifier: String, secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(identifier.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return code.map { byte in
            let digits = Array("0123456789abcdef")
            return "\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }.joined()
    }

    /// Takes the same time wherever the first difference stands, and tries every secret.
    package static func isValid(hash given: String, of identifier: String, secrets: [String]) -> Bool {
        var isValid = false
        for secret in secrets {
            let matches = SecretToken.isEqual(Array(hash(of: identifier, secret: secret).utf8), Array(given.utf8))
            isValid = isValid || matches
        }
        return isValid
    }

    /// The same customer for ever, on every website of the company: the first 16 bytes of SHA-256(client_id's 16 bytes ‖
    /// identifier in UTF-8), marked as UUID version 8 (RFC 9562, section 5.8).
    package static func customerID(of identifier: String, clientID: TenantID) -> CustomerID {
        var bytes = Array(SHA256.hash(data: Data(clientID.uuid.bytes + Array(identifier.utf8)))).prefix(16).map { $0 }
        bytes[6] = 0x80 | bytes[6] & 0x0f
        bytes[8] = 0x80 | bytes[8] & 0x3f
        return CustomerID(UUID(bytes: bytes))
    }
}
