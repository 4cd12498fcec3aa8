import Contracts

/// What stands outside: counts what reached it, and knows of each job whether it was done.
struct CountingProvider {
    /// Times that the customer felt it.
    private(set) var effects: [JobID: Int] = [:]
    /// Times that a call came.
    private(set) var calls: [JobID: Int] = [:]

    /// - Parameter deduplicates: whether a second call for a job does nothing.
    mutating func accept(_ id: JobID, deduplicates: Bool) {
        calls[id, default: 0] += 1
        if !deduplicates || effects[id] == nil { effects[id, default: 0] += 1 }
    }

    mutating func refuse(_ id: JobID) { calls[id, default: 0] += 1 }

    func count(_ id: JobID) -> Int { effects[id] ?? 0 }
}
