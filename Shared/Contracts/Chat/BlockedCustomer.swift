import Foundation

/// An entry of the list of blocked customers.
package struct BlockedCustomer: Codable, Sendable, Equatable {
    package let customer: Session.CustomerSummary
    package let reason: String?
    package let blockedAt: Date
    package let blockedBy: Author

    package init(customer: Session.CustomerSummary, reason: String? = nil, blockedAt: Date, blockedBy: Author) {
        self.customer = customer
        self.reason = reason
        self.blockedAt = blockedAt
        self.blockedBy = blockedBy
    }

    private enum CodingKeys: String, CodingKey {
        case customer, reason
        case blockedAt = "blocked_at"
        case blockedBy = "blocked_by"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(customer, forKey: .customer)
        try container.encode(reason, forKey: .reason)
        try container.encode(blockedAt, forKey: .blockedAt)
        try container.encode(blockedBy, forKey: .blockedBy)
    }
}

extension BlockedCustomer: Described {
    package static let meaning = Meaning(
        "BlockedCustomer", .answer, "Somebody whose messages are refused.",
        fields: [
            Field("customer", "Who is blocked."),
            Field("reason", "Why, if somebody said."),
            Field("blocked_at", "Since when."),
            Field("blocked_by", "Who did it."),
        ],
        list: .init("BlockedCustomerPage", "Who is blocked, latest first."))
}
