import Bus
import Contracts

/// Everything about one run that is not decided on the way. All of it comes from the seed.
struct SimulationOptions: CustomStringConvertible {
    let seed: UInt64
    let partitions: Int
    let producers: Int
    /// Durable consumers; each number is that consumer's replicas, which share its cursors.
    let consumers: [Int]
    let followers: Int
    /// Transactions of the producers while there are faults, and after.
    let commits: Int
    /// Microseconds with faults.
    let faultyFor: Int64
    let drop: Double
    let `repeat`: Double
    /// Of frames that take up to three seconds instead of milliseconds.
    let delay: Double
    let crash: Double
    let unknownCommit: Double
    let transactionFails: Double
    /// Whether a restore loses a tail of the log, with a new epoch, and an operator reconciles the consumers later.
    let hasRestore: Bool
    let limits: ConsumerCore.Limits

    init(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        func chance(_ values: [Double]) -> Double { values.randomElement(using: &generator)! }
        self.seed = seed
        partitions = Int.random(in: 1...3, using: &generator)
        producers = Int.random(in: 1...3, using: &generator)
        consumers = (0..<Int.random(in: 1...2, using: &generator)).map { _ in Int.random(in: 1...3, using: &generator) }
        followers = Int.random(in: 0...2, using: &generator)
        commits = Int.random(in: 5...60, using: &generator)
        faultyFor = Int64.random(in: 1_000_000...8_000_000, using: &generator)
        drop = chance([0, 0.02, 0.2, 0.7, 1])
        self.repeat = chance([0, 0.1, 0.5])
        delay = chance([0, 0.05, 0.3])
        crash = chance([0, 0.02, 0.1])
        unknownCommit = chance([0, 0.05, 0.2])
        transactionFails = chance([0, 0.05, 0.3])
        hasRestore = chance([0, 0, 0, 0, 1]) == 1
        var limits = ConsumerCore.Limits()
        if Bool.random(using: &generator) {
            // Small enough that overflow is met in a small run.
            limits.heldEventsMax = Int.random(in: 2...16, using: &generator)
            limits.heldBytesMax = Int.random(in: 100...2000, using: &generator)
            limits.batchEventsMax = Int.random(in: 1...8, using: &generator)
            limits.batchBytesMax = Int.random(in: 1...500, using: &generator)
        }
        self.limits = limits
    }

    var description: String {
        "seed \(seed): \(partitions) partitions, \(producers) producers, consumers \(consumers), \(followers) followers, \(commits) commits, "
            + "faults for \(faultyFor / 1000) ms, drop \(drop), repeat \(self.repeat), delay \(delay), crash \(crash), "
            + "unknown commit \(unknownCommit), transaction fails \(transactionFails), restore \(hasRestore), "
            + "held \(limits.heldEventsMax) events \(limits.heldBytesMax) bytes, batch \(limits.batchEventsMax)"
    }
}

/// What happened, summed over runs: a simulation without faults proves nothing.
struct SimulationTally {
    var commits = 0
    var unknownCommits = 0
    var crashes = 0
    var dropped = 0
    var repeated = 0
    var late = 0
    var effects = 0
    var followed = 0
    var fetches = 0
    var yields = 0
    var restores = 0
    var stalls = 0
    var overflows = 0
    /// The longest that any run took, after its faults ended, until nobody lagged. Microseconds.
    var slowestRecovery: Int64 = 0

    static func += (left: inout Self, right: Self) {
        left.commits += right.commits
        left.unknownCommits += right.unknownCommits
        left.crashes += right.crashes
        left.dropped += right.dropped
        left.repeated += right.repeated
        left.late += right.late
        left.effects += right.effects
        left.followed += right.followed
        left.fetches += right.fetches
        left.yields += right.yields
        left.restores += right.restores
        left.stalls += right.stalls
        left.overflows += right.overflows
        left.slowestRecovery = max(left.slowestRecovery, right.slowestRecovery)
    }
}
