import Contracts
import Foundation

/// What the texts of accounts may be. Each throws ``AccountsError/fieldInvalid(field:detail:)`` naming the field.
package enum FieldRules {
    /// Origins of one site. They travel in a header (`frame-ancestors`), which must stay small.
    package static let originsMax = 50

    /// - Returns: the name without spaces around it.
    package static func name(_ given: String, field: String = "name") throws(AccountsError) -> String {
        let name = given.trimmingCharacters(in: .whitespacesAndNewlines)
        try check(name, .name, field: field)
        return name
    }

    private static func check(_ text: String, _ rule: TextRule, field: String) throws(AccountsError) {
        if let problem = rule.problem(of: text) { throw .fieldInvalid(field: field, detail: problem.detail) }
    }

    package static func slug(_ slug: String, field: String = "slug") throws(AccountsError) -> String {
        guard isSlug(slug) else {
            throw .fieldInvalid(field: field, detail: "must have 2 to 40 characters of a–z, 0–9 and hyphens")
        }
        return slug
    }

    package static func isSlug(_ text: String) -> Bool {
        (2...40).contains(text.utf8.count)
            && text.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
    }

    package static func greeting(_ text: String) throws(AccountsError) -> String {
        try check(text, .note, field: "greeting")
        return text
    }

    package static func role(_ role: Role) throws(AccountsError) -> Role {
        guard Role.staff.contains(role) else {
            throw .fieldInvalid(field: "role", detail: "must be admin, supervisor, agent or viewer")
        }
        return role
    }

    /// `accent` is a colour like `#1a2b3c`, `position` is `left` or `right` (also `start`, `end`: by the direction of writing).
    package static func theme(_ theme: [String: JSONValue]) throws(AccountsError) -> [String: JSONValue] {
        for (member, value) in theme {
            switch member {
            case "accent":
                guard let text = value.string, text.utf8.count == 7, text.hasPrefix("#"), text.utf8.dropFirst().allSatisfy(isHexDigit)
                else {
                    throw .fieldInvalid(field: "theme.accent", detail: "must be a colour like #1a2b3c")
                }
            case "position":
                guard let text = value.string, ["left", "right", "start", "end"].contains(text) else {
                    throw .fieldInvalid(field: "theme.position", detail: "must be left, right, start or end")
                }
            default: throw .fieldInvalid(field: "theme", detail: "must contain accent and position only")
            }
        }
        return theme
    }

    /// - Returns: the origins in their normal form, each once, in the order given.
    package static func origins(_ given: [String]) throws(AccountsError) -> [String] {
        guard given.count <= originsMax else {
            throw .fieldInvalid(field: "allowed_origins", detail: "must have at most \(originsMax) entries")
        }
        var origins: [String] = []
        for (index, text) in given.enumerated() {
            guard let origin = WebOrigin(text) else {
                throw .fieldInvalid(
                    field: "allowed_origins[\(index)]",
                    detail: "must be like https://www.example.com or http://localhost:8080, without a path")
            }
            if !origins.contains(origin.text) { origins.append(origin.text) }
        }
        return origins
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
}
