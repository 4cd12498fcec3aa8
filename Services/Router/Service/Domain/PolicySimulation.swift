import Contracts
import Foundation

/// What a draft policy would have done with a past period: a simulation by events in the order of their times. Pure: the same past and
/// the same settings give the same figures.
///
/// Assumed: conversations come when the router first looked at them and take as long as they took, whoever has them. An agent stands as
/// the last decision saw it (before the first: as the first did). What people did by hand is done again. Offers are taken at once by
/// whomever they would be made to; nobody returns anything; a conversation that nobody would have got waits to the period's end.
package struct PolicySimulation {
    /// One conversation's fate.
    package struct Placement: Sendable, Equatable {
        package let conversation: ConversationID
        package let agent: AgentID?
        package let arrivedAt: Date
        package let enteredAt: Date
        /// Nil: waited to the period's end.
        package let startedAt: Date?
        package let endedAt: Date
        package let weight: Int
    }

    /// Waiting conversations looked at each time somebody has room; those further behind wait for the next time.
    private static let lookedAtMax = 1000

    private enum Happening {
        case seen(SeenAgent)
        case ended(AgentID, weight: Int, channel: Channel)
        case arrived(Int)
        /// Less is asked for from now on, or the preferred agent is not waited for any longer.
        case relaxed
    }

    private struct Occurrence {
        let at: Date
        /// At one moment: agents are seen, work ends, work arrives, less is asked for.
        let rank: Int
        let number: Int
        let happening: Happening

        static func precedes(_ left: Occurrence, _ right: Occurrence) -> Bool {
            (left.at, left.rank, left.number) < (right.at, right.rank, right.number)
        }
    }

    private let policy: RoutingPolicy
    private let settings: RoutingSettings
    private let past: [PastWork]
    private let to: Date
    private var agents: [AgentID: Candidate] = [:]
    /// What each holds of each channel, limited or not.
    private var channelLoads: [AgentID: [String: Int]] = [:]
    private var upcoming: [Occurrence]
    private var nextUpcoming = 0
    /// Ends of what the simulation handed out, the earliest last.
    private var ends: [Occurrence] = []
    private var waiting: [Int] = []
    private var number: Int
    package private(set) var placements: [Placement] = []

    /// - Parameters:
    ///   - past: in the order of arrival.
    ///   - seen: in the order of time.
    ///   - to: the period's end.
    package init(settings: RoutingSettings, past: [PastWork], seen: [SeenAgent], to: Date) {
        self.settings = settings
        policy = RoutingPolicy(settings: settings)
        self.past = past
        self.to = to
        var occurrences: [Occurrence] = []
        var known: [AgentID: SeenAgent] = [:]
        for (index, agent) in seen.enumerated() {
            if let before = known[agent.candidate.id] {
                guard agent.differs(from: before) else { continue }
                occurrences.append(Occurrence(at: agent.at, rank: 0, number: index, happening: .seen(agent)))
            } else {
                // Whoever was assigned something longest ago goes first among equals, from the beginning on.
                agents[agent.candidate.id] = agent.candidate.holding(0, [:], since: agent.candidate.lastAssignedAt)
            }
            known[agent.candidate.id] = agent
        }
        for (index, work) in past.enumerated() {
            occurrences.append(
                Occurrence(at: work.isByHand ? work.startedAt : work.enteredAt, rank: 2, number: index, happening: .arrived(index)))
            guard !work.isByHand else { continue }
            var seconds: [Int] = []
            if !work.work.requiredCapabilities.isEmpty {
                seconds += settings.relaxation.map(\.afterSeconds) + [settings.priorityFallbackSeconds].compactMap(\.self)
            }
            if work.work.preferredAgentID != nil, settings.preferredWaitSeconds > 0 { seconds.append(settings.preferredWaitSeconds) }
            for at in seconds.map({ work.arrivedAt.addingTimeInterval(Double($0)) }) where at > work.enteredAt && at < to {
                occurrences.append(Occurrence(at: at, rank: 3, number: index, happening: .relaxed))
            }
        }
        upcoming = occurrences.sorted(by: Occurrence.precedes)
        number = past.count
    }

    /// 0 to 1.
    package var progress: Double { upcoming.isEmpty ? 1 : Double(nextUpcoming) / Double(upcoming.count) }

    /// Goes on by so many occurrences.
    /// - Returns: whether there are more.
    package mutating func advance(_ count: Int) -> Bool {
        for _ in 0..<count {
            guard let next = takeNext(), next.at < to else {
                finish()
                return false
            }
            apply(next)
            // What happened at one moment is looked at together, the most urgent first.
            if following.map({ $0.at > next.at }) ?? true { drain(at: next.at) }
        }
        return true
    }

    private var following: Occurrence? {
        let first = nextUpcoming < upcoming.count ? upcoming[nextUpcoming] : nil
        guard let end = ends.last, first.map({ Occurrence.precedes(end, $0) }) ?? true else { return first }
        return end
    }

    private mutating func takeNext() -> Occurrence? {
        guard let next = following else { return nil }
        if case .ended = next.happening { ends.removeLast() } else { nextUpcoming += 1 }
        return next
    }

    private mutating func apply(_ occurrence: Occurrence) {
        switch occurrence.happening {
        case .seen(let seen):
            let (id, before) = (seen.candidate.id, agents[seen.candidate.id])
            agents[id] = seen.candidate.holding(before?.load ?? 0, channelLoads[id] ?? [:], since: before?.lastAssignedAt)
        case .ended(let agent, let weight, let channel):
            hold(-weight, of: channel, by: agent)
        case .arrived(let index) where past[index].isByHand:
            place(index, with: past[index].agent, at: occurrence.at)
        case .arrived(let index):
            let place = waiting.firstIndex { comesBefore(index, $0) } ?? waiting.count
            waiting.insert(index, at: place)
        case .relaxed: break
        }
    }

    /// Contracts §7: priority descending, time, id.
    private func comesBefore(_ left: Int, _ right: Int) -> Bool {
        let (left, right) = (past[left], past[right])
        if left.priority != right.priority { return left.priority > right.priority }
        return (left.arrivedAt, left.conversation) < (right.arrivedAt, right.conversation)
    }

    private mutating func drain(at date: Date) {
        var index = 0
        var looked = 0
        while index < waiting.count, looked < Self.lookedAtMax {
            guard agents.values.contains(where: { $0.isActive && $0.effectiveStatus == .online && $0.load < $0.capacity }) else { return }
            looked += 1
            let number = waiting[index]
            if let chosen = choose(number, at: date) {
                waiting.remove(at: index)
                place(number, with: chosen, at: date)
            } else {
                index += 1
            }
        }
    }

    private func choose(_ index: Int, at date: Date) -> AgentID? {
        let work = past[index]
        let waited = date.timeIntervalSince(work.arrivedAt)
        let asked = work.work.asking(
            of: work.channel, weight: settings.weight(of: work.channel),
            relaxed: settings.relaxation.last { waited >= Double($0.afterSeconds) },
            fallsBack: settings.fallsBack(after: waited),
            keepsForPreferred: settings.preferredWaitSeconds > 0 && waited < Double(settings.preferredWaitSeconds))
        return policy.decide(RoutingSnapshot(work.asked.compactMap { agents[$0] }, digested: false), asked).chosen
    }

    private mutating func hold(_ weight: Int, of channel: Channel, by agent: AgentID) {
        channelLoads[agent, default: [:]][channel.rawValue, default: 0] += weight
        guard let candidate = agents[agent] else { return }
        agents[agent] = candidate.holding(candidate.load + weight, channelLoads[agent] ?? [:], since: candidate.lastAssignedAt)
    }

    private mutating func place(_ index: Int, with agent: AgentID, at date: Date) {
        let work = past[index]
        let weight = settings.weight(of: work.channel)
        let endedAt = date.addingTimeInterval(max(0, work.endedAt.timeIntervalSince(work.startedAt)))
        hold(weight, of: work.channel, by: agent)
        agents[agent]?.lastAssignedAt = date
        placements.append(
            Placement(
                conversation: work.conversation, agent: agent, arrivedAt: work.arrivedAt, enteredAt: work.enteredAt, startedAt: date,
                endedAt: min(endedAt, to), weight: weight))
        number += 1
        let end = Occurrence(at: endedAt, rank: 1, number: number, happening: .ended(agent, weight: weight, channel: work.channel))
        var (low, high) = (0, ends.count)
        while low < high {
            let middle = (low + high) / 2
            if Occurrence.precedes(end, ends[middle]) { low = middle + 1 } else { high = middle }
        }
        ends.insert(end, at: low)
    }

    private mutating func finish() {
        for index in waiting {
            let work = past[index]
            placements.append(
                Placement(
                    conversation: work.conversation, agent: nil, arrivedAt: work.arrivedAt, enteredAt: work.enteredAt, startedAt: nil,
                    endedAt: to, weight: settings.weight(of: work.channel)))
        }
        waiting = []
    }

    /// What happened, in the same form.
    package static func actual(_ past: [PastWork], to: Date) -> [Placement] {
        past.map {
            Placement(
                conversation: $0.conversation, agent: $0.agent, arrivedAt: $0.arrivedAt, enteredAt: $0.enteredAt, startedAt: $0.startedAt,
                endedAt: $0.endedAt, weight: $0.work.weight)
        }
    }

    /// - Parameter agents: everybody who was seen in the period.
    package static func figures(_ placements: [Placement], agents: Int, from: Date, to: Date) -> SimulationFigures {
        let waits = placements.map { max(0, ($0.startedAt ?? to).timeIntervalSince($0.arrivedAt)) }.sorted()
        func percentile(_ share: Double) -> Double? {
            waits.isEmpty ? nil : waits[min(waits.count - 1, Int((Double(waits.count) * share).rounded(.up)) - 1)]
        }
        let inTime = placements.count { placement in
            placement.startedAt.map { $0.timeIntervalSince(placement.arrivedAt) <= SimulationFigures.targetSeconds } ?? false
        }
        var counts: [AgentID: Double] = [:]
        var changes: [AgentID: [(at: Date, weight: Int)]] = [:]
        var held = 0.0
        for placement in placements {
            guard let agent = placement.agent, let startedAt = placement.startedAt else { continue }
            counts[agent, default: 0] += 1
            held += Double(placement.weight) * max(0, min(placement.endedAt, to).timeIntervalSince(max(startedAt, from)))
            changes[agent, default: []] += [(startedAt, placement.weight), (placement.endedAt, -placement.weight)]
        }
        let sum = counts.values.reduce(0, +)
        let squares = counts.values.reduce(0) { $0 + $1 * $1 }
        let span = to.timeIntervalSince(from)
        return SimulationFigures(
            conversations: placements.count, waitSecondsP50: percentile(0.5), waitSecondsP90: percentile(0.9),
            slaMetShare: placements.isEmpty ? nil : Double(inTime) / Double(placements.count),
            loadMean: agents == 0 || span <= 0 ? nil : held / (Double(agents) * span),
            loadMax: changes.values.map(highest).max() ?? 0,
            fairness: sum == 0 ? nil : sum * sum / (Double(max(agents, counts.count)) * squares))
    }

    /// What ends at a moment is gone before what begins at it.
    private static func highest(_ changes: [(at: Date, weight: Int)]) -> Int {
        var (load, highest) = (0, 0)
        for change in changes.sorted(by: { ($0.at, $0.weight) < ($1.at, $1.weight) }) {
            load += change.weight
            highest = max(highest, load)
        }
        return highest
    }

    /// Conversations that went to another agent in one than in the other.
    package static func differing(_ left: [Placement], _ right: [Placement]) -> Int {
        var agents: [String: AgentID?] = [:]
        func key(_ placement: Placement) -> String { "\(placement.conversation) \(placement.enteredAt.microseconds)" }
        for placement in left { agents[key(placement)] = .some(placement.agent) }
        return right.count { agents[key($0)] != .some($0.agent) }
    }
}

extension RoutingWork {
    /// As a draft would ask for it.
    func asking(of channel: Channel, weight: Int, relaxed step: RelaxationStep?, fallsBack: Bool, keepsForPreferred: Bool) -> RoutingWork {
        RoutingWork(
            sector: sector, channel: channel, weight: weight, requiredCapabilities: requiredCapabilities,
            lackingMax: step?.lackingMax ?? 0, levelsBelowMax: step?.levelsBelowMax ?? 0,
            fallsBack: fallsBack && !requiredCapabilities.isEmpty, preferredAgentID: preferredAgentID,
            keepsForPreferred: keepsForPreferred, returnedByAgentID: returnedByAgentID, teamID: teamID, topic: topic)
    }
}
