import Contracts
import Foundation

/// What is decided about one tenant's queue while its lock is held. A value without I/O and clock: what is known comes in with a
/// ``TurnBasis`` and as answers to ``TurnQuestion``, commands change it, and ``settle()`` gives what is to be written and said.
///
/// A command that must know more throws ``Unanswered`` before it has changed anything: whoever runs it answers, and runs it again. Only
/// draining asks half-way, and goes on where it asked. Holding the lock, what was read stays true until COMMIT: only holders change agents'
/// load and work items. A turn works through the agents it touches, never through all.
package struct QueueTurn: Sendable {
    /// Claims made by draining in one turn. Beyond it ``hasMore`` is true and the rest follows in a next turn, so that nobody waits for
    /// the lock longer than some milliseconds.
    package static let drainMax = 200
    /// Waiting conversations read at once while draining, and how often: the few at the head of the queue that nobody may have
    /// (whoever just returned them) do not keep others from those who have room.
    package static let pageSize = 250
    package static let pagesMax = 4
    /// Read at first, beyond what there is room for: who frees a place needs the head of the queue and no page.
    static let firstPageSpare = 8

    package let tenant: TenantID
    let traceparent: String?
    /// The database's clock after the lock was granted: later than in every earlier turn of this tenant.
    package let now: Date
    /// The same without what a test adds: connections are compared with this.
    let clock: Date

    /// How the tenant routes, and how it did when the turn began.
    package private(set) var rules: RoutingRules
    let rulesBefore: RoutingRules
    package private(set) var agents: TurnAgents
    package var items: TurnItems
    /// What was asked so far.
    private(set) var facts = TurnFacts()
    /// What was decided so far.
    package var changes = TurnChanges()

    /// Conversations that began to wait in this turn, in the order in which they did.
    private(set) var queued: [ConversationID] = []
    /// Agents that teams may count on no more, or again, and teams that lost some: what waits for them is looked at again.
    var regroupedAgents: Set<AgentID> = []
    var regroupedTeams: Set<TeamID> = []
    /// How far draining has come; nil: it has not begun.
    var draining: Draining?
    /// Claims that draining made.
    package var drainedCount = 0
    /// More could be drained at once.
    package var hasMore = false

    /// By sector; a sector without agents has none.
    var snapshots: [String: RoutingSnapshot]
    var teamSnapshots: [TeamID: RoutingSnapshot] = [:]
    /// Agents of teams asked for so far; empty: nobody of the team has an agent, so the sector is asked.
    var teamAgents: [TeamID: Set<AgentID>] = [:]
    var lastCandidates: (kept: [KeptCandidate], text: String)?
    private var instants: Int64 = 0
    /// Candidates that decisions looked at one by one.
    var examinedCount = 0

    var settings: RoutingSettings { rules.settings }

    package init(_ basis: TurnBasis) {
        tenant = basis.tenant
        traceparent = basis.traceparent
        now = basis.now
        clock = basis.clock
        rules = basis.rules
        rulesBefore = basis.rules
        agents = TurnAgents(
            known: basis.view.agents, deleted: Dictionary(uniqueKeysWithValues: basis.deleted.map { ($0.id, $0) }),
            touching: basis.view.unsaid)
        snapshots = basis.view.snapshots
        items = TurnItems(basis.items)
    }

    // MARK: - Knowing

    /// What a question was answered with.
    package mutating func learn(_ answer: TurnAnswer, to question: TurnQuestion) {
        switch (question, answer) {
        case (_, .items(let found)): for item in found { items.learn(item) }
        case (.connections(let ids), .connections(let until)): settlePresence(of: ids, connectedUntil: until)
        default: break
        }
        facts.learn(answer, to: question)
    }

    /// These conversations are among ``items``.
    func demand(_ selection: ItemSelection) throws { try facts.demand(.items(selection)) }

    // MARK: - Changing

    /// Later than every other one of this tenant, so that the order of claims is the order of their times.
    mutating func nextInstant() -> Date {
        instants += 1
        return Date(microseconds: now.microseconds + instants)
    }

    package mutating func put(_ agent: AgentRecord) {
        let before = agents[agent.id]
        agents.put(agent)
        snapshots.change(before, to: agent, learning: settings.learns)
        if let before, before.takesWork != agent.takesWork || before.sector != agent.sector {
            regroupedAgents.insert(agent.id)
            forgetTeamAgents()
        }
        guard !teamSnapshots.isEmpty else { return }
        let seen = candidate(agent)
        for team in teamSnapshots.keys where teamSnapshots[team]?.candidate(agent.id) != nil {
            if agent.deletedAt == nil { teamSnapshots[team]?.put(seen) } else { teamSnapshots[team]?.remove(agent.id) }
        }
    }

    mutating func put(_ item: WorkItem) { items.put(item) }

    /// The conversation began to wait. It is drained, or its waiting explained, when the turn ends.
    mutating func noteQueued(_ id: ConversationID) { queued.append(id) }

    mutating func forgetQueued() { queued = [] }

    /// - Parameter item: the conversation that the event is about, as it stands now.
    mutating func say(_ event: some Event, key: UUID, about item: WorkItem? = nil) throws {
        changes.events.append(try NewEvent(event, clientID: tenant, key: key, traceparent: traceparent, context: item?.context))
    }

    /// Something of the teams changes: what was known of them no longer holds.
    mutating func change(_ roster: RosterChange...) {
        changes.roster += roster
        facts.forgetTeams()
        forgetTeamAgents()
    }

    /// Whom decisions look at for a team is found anew.
    mutating func forgetTeamAgents() {
        teamAgents = [:]
        teamSnapshots = [:]
    }

    /// The tenant routes by these rules from now on; what this turn decides after that, it decides by them.
    package mutating func hear(_ heard: BusinessRules) {
        guard heard.version > rules.rulesVersion else { return }  // a late repeat
        rules.rulesVersion = heard.version
        rules.sectors = heard.sectors.map(\.name)
        // Accounts refuses such settings. From one that does not, they must not stop routing: what was in use stays.
        guard heard.routing != settings, heard.routing.problem == nil else { return }
        if heard.routing.learns != settings.learns {
            snapshots = AgentView.snapshots(of: agents.all, learns: heard.routing.learns)
            teamSnapshots = [:]
        }
        rules.settings = heard.routing
        rules.policyVersion += 1
    }
}
