import Contracts
import Foundation

/// What a new password must be. Old ones are only compared.
package enum PasswordRules {
    /// Characters. Source: NIST SP 800-63B, section 5.1.1.2, asks for 8 at least and forbids rules of composition.
    package static let lengthMin = 10
    /// Characters. Beyond it hashing would be a way to keep us busy.
    package static let lengthMax = 1000

    /// - Parameter email: the user's, which is no secret.
    package static func check(_ password: String, email: String?, field: String) throws(AccountsError) {
        let length = password.unicodeScalars.count
        guard length >= lengthMin else { throw .passwordTooWeak(field: field, detail: "must have at least \(lengthMin) characters") }
        guard length <= lengthMax else { throw .fieldInvalid(field: field, detail: "must have at most \(lengthMax) characters") }
        guard password.lowercased() != email else { throw .passwordTooWeak(field: field, detail: "must not be the e-mail address") }
        guard Set(password.unicodeScalars).count > 1 else {
            throw .passwordTooWeak(field: field, detail: "must not be one character repeated")
        }
    }

    /// What is hashed: keyboards write one letter in several ways. What is longer than any password is not put in order first, which costs
    /// more than its length: it matches none as it is.
    package static func bytes(_ password: String) -> [UInt8] {
        guard password.utf8.count <= 4 * lengthMax else { return Array(password.utf8.prefix(4 * lengthMax + 1)) }
        return Array(password.precomposedStringWithCanonicalMapping.utf8)
    }
}
