import Foundation
import Testing

/// `JOBS_SEEDS=500` tries more of them; `JOBS_SEED=4711` replays one.
@Suite(.timeLimit(.minutes(30))) struct `Jobs in any order of what can happen to them` {
    private static let steps = 200

    private static var seeds: [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["JOBS_SEED"].flatMap({ UInt64($0) }) { return [seed] }
        return Array(1...(environment["JOBS_SEEDS"].flatMap({ UInt64($0) }) ?? 6))
    }

    @Test func `are never sent twice, never forgotten, and one at a time in their order`() async throws {
        let happened = try await withThrowingTaskGroup(of: [String: Int].self) { group in
            for seed in Self.seeds {
                group.addTask {
                    var model = try await JobsModel(seed: seed)
                    try await model.run(steps: Self.steps)
                    #expect(model.violations == [], "seed \(seed)")
                    return model.happened
                }
            }
            return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
        }
        let wanted = [
            "enqueue", "repeat", "claim", "send", "answer", "late answer", "answer lost", "call lost", "died before sending",
            "died before answering", "lease expired", "look-up", "retried by hand", "given up", "renew", "time",
        ]
        #expect(wanted.filter { happened[$0] == nil } == [], "the seeds try everything: \(happened)")
    }

    @Test(arguments: [JobsModel.Plant.deduplicationClaimed, .unfencedAnswers, .unserialClaims])
    func `show a fault that is put in on purpose`(plant: JobsModel.Plant) async throws {
        var found: [String] = []
        for seed in Self.seeds where found.isEmpty {
            var model = try await JobsModel(seed: seed, plant: plant)
            try await model.run(steps: Self.steps)
            found = model.violations
        }
        #expect(!found.isEmpty, "\(plant) is found with the seeds that find nothing else")
        if plant == .deduplicationClaimed { #expect(found.contains { $0.hasPrefix("plain") && $0.contains("sent 2 times") }, "\(found)") }
    }
}
