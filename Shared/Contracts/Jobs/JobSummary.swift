import Foundation

package enum JobRecord {}
package typealias JobID = Identifier<JobRecord>

/// A job as administrators see it. What it carries is not shown: it may hold a customer's words.
package struct JobSummary: Codable, Sendable, Equatable {
    package let id: JobID
    package let kind: String
    /// What it stands in line for; jobs of one key run one after the other.
    package let key: String
    package let state: JobState
    /// Attempts begun.
    package let attempt: Int
    /// Queued ones wait at least until then.
    package let notBefore: Date
    /// Until when a running one is held, unless that is renewed.
    package let leaseUntil: Date?
    package let lastError: JobFailure?
    package let createdAt: Date
    /// When it was done or failed.
    package let finishedAt: Date?

    package init(
        id: JobID, kind: String, key: String, state: JobState, attempt: Int, notBefore: Date, leaseUntil: Date?, lastError: JobFailure?,
        createdAt: Date, finishedAt: Date?
    ) {
        self.id = id
        self.kind = kind
        self.key = key
        self.state = state
        self.attempt = attempt
        self.notBefore = notBefore
        self.leaseUntil = leaseUntil
        self.lastError = lastError
        self.createdAt = createdAt
        self.finishedAt = finishedAt
    }

    private enum CodingKeys: String, CodingKey {
        case id, kind, key, state, attempt
        case notBefore = "not_before"
        case leaseUntil = "lease_until"
        case lastError = "last_error"
        case createdAt = "created_at"
        case finishedAt = "finished_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(kind, forKey: .kind)
        try container.encode(key, forKey: .key)
        try container.encode(state, forKey: .state)
        try container.encode(attempt, forKey: .attempt)
        try container.encode(notBefore, forKey: .notBefore)
        try container.encode(leaseUntil, forKey: .leaseUntil)
        try container.encode(lastError, forKey: .lastError)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(finishedAt, forKey: .finishedAt)
    }
}
