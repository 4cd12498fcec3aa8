/// Where a conversation stands. Contracts §2.
package struct ConversationStatus: RawRepresentable, CaseIterable, Hashable, Sendable, Codable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// In the queue, or with the assistant. Nobody's capacity is held.
    package static let waiting = ConversationStatus(rawValue: "waiting")
    /// An agent has the floor and holds capacity for it.
    package static let assigned = ConversationStatus(rawValue: "assigned")
    /// Waits for the customer, or is snoozed until a time.
    package static let pending = ConversationStatus(rawValue: "pending")
    /// Answered; a customer's message opens it again.
    package static let resolved = ConversationStatus(rawValue: "resolved")
    /// Final. Writes are refused.
    package static let closed = ConversationStatus(rawValue: "closed")

    package static let allCases: [ConversationStatus] = [.waiting, .assigned, .pending, .resolved, .closed]

    /// What a filter's word stands for: a status, or the older names `active` and `completed`; empty for any other word.
    package static func matching(_ filter: String) -> [ConversationStatus] {
        switch filter {
        case "active": [.assigned, .pending]
        case "completed": [.resolved, .closed]
        default: allCases.filter { $0.rawValue == filter }
        }
    }

    package var description: String { rawValue }
}
