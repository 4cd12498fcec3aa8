import Contracts

/// What waits for a hash, in an order that nobody can take for themselves alone: the sources of a lane take turns, one job each, and a
/// full queue lets go of the source that has most in it. A value, without threads or clocks.
package struct FairQueue<Job> {
    /// The first goes first.
    package enum Lane: Int, CaseIterable, Sendable {
        /// A browser that has signed in here before, and people who are signed in.
        case known
        case ordinary
        /// Attempts at an account that many have failed at.
        case suspected
    }

    /// Who a job is done for: an address, or whoever else shares one turn.
    package typealias Source = String

    /// Of so many jobs one comes from the last lane that has any, so that it is slow and not shut.
    package static var turnsPerLastLane: Int { 4 }

    private struct Waiting {
        var jobs: [Source: [Job]] = [:]
        /// Whose turn is next, in order; each source that has jobs once.
        var turns: [Source] = []
    }

    private let countMax: Int
    private var lanes: [Waiting]
    private var turn = 0
    package private(set) var count = 0

    package init(countMax: Int) {
        self.countMax = countMax
        lanes = Lane.allCases.map { _ in Waiting() }
    }

    /// - Returns: the job that has to go, which may be this one; nil: there was room.
    package mutating func add(_ job: Job, of source: Source, in lane: Lane) -> Job? {
        insert(job, source, lane.rawValue)
        guard count > countMax else { return nil }
        // The last lane gives first, there the source that holds most, of it the one that came last.
        for index in lanes.indices.reversed() {
            let mine = index == lane.rawValue ? lanes[index].jobs[source]?.count ?? 0 : 0
            var (most, longest) = (mine, source)
            for (other, jobs) in lanes[index].jobs where jobs.count > most { (most, longest) = (jobs.count, other) }
            if most > 0 { return removeLast(of: longest, index) }
        }
        return nil
    }

    package mutating func next() -> Job? {
        guard count > 0 else { return nil }
        turn = (turn + 1) % Self.turnsPerLastLane
        let occupied = lanes.indices.filter { !lanes[$0].turns.isEmpty }
        guard let index = turn == 0 ? occupied.last : occupied.first else { return nil }
        let source = lanes[index].turns.removeFirst()
        guard let job = lanes[index].jobs[source]?.removeFirst() else { return nil }
        count -= 1
        if lanes[index].jobs[source]?.isEmpty ?? true {
            lanes[index].jobs[source] = nil
        } else {
            lanes[index].turns.append(source)
        }
        return job
    }

    private mutating func insert(_ job: Job, _ source: Source, _ lane: Int) {
        if lanes[lane].jobs[source] == nil { lanes[lane].turns.append(source) }
        lanes[lane].jobs[source, default: []].append(job)
        count += 1
    }

    private mutating func removeLast(of source: Source, _ lane: Int) -> Job? {
        let job = lanes[lane].jobs[source]?.removeLast()
        if job != nil { count -= 1 }
        if lanes[lane].jobs[source]?.isEmpty ?? true {
            lanes[lane].jobs[source] = nil
            lanes[lane].turns.removeAll { $0 == source }
        }
        return job
    }
}
