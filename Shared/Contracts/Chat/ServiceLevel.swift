import Foundation

/// How a conversation stands to what the company promised.
package struct ServiceLevel: Codable, Sendable, Equatable {
    package enum State: String, Codable, Sendable, CaseIterable {
        case ok
        /// Most of a time has passed.
        case warning
        /// A time has passed.
        case breached
    }

    package let state: State
    /// nil: no target, or the answer was given.
    package let firstResponseDueAt: Date?
    /// nil: no target, or the conversation waits for the customer, or it is done.
    package let resolutionDueAt: Date?

    package init(state: State, firstResponseDueAt: Date?, resolutionDueAt: Date?) {
        self.state = state
        self.firstResponseDueAt = firstResponseDueAt
        self.resolutionDueAt = resolutionDueAt
    }

    private enum CodingKeys: String, CodingKey {
        case state
        case firstResponseDueAt = "first_response_due_at"
        case resolutionDueAt = "resolution_due_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(state, forKey: .state)
        try container.encode(firstResponseDueAt, forKey: .firstResponseDueAt)
        try container.encode(resolutionDueAt, forKey: .resolutionDueAt)
    }
}

extension ServiceLevel: Described {
    package static let meaning = Meaning(
        "ServiceLevel", .answer, "How a conversation stands to what the company promised.",
        fields: [
            Field("state", "`warning`: most of a time has passed; `breached`: a time has passed."),
            Field("first_response_due_at", "Null: no target, or answered."),
            Field("resolution_due_at", "Null: no target, or it waits for the customer, or it is done."),
        ])
}
