import Contracts
import Foundation

/// An e-mail address as we keep and compare it: trimmed, in lower case. Whether somebody reads it, only a letter can tell.
package struct EmailAddress: Hashable, Sendable {
    /// Octets. Source: RFC 5321, section 4.5.3.1, with the erratum that a path holds 254.
    package static let lengthMax = 254
    /// Octets before the `@`. Source: RFC 5321, section 4.5.3.1.1.
    package static let localPartMax = 64

    package let text: String

    /// - Throws: ``AccountsError/fieldInvalid(field:detail:)``.
    package init(_ given: String, field: String = "email") throws(AccountsError) {
        let text = given.trimmingCharacters(in: .whitespaces).lowercased()
        guard !text.isEmpty else { throw .fieldInvalid(field: field, detail: "must not be empty") }
        guard text.utf8.count <= Self.lengthMax else {
            throw .fieldInvalid(field: field, detail: "must have at most \(Self.lengthMax) bytes")
        }
        guard let separator = text.lastIndex(of: "@"), Self.isLocalPart(text[..<separator]),
            Self.isDomain(text[text.index(after: separator)...])
        else {
            throw .fieldInvalid(field: field, detail: "must look like name@company.example")
        }
        self.text = text
    }

    private static func isLocalPart(_ part: Substring) -> Bool {
        guard (1...localPartMax).contains(part.utf8.count), !part.hasPrefix("."), !part.hasSuffix("."), !part.contains("..") else {
            return false
        }
        return part.unicodeScalars.allSatisfy {
            $0.value > 0x20 && !(0x7f...0x9f).contains($0.value) && !"@\"(),:;<>[\\]".unicodeScalars.contains($0)
        }
    }

    private static func isDomain(_ domain: Substring) -> Bool {
        let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2 && labels.allSatisfy(isLabel)
    }

    /// Letters, digits and inner hyphens; letters of any script, since addresses may be international (RFC 6531).
    private static func isLabel(_ label: Substring) -> Bool {
        guard (1...63).contains(label.utf8.count), !label.hasPrefix("-"), !label.hasSuffix("-") else { return false }
        return label.unicodeScalars.allSatisfy {
            $0 == "-" || $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0.properties.generalCategory == .nonspacingMark
        }
    }
}
