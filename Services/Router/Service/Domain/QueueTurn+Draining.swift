import Contracts

/// Giving what waits to those who have room.
extension QueueTurn {
    /// Gives the head of each sector's queue to the best agent until nobody has room, then explains why the others wait.
    /// - Throws: ``Unanswered`` where it wants to know more. Called again, it goes on there.
    package mutating func drain() throws {
        if draining == nil {
            try lookAgainAtRegrouped()
            try withdrawOffersOfAbsent()
            draining = Draining(
                touched: items.ids, sectors: snapshots.filter { $0.value.openCount > 0 }.keys.sorted().reversed())
        }
        while !hasMore, try drainNextSector() {}
        try explainWaiting()
        draining = nil
    }

    /// What waits for teams that may count on others than before, or for those that fall back to them: the first ``firedMax`` are given to
    /// somebody or their further waiting is explained; who stands behind them is reached by draining as ever.
    private mutating func lookAgainAtRegrouped() throws {
        guard !regroupedAgents.isEmpty || !regroupedTeams.isEmpty else { return }
        let asking = try facts.teamIDs(.teamsAsking(regroupedAgents.sorted(), through: regroupedTeams.sorted()))
        if !asking.isEmpty { try demand(.waiting(for: asking)) }
        (regroupedAgents, regroupedTeams) = ([], [])
        let known = Set(queued)
        for item in items.sorted(where: { $0.status == .waiting && $0.teamID.map(asking.contains) ?? false })
        where !known.contains(item.conversationID) {
            noteQueued(item.conversationID)
        }
    }

    /// - Returns: false if there is none.
    private mutating func drainNextSector() throws -> Bool {
        if draining?.sector == nil {
            guard let draining, let sector = draining.sectors.last else { return false }
            let own = draining.touched.compactMap { items[$0] }.filter { $0.status == .waiting && $0.sector == sector }.sorted()
            self.draining?.sectors.removeLast()
            self.draining?.sector = SectorDraining(sector: sector, drainedBefore: drainedCount, own: own)
        }
        guard var part = draining?.sector else { return false }
        do {
            // Kept in one place only, or each change would copy it.
            draining?.sector = nil
            while try drainFurther(&part) {}
        } catch {
            draining?.sector = part
            throw error
        }
        return true
    }

    /// One page.
    /// - Returns: whether there may be more to give in this sector.
    private mutating func drainFurther(_ part: inout SectorDraining) throws -> Bool {
        if part.next == part.waiting.count {
            guard part.pagesRead <= Self.pagesMax + part.fullTeams.count else {
                hasMore = drainedCount > part.drainedBefore
                return false
            }
            try turnPage(of: &part)
        }
        while part.next < part.waiting.count {
            guard room(in: part.sector) > 0 else { return false }
            guard drainedCount < Self.drainMax else {
                hasMore = true
                return false
            }
            var item = part.waiting[part.next]
            let verdict = try decide(item.work(at: now, settings))
            if let chosen = verdict.chosen {
                try give(&item, to: chosen, because: verdict)
                drainedCount += 1
            } else if let team = item.teamID, try !hasRoom(team) {
                part.fullTeams.insert(team)
            }
            part.next += 1
        }
        return !part.isLastPage && room(in: part.sector) > 0
    }

    private func room(in sector: String) -> Int { snapshots[sector]?.room ?? 0 }

    private func turnPage(of part: inout SectorDraining) throws {
        let size = part.pagesRead == 0 ? min(room(in: part.sector) + Self.firstPageSpare, Self.pageSize) : Self.pageSize
        let page = try facts.page(
            QueuePage(
                sector: part.sector, after: part.last.map(QueuePosition.init), except: draining?.touched ?? [], notFor: part.fullTeams,
                size: size))
        part.pagesRead += 1
        part.isLastPage = page.count < size
        part.last = page.last
        // Of what this turn queued, only what comes before the page's end: what follows on the next page may be first.
        let ownCount = part.isLastPage ? part.own.count : part.own.prefix { own in part.last.map { own < $0 } ?? true }.count
        part.waiting = ownCount == 0 ? page : (page + part.own.prefix(ownCount)).sorted()
        part.own.removeFirst(ownCount)
        part.next = 0
    }

    /// Whether somebody of the team could have something now; a team without agents is the whole sector.
    private mutating func hasRoom(_ team: TeamID) throws -> Bool {
        let asked = try agentsAnswering(for: team)
        return asked.isEmpty || asked.contains { agents[$0]?.hasRoom == true }
    }

    private mutating func explainWaiting() throws {
        while let explained = draining?.explainedCount, explained < queued.count {
            if let item = items[queued[explained]], item.status == .waiting {
                record(try decide(item.work(at: now, settings)), about: item, at: nextInstant())
            }
            draining?.explainedCount += 1
        }
        forgetQueued()
    }
}
