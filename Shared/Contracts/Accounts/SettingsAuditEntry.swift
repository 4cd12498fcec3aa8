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

extension SettingsAuditEntry: Described {
    package static let meaning = Meaning(
        "SettingsChange", .answer, "One change of the company's settings, users or keys.",
        fields: [
            Field("id", "The entry."),
            Field("at", "When it was changed."),
            Field("actor", "Who changed it. The operator's command line has the id 00000000-0000-0000-0000-000000000000."),
            Field("setting", "`business_rules`, `user` or `key`."),
            Field("before", "All of it, before. Empty if it was made.", .object),
            Field("after", "All of it, after.", .object),
        ],
        list: .init("SettingsChangePage", "What was changed, the latest first."))
}

extension SettingsAuditEntry.Person: Described {
    package static let meaning = Meaning(
        nil, .answer, "Who changed it. The operator's command line has the id 00000000-0000-0000-0000-000000000000.",
        fields: [
            Field("id", "The user."),
            Field("name", "What they were called then."),
        ])
}
