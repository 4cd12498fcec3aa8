import Bus
import Foundation
import Testing

/// Replay one seed, with every step: `SIMULATOR_SEED=4711 swift test --filter LogSimulator`.
/// Longer: `SIMULATOR_SECONDS=3600 swift test --filter LogSimulator`. More fixed seeds: `SIMULATOR_SEEDS=20000`.
@Suite struct LogSimulator {
    /// Seeds that every run tries.
    static let seedsMin = 2000

    static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    @Test func `every event takes effect exactly once and in order, whatever the network and the crashes do`() async {
        if let seed = Self.number("SIMULATOR_SEED") {
            let simulation = Simulation(SimulationOptions(seed: UInt64(seed)), isTraced: true)
            simulation.run()
            print(simulation.trace.joined(separator: "\n"))
            print(simulation.options)
            #expect(simulation.failure == nil)
            return
        }
        let seeds = Self.number("SIMULATOR_SEEDS") ?? Self.seedsMin
        let until = ContinuousClock.now + .seconds(Self.number("SIMULATOR_SECONDS") ?? 0)
        // The first seeds are the same everywhere; time that is left goes to others.
        let more = UInt64.random(in: 1_000_000...UInt64(UInt32.max))
        var tally = SimulationTally()
        var runs = 0
        var failures: [String] = []
        await withTaskGroup(of: (Int, SimulationTally, [String]).self) { group in
            let workers = ProcessInfo.processInfo.activeProcessorCount
            for worker in 0..<workers {
                group.addTask {
                    var (runs, tally, failures) = (0, SimulationTally(), [String]())
                    var index = worker
                    while failures.isEmpty, index < seeds || ContinuousClock.now < until {
                        let seed = index < seeds ? UInt64(index + 1) : more + UInt64(index)
                        let simulation = Simulation(SimulationOptions(seed: seed))
                        simulation.run()
                        tally += simulation.tally
                        runs += 1
                        if let failure = simulation.failure { failures.append(failure) }
                        index += workers
                        await Task.yield()
                    }
                    return (runs, tally, failures)
                }
            }
            for await (count, part, found) in group {
                runs += count
                tally += part
                failures += found
            }
        }
        for failure in failures { Issue.record("\(failure). Replay it with SIMULATOR_SEED") }
        print("log simulator: \(runs) seeds, \(tally)")
        guard failures.isEmpty else { return }
        #expect(runs >= seeds)
        // Without all of these the runs would prove less than they say.
        #expect(tally.commits > runs && tally.unknownCommits > 0 && tally.crashes > 0)
        #expect(tally.dropped > 0 && tally.repeated > 0 && tally.late > 0)
        #expect(tally.effects > 0 && tally.followed > 0 && tally.fetches > 0 && tally.yields > 0)
        #expect(tally.restores > 0 && tally.stalls > 0 && tally.overflows > 0)
    }

    @Test(arguments: Mistake.allCases) func `a mistake in the core, its shell or its publisher is found`(_ mistake: Mistake) {
        var found: String?
        for seed in 1...500 {
            let simulation = Simulation(SimulationOptions(seed: UInt64(seed)), mistake: mistake)
            simulation.run()
            found = simulation.failure
            if found != nil { break }
        }
        #expect(found != nil)
    }

    @Test func `one seed is one run`() {
        func trace(_ seed: UInt64) -> [String] {
            let simulation = Simulation(SimulationOptions(seed: seed), isTraced: true)
            simulation.run()
            return simulation.trace
        }
        let first = trace(7)
        #expect(first.count > 50)
        #expect(trace(7) == first)
        #expect(trace(8) != first)
    }
}
