import Foundation

/// One change of a company's settings, users or keys: who, when, and the whole of it before and after.
package struct SettingsAuditEntry: Codable, Sendable, Equatable {
    package struct Person: Codable, Sendable, Equatable {
        /// Whoever runs the installation, from its command line: nobody of the company.
        package static let `operator` = Person(id: UserID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))), name: "Operator")

        package let id: UserID
        package let name: String

        package init(id: UserID, name: String) {
            self.id = id
            self.name = name
        }
    }

    package let id: EntityID
    package let at: Date
    package let actor: Person
    /// `business_rules`, `user` or `key`.
    package let setting: String
    package let before: JSONValue
    package let after: JSONValue

    package init(id: EntityID, at: Date, actor: Person, setting: String, before: JSONValue, after: JSONValue) {
        self.id = id
        self.at = at
        self.actor = actor
        self.setting = setting
        self.before = before
        self.after = after
    }
}
