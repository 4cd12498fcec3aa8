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

extension JobSummary: Described {
    package static let meaning = Meaning(
        "Job", .answer, "A side effect outside. What it carries is not shown.",
        fields: [
            Field("id", "The job."),
            Field("kind", "What is done, such as `send-sms`."),
            Field("key", "What it stands in line for: of one key one job runs at a time, in the order in which they were made."),
            Field("state", "`unknown`: it may have been done, and nobody can say; a person decides."),
            Field("attempt", "Attempts begun.", .from(0)),
            Field("not_before", "A queued one waits at least until then."),
            Field("lease_until", "Until when a running one is held by its worker."),
            Field("last_error", "Why the last attempt did not succeed."),
            Field("created_at", "When it was made."),
            Field("finished_at", "When it was done or failed."),
        ],
        list: .init("JobPage", "Jobs."))
}
