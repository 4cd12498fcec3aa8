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

    /// What is hashed: keyboards write one letter in several ways.
    package static func bytes(_ password: String) -> [UInt8] { Array(password.precomposedStringWithCanonicalMapping.utf8) }
}
