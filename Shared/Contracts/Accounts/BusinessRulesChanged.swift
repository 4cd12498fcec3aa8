/// A company's business rules are these now.
/// - Said by: accounts. Heard by: router (how it routes), and whoever counts in business hours.
/// - Order: per tenant; an older version is a late repeat.
package struct BusinessRulesChanged: Event, Equatable {
    package static let subject: Subject = "accounts.business-rules-changed"
    package static let version: UInt16 = 1
    package static let audience = Audience.internal
    package let rules: BusinessRules

    package init(rules: BusinessRules) {
        self.rules = rules
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(rules, forKey: .rules)
    }

    private enum CodingKeys: String, CodingKey {
        case rules
    }
}
