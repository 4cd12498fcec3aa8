import Contracts
import Storage

/// Giving what waits to those who have room.
extension QueueTurn {
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
}
