import Synchronization

/// How many requests come through: `burst` at once, then `rate` per second. A value, so that it is tested without a clock.
package struct BucketPolicy: Sendable, Equatable {
    package let name: String
    /// Per second.
    package let rate: Double
    package let burst: Double

    package init(_ name: String, rate: Double, burst: Double) {
        self.name = name
        self.rate = rate
        self.burst = burst
    }
}

package struct TokenBucket: Sendable {
    package private(set) var tokens: Double
    private var filledAt: ContinuousClock.Instant

    package init(_ policy: BucketPolicy, now: ContinuousClock.Instant) {
        tokens = policy.burst
        filledAt = now
    }

    /// - Returns: nil if one was taken, else how long until there is one.
    package mutating func take(_ policy: BucketPolicy, now: ContinuousClock.Instant) -> Duration? {
        fill(policy, now: now)
        guard tokens >= 1 else { return .seconds((1 - tokens) / policy.rate) }
        tokens -= 1
        return nil
    }

    package mutating func fill(_ policy: BucketPolicy, now: ContinuousClock.Instant) {
        let (seconds, attoseconds) = max(.zero, now - filledAt).components
        tokens = min(policy.burst, tokens + (Double(seconds) + Double(attoseconds) / 1e18) * policy.rate)
        filledAt = now
    }
}

/// A bucket for each address, visitor or company.
package final class TokenBuckets<Key: Hashable & Sendable>: Sendable {
    /// Buckets held at once, about 100 bytes each. Beyond it full ones are forgotten first, which changes nothing, then any: a flood
    /// from so many addresses is not one that this table stops.
    package static var countMax: Int { 100_000 }

    package let policy: BucketPolicy
    private let buckets = Mutex<[Key: TokenBucket]>([:])

    package init(_ policy: BucketPolicy) {
        self.policy = policy
    }

    package struct Taken: Sendable {
        /// nil: come in.
        package let wait: Duration?
        package let remaining: Int
    }

    package func take(_ key: Key, now: ContinuousClock.Instant = .now) -> Taken {
        buckets.withLock { buckets in
            var bucket = buckets[key] ?? TokenBucket(policy, now: now)
            let wait = bucket.take(policy, now: now)
            if buckets[key] == nil, buckets.count >= Self.countMax { makeRoom(&buckets, now) }
            buckets[key] = bucket
            return Taken(wait: wait, remaining: Int(bucket.tokens))
        }
    }

    package var count: Int { buckets.withLock { $0.count } }

    private func makeRoom(_ buckets: inout [Key: TokenBucket], _ now: ContinuousClock.Instant) {
        for (key, var bucket) in buckets {
            bucket.fill(policy, now: now)
            if bucket.tokens >= policy.burst { buckets[key] = nil }
        }
        if buckets.count >= Self.countMax {
            for key in Array(buckets.keys.prefix(Self.countMax / 2)) { buckets[key] = nil }
        }
    }
}
