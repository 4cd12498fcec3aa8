import Contracts
import EventLog
import Foundation
import Storage

/// What one transaction does with one tenant's queue while it holds the queue's lock: reads, changes in memory, drains, writes.
/// Lives no longer than its transaction.
///
/// Holding the lock, what was read stays true until COMMIT: only holders change agents' load and work items.
final class QueueTurn {
    /// Claims made by draining in one transaction. Beyond it ``hasMore`` is true and the rest follows in a next transaction, so
    /// that nobody waits for the lock longer than some milliseconds.
    static let drainMax = 200
    /// Waiting conversations read at once while draining, and how often: the few at the head of the queue that nobody may have
    /// (whoever just returned them) do not keep others from those who have room.
    static let pageSize = 250
    static let pagesMax = 4

    let tenant: TenantID
    let transaction: Transaction
    let traceparent: String?
    /// The database's clock after the lock was granted: later than in every earlier turn of this tenant.
    let now: Date

    private(set) var agents: [AgentID: AgentRecord]
    private(set) var items: [ConversationID: WorkItem]
    /// What the database holds, to see what changed.
    private let storedAgents: [AgentID: AgentRecord]
    private var storedItems: [ConversationID: WorkItem]

    private(set) var begun: [LedgerEntry] = []
    private(set) var ended: [LedgerEntry.End] = []
    private(set) var decisions: [(decision: Decision, candidates: String)] = []
    private(set) var audits: [AgentAudit] = []
    private(set) var events: [NewEvent] = []
    /// Conversations that began to wait in this turn, in the order in which they did.
    private var queued: [ConversationID] = []
    private var snapshots: [SnapshotKey: RoutingSnapshot] = [:]
    /// Agents of teams asked for so far; empty: nobody of the team has an agent, so the sector is asked.
    private var teamAgents: [TeamID: Set<AgentID>] = [:]
    private var lastInstant: Date
    private var instants: Int64 = 0
    private var lastCandidates: (records: [CandidateRecord], text: String)?
    private let policy = RoutingPolicy()

    /// Claims that draining made.
    private(set) var drainedCount = 0
    /// More could be drained at once.
    private(set) var hasMore = false

    private init(tenant: TenantID, transaction: Transaction, traceparent: String?, now: Date, agents: [AgentRecord], items: [WorkItem]) {
        self.tenant = tenant
        self.transaction = transaction
        self.traceparent = traceparent
        self.now = now
        self.agents = Dictionary(uniqueKeysWithValues: agents.map { ($0.id, $0) })
        self.items = Dictionary(uniqueKeysWithValues: items.map { ($0.conversationID, $0) })
        storedAgents = self.agents
        storedItems = self.items
        lastInstant = now
    }

    // MARK: - Beginning

    /// What a turn reads besides the tenant's agents.
    struct Needs {
        let tenant: TenantID
        var conversations: Set<ConversationID> = []
        /// Read even if they were taken out of routing.
        var agents: Set<AgentID> = []
        /// Whose conversations are read too.
        var conversationsOf: Set<AgentID> = []
        var traceparent: String?
    }

    /// Locks the queues of these tenants in ascending order, and reads: one round trip. Leaves the last tenant in scope.
    static func begin(_ needs: [Needs], in transaction: Transaction) throws -> [QueueTurn] {
        let needs = needs.sorted { $0.tenant < $1.tenant }
        let rows = try transaction.pipeline(
            needs.flatMap { need -> [SQL] in
                [
                    transaction.scope(to: need.tenant),
                    "INSERT INTO router.tenant_queues (client_id) VALUES (\(need.tenant)) ON CONFLICT DO NOTHING",
                    "SELECT FROM router.tenant_queues WHERE client_id = \(need.tenant) FOR UPDATE",
                    "SELECT clock_timestamp() AS now",
                    """
                    SELECT \(AgentRecord.columns) FROM router.sector_agents a
                     WHERE a.client_id = \(need.tenant) AND (a.deleted_at IS NULL OR a.id = ANY(\(Array(need.agents))))
                    """,
                    """
                    SELECT \(WorkItem.columns) FROM router.work_items
                     WHERE client_id = \(need.tenant)
                       AND (conversation_id = ANY(\(Array(need.conversations))) OR agent_id = ANY(\(Array(need.conversationsOf))))
                    """,
                ]
            })
        return try needs.enumerated().map { index, need in
            let rows = rows[(index * 6)..<(index * 6 + 6)]
            let first = rows.startIndex
            guard rows[first + 2].count == 1 else { throw RoutingTrouble.queueNotLocked }
            return QueueTurn(
                tenant: need.tenant, transaction: transaction, traceparent: need.traceparent, now: try rows[first + 3][0]["now"],
                agents: try rows[first + 4].map(AgentRecord.init), items: try rows[first + 5].map { try WorkItem($0) })
        }
    }

    // MARK: - Changing

    /// Later than every other one of this tenant, so that the order of claims is the order of their times.
    func nextInstant() -> Date {
        instants += 1
        return Microseconds.after(lastInstant, by: instants)
    }

    func put(_ agent: AgentRecord) {
        agents[agent.id] = agent
        snapshots = [:]
    }

    func put(_ item: WorkItem) { items[item.conversationID] = item }

    /// The conversation began to wait. It is drained, or its waiting explained, when the turn ends.
    func noteQueued(_ id: ConversationID) { queued.append(id) }

    func say(_ event: some Event, key: UUID) throws {
        events.append(try NewEvent(event, clientID: tenant, key: key, traceparent: traceparent))
    }

    func audit(_ entry: AgentAudit) { audits.append(entry) }

    /// Gives back the capacity that the item's agent held for it. The caller decides where the item stands now.
    /// - Returns: who held it.
    @discardableResult
    func endAssignment(of item: inout WorkItem, reason: String, note: String? = nil) throws -> AgentRecord? {
        guard let agentID = item.agentID, let assignmentID = item.assignmentID else { return nil }
        guard var agent = agents[agentID], agent.load >= item.weight, !begun.contains(where: { $0.assignment.id == assignmentID }) else {
            throw RoutingTrouble.ledgerBroken(item.conversationID)
        }
        agent.load -= item.weight
        agents[agentID] = agent
        updateSnapshots(agent)
        item.agentID = nil
        item.assignmentID = nil
        ended.append(LedgerEntry.End(id: assignmentID, at: nextInstant(), reason: reason, note: note))
        return agent
    }

    /// The agent holds the item from now on. The caller has seen that there is room.
    func claim(
        _ item: inout WorkItem, for agentID: AgentID, because verdict: RoutingVerdict, reason: String, note: String? = nil,
        by author: Author
    ) throws -> Assignment {
        guard var agent = agents[agentID], item.agentID == nil, item.weight <= agent.capacity - agent.load else {
            throw RoutingTrouble.ledgerBroken(item.conversationID)
        }
        let at = nextInstant()
        let decisionID = try record(verdict, about: item, at: at)
        agent.load += item.weight
        agent.lastAssignedAt = at
        agents[agentID] = agent
        updateSnapshots(agent)
        let waited = storedItems[item.conversationID]?.status == .waiting
        item.assignmentNumber += 1
        item.status = .assigned
        item.agentID = agentID
        item.preferredAgentID = nil
        item.returnedByAgentID = nil
        let assignment = Assignment(
            id: .new(), number: item.assignmentNumber, sessionID: item.conversationID, agent: agent.summary, reason: reason,
            decisionID: decisionID, by: author, at: Timestamp.rounded(at))
        item.assignmentID = assignment.id
        items[item.conversationID] = item
        begun.append(LedgerEntry(assignment: assignment, startedAt: at, weight: item.weight, note: note, waited: waited))
        try say(ConversationAssigned(assignment: assignment), key: item.conversationID.uuid)
        return assignment
    }

    @discardableResult
    private func record(_ verdict: RoutingVerdict, about item: WorkItem, at date: Date) throws -> DecisionID {
        let decision = verdict.decision(
            DecisionID(.version7(at: date)), about: item.conversationID, sector: item.sector, team: item.teamID, at: date)
        // Encoding is the dearest part, and while nobody has room many decisions in a row look at the same candidates.
        let candidates: String
        if let lastCandidates, lastCandidates.records == verdict.candidates {
            candidates = lastCandidates.text
        } else {
            candidates = String(decoding: try JSON.encode(verdict.candidates), as: UTF8.self)
            lastCandidates = (verdict.candidates, candidates)
        }
        decisions.append((decision, candidates))
        return decision.id
    }

    // MARK: - Deciding

    func decide(_ work: RoutingWork) throws -> RoutingVerdict { policy.decide(try snapshot(for: work), work) }

    /// What a person decided, beside what the policy would have looked at.
    func manualVerdict(_ agent: AgentRecord, _ work: RoutingWork) throws -> RoutingVerdict {
        let verdict = policy.decide(try snapshot(for: work).with(agent.candidate), work)
        return RoutingVerdict(
            outcome: .manual, chosen: agent.id, candidates: verdict.candidates, refusalCounts: verdict.refusalCounts,
            snapshotDigest: verdict.snapshotDigest)
    }

    /// Whom a decision looks at.
    private enum SnapshotKey: Hashable {
        case sector(String)
        case team(TeamID)
    }

    /// The agents of the work's team or sector, and the preferred one wherever it belongs.
    private func snapshot(for work: RoutingWork) throws -> RoutingSnapshot {
        let ofTeam = try work.teamID.map { try agentsAnswering(for: $0) } ?? []
        let key = work.teamID.flatMap { ofTeam.isEmpty ? nil : SnapshotKey.team($0) } ?? .sector(work.sector)
        let snapshot: RoutingSnapshot
        if let known = snapshots[key] {
            snapshot = known
        } else {
            let candidates =
                ofTeam.isEmpty ? agents.values.filter { $0.sector == work.sector } : ofTeam.compactMap { agents[$0] }
            snapshot = RoutingSnapshot(candidates.filter { $0.deletedAt == nil }.map(\.candidate))
            snapshots[key] = snapshot
        }
        guard let preferred = work.preferredAgentID.flatMap({ agents[$0] }), snapshot.candidate(preferred.id) == nil,
            preferred.deletedAt == nil
        else { return snapshot }
        return snapshot.with(preferred.candidate)
    }

    private func updateSnapshots(_ agent: AgentRecord) {
        for key in Array(snapshots.keys) where snapshots[key]?.candidate(agent.id) != nil { snapshots[key]?.put(agent.candidate) }
    }

    private func agentsAnswering(for team: TeamID) throws -> Set<AgentID> {
        if let known = teamAgents[team] { return known }
        let agents = try teams.agentsAnswering(for: team)
        teamAgents[team] = agents
        return agents
    }

    /// Teams changed: whom decisions look at is read again.
    func forgetTeams() {
        teamAgents = [:]
        snapshots = [:]
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
        let touched = Array(items.keys)
        for sector in Set(agents.values.filter(\.hasRoom).map(\.sector)).sorted() where !hasMore {
            try drain(sector, touched: touched)
        }
        try explainWaiting()
    }

    /// - Parameter touched: conversations that this turn read before; what it made of them is true, not what the database still says.
    private func drain(_ sector: String, touched: [ConversationID]) throws {
        var room = agents.values.lazy.filter { $0.sector == sector && $0.hasRoom }.reduce(0) { $0 + $1.capacity - $1.load }
        var own = touched.compactMap { items[$0] }.filter { $0.status == .waiting && $0.sector == sector }.sorted()
        var last: WorkItem?
        let before = drainedCount
        // Teams whose agents are all full: what waits for them must not keep the others from those who have room.
        var fullTeams: Set<TeamID> = []
        var pagesRead = 0
        while pagesRead < Self.pagesMax + fullTeams.count {
            pagesRead += 1
            let page = try readPage(of: sector, after: last, except: touched, notFor: fullTeams)
            let isLastPage = page.count < Self.pageSize
            last = page.last
            // Of what this turn queued, only what comes before the page's end: what follows on the next page may be first.
            let ownCount = isLastPage ? own.count : own.prefix { own in last.map { own < $0 } ?? true }.count
            let waiting = ownCount == 0 ? page : (page + own.prefix(ownCount)).sorted()
            own.removeFirst(ownCount)
            for var item in waiting {
                guard room > 0 else { return }
                guard drainedCount < Self.drainMax else {
                    hasMore = true
                    return
                }
                let verdict = try decide(item.work)
                guard let chosen = verdict.chosen else {
                    if let team = item.teamID, try !hasRoom(team) { fullTeams.insert(team) }
                    continue
                }
                _ = try claim(&item, for: chosen, because: verdict, reason: "routed", by: .system)
                room -= item.weight
                drainedCount += 1
            }
            if isLastPage || room == 0 { return }
        }
        hasMore = drainedCount > before
    }

    /// Whether somebody of the team could have something now; a team without agents is the whole sector.
    private func hasRoom(_ team: TeamID) throws -> Bool {
        let asked = try agentsAnswering(for: team)
        return asked.isEmpty || asked.contains { agents[$0]?.hasRoom == true }
    }

    private func readPage(
        of sector: String, after last: WorkItem?, except touched: [ConversationID], notFor fullTeams: Set<TeamID>
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
             ORDER BY rank, waiting_since, conversation_id LIMIT \(Self.pageSize)
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
            try record(try decide(item.work), about: item, at: nextInstant())
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
        changedItems.contains { $0.status == .waiting || storedItems[$0.conversationID]?.status == .waiting }
    }

    func stored(_ id: AgentID) -> AgentRecord? { storedAgents[id] }
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
