import Contracts
import Foundation
import RouterService
import Testing

/// One tenant's queue without a database: turns ask it, and what one of them decided is what the next one begins with.
struct MemoryQueue {
    let tenant: TenantID
    /// Between turns it goes on by itself, as far as it is set.
    var now: Date
    /// What presence is compared with: it stands still, so whoever was there once stays.
    let clock: Date
    var rules = RoutingRules.standard
    private(set) var agents: [AgentID: AgentRecord] = [:]
    private(set) var items: [ConversationID: WorkItem] = [:]
    private(set) var held: [ConversationID: Assignment] = [:]
    private(set) var offers: [EntityID: (known: KnownOffer, agent: AgentID)] = [:]
    private(set) var timers: [QueueTimer: Date] = [:]
    var teams = MemoryTeams()
    private(set) var decisions: [TurnChanges.NewDecision] = []
    private(set) var events: [NewEvent] = []
    /// By all turns.
    private(set) var asked: [TurnQuestion] = []
    /// More could be drained at once.
    private(set) var hasMore = false

    init(tenant: TenantID = .new(), now: Date = Date(timeIntervalSince1970: 1_800_000_000), settings: RoutingSettings? = nil) {
        self.tenant = tenant
        self.now = now
        clock = now
        if let settings { rules = RoutingRules(settings: settings, policyVersion: 1, rulesVersion: 1, sectors: [Sector.general]) }
    }

    /// One turn with one command, which a refusal leaves without any effect.
    /// - Parameters:
    ///   - conversations: read at first.
    ///   - deleted: read at first, though taken out of routing.
    ///   - holders: whose conversations are read at first.
    @discardableResult
    mutating func turn<Result>(
        about conversations: [ConversationID] = [], deleted: [AgentID] = [], heldBy holders: [AgentID] = [],
        _ command: (inout QueueTurn) throws -> Result
    ) throws -> Result {
        var records = agents
        for id in records.keys { records[id]?.settlePresence(at: clock) }
        let known = items.values.filter { conversations.contains($0.conversationID) || $0.agentID.map(holders.contains) ?? false }
        var turn = QueueTurn(
            TurnBasis(
                tenant: tenant, now: now, clock: clock, rules: rules,
                view: AgentView(Array(records.values), learns: rules.settings.learns),
                deleted: deleted.compactMap { records[$0] }.filter { $0.deletedAt != nil }, items: Array(known)))
        let result = try perform(command, on: &turn)
        try drain(&turn)
        hasMore = turn.hasMore
        apply(try turn.settle())
        return result
    }

    private mutating func perform<Result>(_ command: (inout QueueTurn) throws -> Result, on turn: inout QueueTurn) throws -> Result {
        for _ in 0..<1000 {
            let before = turn
            do {
                return try command(&turn)
            } catch let unanswered as Unanswered {
                #expect(
                    turn.agents == before.agents && turn.items == before.items && turn.rules == before.rules
                        && turn.changes.size == before.changes.size, "\(unanswered.question) was asked when something had changed already")
                answer(unanswered.question, to: &turn)
            }
        }
        throw AsksWithoutEnd()
    }

    /// A command that is not the same each time it is run.
    struct AsksWithoutEnd: Error {}

    private mutating func drain(_ turn: inout QueueTurn) throws {
        while true {
            do {
                return try turn.drain()
            } catch let unanswered as Unanswered {
                answer(unanswered.question, to: &turn)
            }
        }
    }

    private mutating func answer(_ question: TurnQuestion, to turn: inout QueueTurn) {
        asked.append(question)
        // What the turn decided of teams so far is read back, as a database would.
        var seen = teams
        for change in turn.changes.roster { seen.apply(change) }
        turn.learn(answer(to: question, seen), to: question)
    }

    private func answer(to question: TurnQuestion, _ teams: MemoryTeams) -> TurnAnswer {
        switch question {
        case .items(let selection): .items(selected(selection))
        case .page(let page):
            .items(
                Array(
                    items.values.filter { item in
                        item.status == .waiting && item.sector == page.sector && !page.except.contains(item.conversationID)
                            && !(item.teamID.map(page.notFor.contains) ?? false)
                            && page.after.map { item.isBehind($0) } ?? true
                    }.sorted().prefix(page.size)))
        case .offer(let id, let agent): .offer(offers[id].flatMap { $0.agent == agent ? $0.known : nil })
        case .standingAssignment(let id): .assignment(held[id])
        case .dueTimers(let max):
            .timers(
                Array(
                    timers.filter { $0.value <= now }.sorted {
                        ($0.value, $0.key.kind.rawValue, $0.key.subject.uuidString)
                            < ($1.value, $1.key.kind.rawValue, $1.key.subject.uuidString)
                    }.map(\.key).prefix(max)))
        // Nobody has a socket here.
        case .connections: .connections([:])
        default: teams.answer(to: question, items: Array(items.values), agents: agents)
        }
    }

    private func selected(_ selection: ItemSelection) -> [WorkItem] {
        let all = items.values.sorted()
        switch selection {
        case .conversations(let ids): return all.filter { ids.contains($0.conversationID) }
        case .offered(let agents): return all.filter { $0.offer.map { agents.contains($0.agentID) } ?? false }
        case .held(let agents): return all.filter { $0.agentID.map(agents.contains) ?? false }
        case .taken(let team): return all.filter { $0.teamID == team && ($0.agentID != nil || $0.offer != nil) }
        case .waiting(let teams):
            let waiting = all.filter { $0.status == .waiting && $0.teamID.map(teams.contains) ?? false }
            return Array(waiting.prefix(QueueTurn.firedMax))
        }
    }

    private mutating func apply(_ changes: TurnChanges) {
        for change in changes.roster {
            teams.apply(change)
            if case .delete(let team, _) = change {
                for (id, item) in items where item.teamID == team && item.status != .closed { items[id]?.teamID = nil }
            }
        }
        if let change = changes.rules { apply(change) }
        for agent in changes.agents { agents[agent.id] = agent }
        for load in changes.loads { agents[load.agent.id] = load.agent }
        for id in changes.loads.map(\.agent.id) {
            let assignedAt = agents[id]?.lastAssignedAt?.asKept
            agents[id]?.lastAssignedAt = assignedAt
        }
        for var item in changes.items {
            item.waitingSince = item.waitingSince.asKept
            items[item.conversationID] = item
        }
        for end in changes.ended { held = held.filter { $0.value.id != end.id } }
        for entry in changes.begun { held[entry.assignment.sessionID] = entry.assignment }
        for end in changes.offersEnded {
            guard let offer = offers[end.id] else { continue }
            let known = KnownOffer(state: end.state, conversation: offer.known.conversation, decision: offer.known.decision)
            offers[end.id] = (known, offer.agent)
        }
        for offer in changes.offersBegun {
            offers[offer.id] = (KnownOffer(state: .offered, conversation: offer.conversation, decision: offer.decision), offer.agent)
        }
        for (timer, date) in changes.timers { timers[timer] = date?.asKept }
        decisions += changes.decisions
        events += changes.events
    }

    private mutating func apply(_ change: RulesChange) {
        rules = change.rules
        if change.looksAgainAtWaiting {
            for item in items.values where item.status == .waiting && !(item.requiredCapabilities.isEmpty && item.preferredAgentID == nil) {
                let timer = QueueTimer(item.conversationID)
                timers[timer] = min(timers[timer] ?? now, now)
            }
        }
        switch change.newOfflineGrace {
        case nil: break
        case .some(.none): timers = timers.filter { $0.key.kind != .agent }
        case .seconds(let grace):
            for agent in agents.values where agent.announced.status == .offline && agent.load > 0 {
                timers[QueueTimer(agent.id)] = now.addingTimeInterval(Double(grace))
            }
        }
    }
}

extension TurnChanges {
    /// How much was decided so far.
    fileprivate var size: [Int] {
        [
            roster.count, deletedTeams.count, begun.count, ended.count, offersBegun.count, offersEnded.count, timers.count,
            decisions.count, audits.count, events.count,
        ]
    }
}

extension WorkItem {
    fileprivate func isBehind(_ place: QueuePosition) -> Bool {
        if priority != place.priority { return priority < place.priority }
        if waitingSince != place.waitingSince { return waitingSince > place.waitingSince }
        return conversationID > place.conversation
    }
}

extension Date {
    /// As a database keeps it and gives it back: to the microsecond, in one of the several numbers that are the same microsecond.
    var asKept: Date { Date(timeIntervalSinceReferenceDate: (timeIntervalSinceReferenceDate * 1_000_000).rounded() / 1_000_000) }
}
