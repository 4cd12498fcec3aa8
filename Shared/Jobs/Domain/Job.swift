import Contracts
import Foundation

/// A job as its effect sees it.
package struct Job: Sendable, Equatable {
    package let clientID: TenantID
    /// The same for every attempt: what a provider that deduplicates is given.
    package let id: JobID
    package let kind: String
    package let key: String
    package let payload: [UInt8]
    /// From 1.
    package let attempt: Int
    package let createdAt: Date

    package init(clientID: TenantID, id: JobID, kind: String, key: String, payload: [UInt8], attempt: Int, createdAt: Date) {
        self.clientID = clientID
        self.id = id
        self.kind = kind
        self.key = key
        self.payload = payload
        self.attempt = attempt
        self.createdAt = createdAt
    }
}
