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
    private let clock: Date

    private(set) var agents: TurnAgents
    private(set) var items: [ConversationID: WorkItem]
    /// What the database holds, to see what changed.
    private var storedItems: [ConversationID: WorkItem]

    /// What happened to offers, and which timers this turn sets (nil: takes away). See `QueueTurn+Offers.swift`.
    var offersBegun: [OfferEntry] = []
    var offersEnded: [OfferEntry.End] = []
    var timers: [Timer: Date?] = [:]

    /// Their performance outlives them, and is still counted in this turn.
    var deletedTeams: [TeamID: Team] = [:]
    /// Agents that teams may count on no more, or again, and teams that lost some: what waits for them is looked at again.
    private var regroupedAgents: Set<AgentID> = []
    private var regroupedTeams: Set<TeamID> = []

    private(set) var begun: [LedgerEntry] = []
    private(set) var ended: [LedgerEntry.End] = []
    private(set) var decisions: [(decision: Decision, candidates: String)] = []
    private(set) var audits: [AgentAudit] = []
    private(set) var events: [NewEvent] = []
    /// Conversations that began to wait in this turn, in the order in which they did.
    private var queued: [ConversationID] = []
    /// By sector; a sector without agents has none.
    private var snapshots: [String: RoutingSnapshot]
    private var teamSnapshots: [TeamID: RoutingSnapshot] = [:]
    /// Agents of teams asked for so far; empty: nobody of the team has an agent, so the sector is asked.
    private var teamAgents: [TeamID: Set<AgentID>] = [:]
    private var lastInstant: Date
    private var instants: Int64 = 0
    private var lastCandidates: (kept: [KeptCandidate], text: String)?
    private var policy: RoutingPolicy { RoutingPolicy(settings: settings) }

    /// Claims that draining made.
    private(set) var drainedCount = 0
    /// More could be drained at once.
    private(set) var hasMore = false
    /// Rows of agents that were read, and candidates that decisions looked at one by one.
    private(set) var agentRowsRead: Int
    private(set) var examinedCount = 0

    private init(
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

    // MARK: - Beginning

    /// What a turn reads besides those of the tenant's agents that changed.
    struct Needs {
        let tenant: TenantID
        var conversations: Set<ConversationID> = []
        /// Read even if they did not change, for their connections, or were taken out of routing.
        var agents: Set<AgentID> = []
        /// Whose conversations are read too.
        var conversationsOf: Set<AgentID> = []
        var traceparent: String?
    }

    /// Locks the queues of these tenants in ascending order, and reads: one round trip, unless a tenant's agents are not known in this
    /// process, or it must be asked whether they are still there. Leaves any of these tenants in scope.
    static func begin(
        _ needs: [Needs], in transaction: Transaction, knowing views: AgentViews, under conditions: TurnConditions = .standard
    ) throws -> [QueueTurn] {
        let needs = needs.sorted { $0.tenant < $1.tenant }
        let versions = needs.map { views.version(of: $0.tenant) }
        let rows = try transaction.pipeline(
            zip(needs, versions).flatMap { need, version -> [SQL] in
                [
                    transaction.scope(to: need.tenant),
                    "INSERT INTO router.tenant_queues (client_id) VALUES (\(need.tenant)) ON CONFLICT DO NOTHING",
                    "SELECT FROM router.tenant_queues WHERE client_id = \(need.tenant) FOR UPDATE",
                    // A statement after the one that locks, so that it sees what the last holder wrote.
                    """
                    SELECT c.clock, c.clock + make_interval(secs => \(conditions.secondsAhead())) AS now,
                           pg_postmaster_start_time() AS server_start, q.policy_version, q.rules_version, q.sectors, p.settings
                      FROM (SELECT clock_timestamp() AS clock) AS c, router.tenant_queues q
                      LEFT JOIN router.policies p ON p.client_id = q.client_id AND p.version = q.policy_version
                     WHERE q.client_id = \(need.tenant)
                    """,
                    agentStatement(need, since: version),
                    itemStatement(need),
                ]
            })
        return try needs.enumerated().map { index, need in
            let rows = rows[(index * 6)..<(index * 6 + 6)]
            let first = rows.startIndex
            guard rows[first + 2].count == 1, rows[first + 3].count == 1 else { throw RoutingTrouble.queueNotLocked }
            let queue = rows[first + 3][0]
            var agents = try rows[first + 4].map(AgentRecord.init)
            let settings = try StoredPolicy.settings(queue, version: try queue["policy_version"])
            let view = try view(
                of: need, from: &agents, areAll: versions[index] == nil, learns: settings.learns, serverStart: try queue["server_start"],
                clock: try queue["clock"], in: transaction, views)
            return try QueueTurn(
                tenant: need.tenant, transaction: transaction, traceparent: need.traceparent, queue: queue, view: view,
                deleted: agents.filter { $0.deletedAt != nil && need.agents.contains($0.id) }, agentRowsRead: agents.count,
                items: try rows[first + 5].map { try WorkItem($0) })
        }
    }

    /// Most turns ask for conversations by their id alone; with the other half the planner thinks of reading the table.
    private static func itemStatement(_ need: Needs) -> SQL {
        let rows: SQL = "SELECT \(WorkItem.columns) FROM router.work_items WHERE client_id = \(need.tenant) AND "
        let named: SQL = "conversation_id = ANY(\(Array(need.conversations)))"
        return need.conversationsOf.isEmpty ? rows + named : rows + "(" + named + " OR agent_id = ANY(\(Array(need.conversationsOf))))"
    }

    /// - Parameter version: what is known; nil: nothing.
    private static func agentStatement(_ need: Needs, since version: Int64?) -> SQL {
        let rows: SQL = "SELECT \(AgentRecord.columns) FROM router.sector_agents a WHERE a.client_id = \(need.tenant) AND "
        let named = Array(need.agents)
        guard let version else { return rows + "(a.deleted_at IS NULL OR a.id = ANY(\(named)))" }
        // With an upper bound it is a range of few rows for the planner too.
        return rows + "(a.view_version > \(version) AND a.view_version <= \(Int64.max) OR a.id = ANY(\(named)))"
    }

    /// The tenant's agents as they are now: what the process knows, with the rows that were read.
    /// - Parameters:
    ///   - records: what was read; all, if it comes to that.
    ///   - areAll: and not only those that changed.
    private static func view(
        of need: Needs, from records: inout [AgentRecord], areAll: Bool, learns: Bool, serverStart: Date, clock: Date,
        in transaction: Transaction, _ views: AgentViews
    ) throws -> AgentView {
        let tenant = need.tenant
        if !areAll {
            let lapsing = views.change(tenant, on: serverStart) { view in
                view.learn(learns)
                for record in records { view.note(record) }
                return view.lapsing(at: clock)
            }
            if let lapsing {
                let connections = lapsing.isEmpty ? [:] : try connections(of: lapsing, tenant, in: transaction)
                let view = views.change(tenant, on: serverStart) { view in
                    view.note(connections: connections, of: lapsing, at: clock)
                    return view
                }
                if let view { return view }
            }
            // Forgotten since it was asked for, or of another server.
            records = try transaction.pipeline([transaction.scope(to: tenant), agentStatement(need, since: nil)])[1].map(AgentRecord.init)
        }
        let view = AgentView(records, learns: learns)
        views.keep(view, of: tenant, on: serverStart)
        return view
    }

    /// Until when each of these agents has a connection; those who never had one, or not for long, are missing.
    private static func connections(
        of ids: [AgentID], _ tenant: TenantID, in transaction: Transaction
    ) throws -> [AgentID: Date] {
        let rows = try transaction.pipeline([
            transaction.scope(to: tenant),
            """
            SELECT agent_id, max(expires_at) AS connected_until FROM router.agent_connections
             WHERE client_id = \(tenant) AND agent_id = ANY(\(ids)) GROUP BY agent_id
            """,
        ])[1]
        return try Dictionary(uniqueKeysWithValues: rows.map { (try $0["agent_id"] as AgentID, try $0["connected_until"] as Date) })
    }

    /// Asks whether these agents are there; whoever came or went meanwhile is treated so from now on.
    func readPresence(of ids: [AgentID]) throws {
        let connections = try Self.connections(of: ids, tenant, in: transaction)
        for id in ids {
            guard var agent = agents[id] else { continue }
            agent.connectedUntil = connections[id]
            agent.settlePresence(at: clock)
            put(agent)
        }
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

    private func agentsAnswering(for team: TeamID) throws -> Set<AgentID> {
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

    // MARK: - Draining

    /// Gives the head of each sector's queue to the best agent until nobody has room, then explains why the others wait.
    func drain() throws {
        try readWaitingOfRegrouped()
        try withdrawOffersOfAbsent()
        let touched = Array(items.keys)
        for sector in snapshots.filter({ $0.value.openCount > 0 }).keys.sorted() where !hasMore {
            try drain(sector, touched: touched)
        }
        try explainWaiting()
    }

    /// What waits for teams that may count on others than before, or for those that fall back to them: the first ``firedMax`` are given to
    /// somebody or their further waiting is explained; who stands behind them is reached by draining as ever.
    private func readWaitingOfRegrouped() throws {
        guard !regroupedAgents.isEmpty || !regroupedTeams.isEmpty else { return }
        let asking = try teams.teamsAsking(regroupedAgents, through: regroupedTeams)
        (regroupedAgents, regroupedTeams) = ([], [])
        guard !asking.isEmpty else { return }
        try readItems(
            where: """
                team_id = ANY(\(asking)) AND status = 'waiting' ORDER BY rank, waiting_since, conversation_id LIMIT \(Self.firedMax)
                """)
        let waiting = items.values.filter { $0.status == .waiting && $0.teamID.map(asking.contains) ?? false }.sorted()
        let known = Set(queued)
        for item in waiting where !known.contains(item.conversationID) { noteQueued(item.conversationID) }
    }

    /// - Parameter touched: conversations that this turn read before; what it made of them is true, not what the database still says.
    private func drain(_ sector: String, touched: [ConversationID]) throws {
        func room() -> Int { snapshots[sector]?.room ?? 0 }
        var own = touched.compactMap { items[$0] }.filter { $0.status == .waiting && $0.sector == sector }.sorted()
        var last: WorkItem?
        let before = drainedCount
        // Teams whose agents are all full: what waits for them must not keep the others from those who have room.
        var fullTeams: Set<TeamID> = []
        var pagesRead = 0
        while pagesRead <= Self.pagesMax + fullTeams.count {
            let size = pagesRead == 0 ? min(room() + Self.firstPageSpare, Self.pageSize) : Self.pageSize
            pagesRead += 1
            let page = try readPage(of: sector, after: last, except: touched, notFor: fullTeams, size: size)
            let isLastPage = page.count < size
            last = page.last
            // Of what this turn queued, only what comes before the page's end: what follows on the next page may be first.
            let ownCount = isLastPage ? own.count : own.prefix { own in last.map { own < $0 } ?? true }.count
            let waiting = ownCount == 0 ? page : (page + own.prefix(ownCount)).sorted()
            own.removeFirst(ownCount)
            for var item in waiting {
                guard room() > 0 else { return }
                guard drainedCount < Self.drainMax else {
                    hasMore = true
                    return
                }
                let verdict = try decide(item.work(at: now, settings))
                guard let chosen = verdict.chosen else {
                    if let team = item.teamID, try !hasRoom(team) { fullTeams.insert(team) }
                    continue
                }
                try give(&item, to: chosen, because: verdict)
                drainedCount += 1
            }
            if isLastPage || room() == 0 { return }
        }
        hasMore = drainedCount > before
    }

    /// Whether somebody of the team could have something now; a team without agents is the whole sector.
    private func hasRoom(_ team: TeamID) throws -> Bool {
        let asked = try agentsAnswering(for: team)
        return asked.isEmpty || asked.contains { agents[$0]?.hasRoom == true }
    }

    private func readPage(
        of sector: String, after last: WorkItem?, except touched: [ConversationID], notFor fullTeams: Set<TeamID>, size: Int
    ) throws -> [WorkItem] {
        let ofOthers: SQL = fullTeams.isEmpty ? "" : " AND (team_id IS NULL OR team_id <> ALL(\(Array(fullTeams))))"
        let position: SQL =
            last.map { " AND (rank, waiting_since, conversation_id) > (\(10 - $0.priority), \($0.waitingSince), \($0.conversationID))" }
            ?? ""
        let rows = try transaction.pipeline([
            transaction.scope(to: tenant),
            """
            SELECT \(WorkItem.columns) FROM router.work_items
             WHERE client_id = \(tenant) AND sector = \(sector) AND status = 'waiting'
               AND conversation_id <> ALL(\(touched))\(position)\(ofOthers)
             ORDER BY rank, waiting_since, conversation_id LIMIT \(size)
            """,
        ])
        let page = try rows[1].map { try WorkItem($0) }
        for item in page {
            items[item.conversationID] = item
            storedItems[item.conversationID] = item
        }
        return page
    }

    private func explainWaiting() throws {
        for id in queued {
            guard let item = items[id], item.status == .waiting else { continue }
            try record(try decide(item.work(at: now, settings)), about: item, at: nextInstant())
        }
        queued = []
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
