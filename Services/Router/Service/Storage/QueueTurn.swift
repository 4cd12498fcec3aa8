import Contracts
import EventLog
import Foundation
import Storage

/// What one transaction does with one tenant's queue while it holds the queue's lock: reads, changes in memory, drains, writes.
/// Lives no longer than its transaction.
///
/// Holding the lock, what was read stays true until COMMIT: only holders change agents' load and work items. Agents come from the
/// process's ``AgentViews``; a turn reads those that changed, and works through those it touches, never through all.
package final class QueueTurn {
    /// Claims made by draining in one transaction. Beyond it ``hasMore`` is true and the rest follows in a next transaction, so
    /// that nobody waits for the lock longer than some milliseconds.
    package static let drainMax = 200
    /// Waiting conversations read at once while draining, and how often: the few at the head of the queue that nobody may have
    /// (whoever just returned them) do not keep others from those who have room.
    package static let pageSize = 250
    package static let pagesMax = 4
    /// Read at first, beyond what there is room for: who frees a place needs the head of the queue and no page.
    static let firstPageSpare = 8

    let tenant: TenantID
    let transaction: Transaction
    let traceparent: String?
    /// How the tenant routes, and the number of these settings. See ``RoutingSettings``.
    private(set) var settings: RoutingSettings
    private(set) var policyVersion: Int
    /// Of the business rules heard last.
    private(set) var rulesVersion: Int
    /// The company's sectors; nil: its rules were heard before the router kept them, so any may be one.
    private(set) var sectors: [String]?
    /// The settings came in this turn and are yet to be written.
    private(set) var policyChanged = false
    private(set) var rulesChanged = false
    /// What was in use before ``policyChanged``.
    private(set) var settingsBefore: RoutingSettings?
    /// The database's clock after the lock was granted: later than in every earlier turn of this tenant.
    let now: Date
    /// The same without what ``TurnConditions`` adds: connections are compared with this.
    let clock: Date

    private(set) var agents: TurnAgents
    var items: [ConversationID: WorkItem]
    /// What the database holds, to see what changed.
    var storedItems: [ConversationID: WorkItem]

    /// What happened to offers, and which timers this turn sets (nil: takes away). See `QueueTurn+Offers.swift`.
    var offersBegun: [OfferEntry] = []
    var offersEnded: [OfferEntry.End] = []
    var timers: [Timer: Date?] = [:]

    /// Their performance outlives them, and is still counted in this turn.
    var deletedTeams: [TeamID: Team] = [:]
    /// Agents that teams may count on no more, or again, and teams that lost some: what waits for them is looked at again.
    var regroupedAgents: Set<AgentID> = []
    var regroupedTeams: Set<TeamID> = []

    private(set) var begun: [LedgerEntry] = []
    private(set) var ended: [LedgerEntry.End] = []
    private(set) var decisions: [(decision: Decision, candidates: String)] = []
    private(set) var audits: [AgentAudit] = []
    private(set) var events: [NewEvent] = []
    /// Conversations that began to wait in this turn, in the order in which they did.
    var queued: [ConversationID] = []
    /// By sector; a sector without agents has none.
    var snapshots: [String: RoutingSnapshot]
    private var teamSnapshots: [TeamID: RoutingSnapshot] = [:]
    /// Agents of teams asked for so far; empty: nobody of the team has an agent, so the sector is asked.
    private var teamAgents: [TeamID: Set<AgentID>] = [:]
    private var lastInstant: Date
    private var instants: Int64 = 0
    private var lastCandidates: (kept: [KeptCandidate], text: String)?
    private var policy: RoutingPolicy { RoutingPolicy(settings: settings) }

    /// Claims that draining made.
    var drainedCount = 0
    /// More could be drained at once.
    var hasMore = false
    /// Rows of agents that were read, and candidates that decisions looked at one by one.
    private(set) var agentRowsRead: Int
    private(set) var examinedCount = 0

    init(
        tenant: TenantID, transaction: Transaction, traceparent: String?, queue: Row, view: AgentView, deleted: [AgentRecord],
        agentRowsRead: Int, items: [WorkItem]
    ) throws {
        let now: Date = try queue["now"]
        clock = try queue["clock"]
        policyVersion = try queue["policy_version"]
        rulesVersion = try queue["rules_version"]
        settings = try StoredPolicy.settings(queue, version: policyVersion)
        sectors = try queue["sectors"] ?? (rulesVersion == 0 ? [Sector.general] : nil)
        self.tenant = tenant
        self.transaction = transaction
        self.traceparent = traceparent
        self.now = now
        agents = TurnAgents(
            known: view.agents, deleted: Dictionary(uniqueKeysWithValues: deleted.map { ($0.id, $0) }), touching: view.unsaid)
        snapshots = view.snapshots
        self.agentRowsRead = agentRowsRead
        self.items = Dictionary(uniqueKeysWithValues: items.map { ($0.conversationID, $0) })
        storedItems = self.items
        lastInstant = now
    }

    /// Lets go of what it shares with the process's view, which is then changed in place by the next turn. The last thing it does.
    func end() {
        agents = TurnAgents()
        snapshots = [:]
        teamSnapshots = [:]
    }

    // MARK: - Changing

    /// Later than every other one of this tenant, so that the order of claims is the order of their times.
    func nextInstant() -> Date {
        instants += 1
        return Microseconds.after(lastInstant, by: instants)
    }

    func put(_ agent: AgentRecord) {
        let before = agents[agent.id]
        agents.put(agent)
        snapshots.change(before, to: agent, learning: settings.learns)
        if let before, before.takesWork != agent.takesWork || before.sector != agent.sector {
            regroupedAgents.insert(agent.id)
            forgetTeams()
        }
        for (team, snapshot) in teamSnapshots where snapshot.candidate(agent.id) != nil {
            if agent.deletedAt == nil {
                teamSnapshots[team]?.put(candidate(agent))
            } else {
                teamSnapshots[team]?.remove(agent.id)
            }
        }
    }

    func put(_ item: WorkItem) { items[item.conversationID] = item }

    /// The tenant routes by these rules from now on; what this turn decides after that, it decides by them.
    func hear(_ rules: BusinessRules) {
        guard rules.version > rulesVersion else { return }  // a late repeat
        rulesVersion = rules.version
        rulesChanged = true
        sectors = rules.sectors.map(\.name)
        // Accounts refuses such settings. From one that does not, they must not stop routing: what was in use stays.
        guard rules.routing != settings, rules.routing.problem == nil else { return }
        if rules.routing.learns != settings.learns {
            snapshots = AgentView.snapshots(of: agents.all, learns: rules.routing.learns)
            teamSnapshots = [:]
        }
        settingsBefore = settingsBefore ?? settings
        settings = rules.routing
        policyVersion += 1
        policyChanged = true
    }

    /// The conversation began to wait. It is drained, or its waiting explained, when the turn ends.
    func noteQueued(_ id: ConversationID) { queued.append(id) }

    func say(_ event: some Event, key: UUID) throws {
        events.append(try NewEvent(event, clientID: tenant, key: key, traceparent: traceparent))
    }

    func audit(_ entry: AgentAudit) { audits.append(entry) }

    /// Gives back the capacity that the item's agent held for it. The caller decides where the item stands now.
    /// - Parameter team: whose it is counted as, if the conversation was for no team.
    /// - Returns: who held it.
    @discardableResult
    func endAssignment(
        of item: inout WorkItem, reason: String, note: String? = nil, countedFor team: TeamID? = nil
    ) throws -> AgentRecord? {
        guard let agentID = item.agentID, let assignmentID = item.assignmentID else { return nil }
        guard var agent = agents[agentID], agent.load >= item.weight, !begun.contains(where: { $0.assignment.id == assignmentID }) else {
            throw RoutingTrouble.ledgerBroken(item.conversationID)
        }
        agent.hold(item, -1)
        if let succeeded = Outcomes.succeeded(reason) { agent.outcomes.note(succeeded, on: [item.topic]) }
        put(agent)
        item.agentID = nil
        item.assignmentID = nil
        // The caller may have given it to another team, which has not done anything yet.
        let heldFor = (items[item.conversationID] ?? item).teamID ?? team
        ended.append(LedgerEntry.End(id: assignmentID, at: nextInstant(), reason: reason, note: note, teamID: heldFor))
        return agent
    }

    /// The agent holds the item from now on. The caller has seen that there is room.
    func claim(
        _ item: inout WorkItem, for agentID: AgentID, because verdict: RoutingVerdict, reason: String, note: String? = nil,
        by author: Author
    ) throws -> Assignment {
        let at = nextInstant()
        let decisionID = try record(verdict, about: item, at: at)
        return try claim(&item, for: agentID, at: at, decision: decisionID, reason: reason, note: note, by: author)
    }

    /// - Parameter decision: what was decided, now or when it was offered.
    func claim(
        _ item: inout WorkItem, for agentID: AgentID, at: Date, decision decisionID: DecisionID, reason: String, note: String? = nil,
        by author: Author
    ) throws -> Assignment {
        guard var agent = agents[agentID], item.agentID == nil, item.offer == nil, agent.hasRoom(for: item) else {
            throw RoutingTrouble.ledgerBroken(item.conversationID)
        }
        agent.hold(item, 1)
        agent.lastAssignedAt = at
        put(agent)
        let waited = storedItems[item.conversationID]?.isQueued == true
        item.assignmentNumber += 1
        item.status = .assigned
        item.agentID = agentID
        item.preferredAgentID = nil
        item.returnedByAgentID = nil
        item.declinedBy = []
        item.declinedUntil = nil
        let assignment = Assignment(
            id: .new(), number: item.assignmentNumber, sessionID: item.conversationID, agent: agent.summary, reason: reason,
            decisionID: decisionID, by: author, at: Timestamp.rounded(at))
        item.assignmentID = assignment.id
        items[item.conversationID] = item
        begun.append(
            LedgerEntry(assignment: assignment, startedAt: at, weight: item.weight, note: note, waited: waited, teamID: item.teamID))
        try say(ConversationAssigned(assignment: assignment), key: item.conversationID.uuid)
        return assignment
    }

    @discardableResult
    func record(_ verdict: RoutingVerdict, about item: WorkItem, at date: Date) throws -> DecisionID {
        let decision = verdict.decision(DecisionID(.version7(at: date)), about: item, policyVersion: policyVersion, at: date)
        // Encoding is the dearest part, and while nobody has room many decisions in a row look at the same candidates.
        let candidates: String
        if let lastCandidates, lastCandidates.kept == verdict.kept {
            candidates = lastCandidates.text
        } else {
            candidates = KeptCandidate.text(verdict.kept)
            lastCandidates = (verdict.kept, candidates)
        }
        decisions.append((decision, candidates))
        return decision.id
    }

    // MARK: - Deciding

    func decide(_ work: RoutingWork) throws -> RoutingVerdict {
        let verdict = policy.decide(try snapshot(for: work), work)
        examinedCount += verdict.examinedCount
        return verdict
    }

    /// What a person decided, beside what the policy would have looked at.
    func manualVerdict(_ agent: AgentRecord, _ work: RoutingWork) throws -> RoutingVerdict {
        policy.decide(try snapshot(for: work).with(candidate(agent)), work).overruled(by: agent.id)
    }

    private func candidate(_ agent: AgentRecord) -> Candidate { agent.candidate(learning: settings.learns) }

    /// Whether anybody belongs there; others' work waits in the general sector.
    func hasAgents(in sector: String) -> Bool { snapshots[sector] != nil }

    /// The agents of the work's team or sector, and the preferred one wherever it belongs.
    private func snapshot(for work: RoutingWork) throws -> RoutingSnapshot {
        let ofTeam = try work.teamID.map { try agentsAnswering(for: $0) } ?? []
        let snapshot: RoutingSnapshot
        if let team = work.teamID, !ofTeam.isEmpty {
            snapshot =
                teamSnapshots[team]
                ?? RoutingSnapshot(ofTeam.compactMap { agents[$0] }.filter { $0.deletedAt == nil }.map(candidate))
            teamSnapshots[team] = snapshot
        } else {
            snapshot = snapshots[work.sector] ?? RoutingSnapshot()
        }
        guard let preferred = work.preferredAgentID.flatMap({ agents[$0] }), snapshot.candidate(preferred.id) == nil,
            preferred.deletedAt == nil
        else { return snapshot }
        return snapshot.with(candidate(preferred))
    }

    func agentsAnswering(for team: TeamID) throws -> Set<AgentID> {
        if let known = teamAgents[team] { return known }
        // As this turn has them, which may not be written yet.
        let found = try teams.agentsAnswering(for: team) { id, sector in self.agents[id]?.answers(forTeamsOf: sector) ?? false }
        teamAgents[team] = found
        return found
    }

    /// Teams changed: whom decisions look at is read again.
    func forgetTeams() {
        teamAgents = [:]
        teamSnapshots = [:]
    }

    /// These teams lost agents: when the turn drains, what waits for them is decided anew.
    func lookAgain(at teams: Set<TeamID>) {
        regroupedTeams.formUnion(teams)
        forgetTeams()
    }

    var teams: TeamRepository { TeamRepository(tenant: tenant, transaction: transaction) }

    /// Reads more work items; what this turn knows already stays as it is.
    func readItems(where condition: SQL) throws {
        let rows = try transaction.pipeline([
            transaction.scope(to: tenant),
            "SELECT \(WorkItem.columns) FROM router.work_items WHERE client_id = \(tenant) AND " + condition,
        ])
        for item in try rows[1].map({ try WorkItem($0) }) where items[item.conversationID] == nil {
            items[item.conversationID] = item
            storedItems[item.conversationID] = item
        }
    }

    // MARK: - Looking back

    /// Work items that differ from what the database holds, and those that are new.
    var changedItems: [WorkItem] {
        items.values.filter { storedItems[$0.conversationID] != $0 }.sorted { $0.conversationID < $1.conversationID }
    }

    /// Somebody joined or left the queue, so places in it changed.
    var queueChanged: Bool {
        changedItems.contains { $0.isQueued || storedItems[$0.conversationID]?.isQueued == true }
    }

    func stored(_ id: AgentID) -> AgentRecord? { agents.stored(id) }
    func storedItem(_ id: ConversationID) -> WorkItem? { storedItems[id] }
}

/// Trouble that is a bug or a broken row, never a caller's mistake: the transaction is rolled back.
enum RoutingTrouble: Error, Equatable {
    case queueNotLocked
    /// What the ledger holds of this conversation contradicts itself.
    case ledgerBroken(ConversationID)
    /// The database refused a claim that this turn had seen room for.
    case claimLost
    /// An event lacks what its contract promises.
    case eventIncomplete(Subject)
}
