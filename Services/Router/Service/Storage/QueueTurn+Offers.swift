import Contracts
import Foundation
import Storage

/// Asking agents before they get something, and what time changes.
extension QueueTurn {
    /// Whoever declined is asked again after so many seconds without a further refusal, if it still waits then.
    static let roundPauseSeconds = 30.0
    /// Timers that fire in one turn; the rest follows in a next one, so that nobody waits long for the lock.
    package static let firedMax = 200
    /// Agents that declined one waiting conversation and are remembered; the oldest are forgotten beyond it.
    static let declinedMax = 100

    /// What draining decided: an offer where the tenant's people are asked, otherwise an assignment at once.
    func give(_ item: inout WorkItem, to agentID: AgentID, because verdict: RoutingVerdict) throws {
        guard let timeout = settings.offerTimeoutSeconds, agents[agentID]?.kind == .human else {
            _ = try claim(&item, for: agentID, because: verdict, reason: "routed", by: .system)
            return
        }
        guard var agent = agents[agentID], item.status == .waiting, agent.hasRoom(for: item) else {
            throw RoutingTrouble.ledgerBroken(item.conversationID)
        }
        let at = nextInstant()
        let decision = try record(verdict, about: item, at: at)
        agent.hold(item, 1)
        put(agent)
        // Whole milliseconds, as its event and its row say.
        let offer = WorkItem.OpenOffer(
            id: .new(), agentID: agentID, expiresAt: Timestamp.rounded(now.addingTimeInterval(Double(timeout))))
        item.offer = offer
        item.status = .offered
        put(item)
        offersBegun.append(
            OfferEntry(
                id: offer.id, conversation: item.conversationID, agent: agentID, weight: item.weight, decision: decision, offeredAt: at,
                expiresAt: offer.expiresAt))
        try say(offer, of: item, state: .offered)
    }

    private func say(_ offer: WorkItem.OpenOffer, of item: WorkItem, state: OfferState) throws {
        try say(
            OfferChanged(
                id: offer.id, sessionID: item.conversationID, channel: item.channel, priority: item.priority, expiresAt: offer.expiresAt,
                state: state),
            key: offer.agentID.uuid)
    }

    /// Gives the room back that was kept for the answer. An offered item waits again; the caller puts it.
    func endOffer(of item: inout WorkItem, as state: OfferState, note: String? = nil) throws {
        guard let offer = item.offer else { return }
        guard var agent = agents[offer.agentID], agent.load >= item.weight, !offersBegun.contains(where: { $0.id == offer.id }) else {
            throw RoutingTrouble.ledgerBroken(item.conversationID)
        }
        agent.hold(item, -1)
        put(agent)
        item.offer = nil
        if item.status == .offered { item.status = .waiting }
        if state == .declined || state == .expired {
            item.declinedBy.removeAll { $0 == agent.id }
            item.declinedBy = item.declinedBy.suffix(Self.declinedMax - 1) + [agent.id]
            item.declinedUntil = now.addingTimeInterval(Self.roundPauseSeconds)
        }
        offersEnded.append(OfferEntry.End(id: offer.id, state: state, at: nextInstant(), note: note))
        try say(offer, of: item, state: state)
    }

    /// The item waits again and somebody else is asked, or its further waiting explained.
    func offerAgain(_ item: inout WorkItem, because state: OfferState, note: String? = nil) throws {
        try endOffer(of: &item, as: state, note: note)
        put(item)
        noteQueued(item.conversationID)
    }

    // MARK: - Answering

    func accept(_ id: EntityID, by principal: Principal) throws -> Assignment {
        let (state, conversation, decision) = try offer(id, to: principal)
        try readItems(where: "conversation_id = \(conversation)")
        guard var item = items[conversation] else { throw RoutingTrouble.ledgerBroken(conversation) }
        if state == .accepted, item.agentID == principal.subject { return try standingAssignment(of: conversation) }
        guard state == .offered, let offer = item.offer, offer.id == id, offer.expiresAt > now else {
            throw RoutingError.offerExpired(id: id)
        }
        try endOffer(of: &item, as: .accepted)
        return try claim(
            &item, for: principal.subject, at: nextInstant(), decision: decision, reason: "routed", by: Author(principal))
    }

    func decline(_ id: EntityID, note: String?, by principal: Principal) throws {
        let (state, conversation, _) = try offer(id, to: principal)
        if state == .declined { return }
        try readItems(where: "conversation_id = \(conversation)")
        guard var item = items[conversation] else { throw RoutingTrouble.ledgerBroken(conversation) }
        guard state == .offered, let offer = item.offer, offer.id == id, offer.expiresAt > now else {
            throw RoutingError.offerExpired(id: id)
        }
        try offerAgain(&item, because: .declined, note: note)
    }

    private func offer(
        _ id: EntityID, to principal: Principal
    ) throws -> (state: OfferState, conversation: ConversationID, decision: DecisionID) {
        let rows = try transaction.query(
            """
            SELECT state, conversation_id, decision_id FROM router.offers
             WHERE client_id = \(tenant) AND id = \(id) AND agent_id = \(principal.subject)
            """)
        guard let row = rows.first else { throw RoutingError.offerNotFound(id: id) }
        return (OfferState(rawValue: try row["state"]), try row["conversation_id"], try row["decision_id"])
    }

    // MARK: - Going away

    /// Whoever went offline cannot answer: what was offered to them waits again.
    func withdrawOffersOfAbsent() throws {
        let gone = agents.touched.values.filter { $0.announced.status != .offline && $0.effectiveStatus == .offline && $0.load > 0 }.map(
            \.id)
        guard !gone.isEmpty else { return }
        try withdrawOffers(to: Set(gone)) { _ in true }
    }

    /// - Parameter which: of the conversations offered to these agents.
    func withdrawOffers(to agents: Set<AgentID>, where which: (WorkItem) -> Bool) throws {
        try readItems(where: "offered_agent_id = ANY(\(agents.sorted()))")
        for var item in items.values.filter({ $0.offer.map { agents.contains($0.agentID) } ?? false }).sorted() where which(item) {
            try offerAgain(&item, because: .withdrawn)
        }
    }

    /// Its status is about to be said. Going offline with open conversations starts the time after which others get them.
    func noteTransition(of agent: AgentRecord) {
        guard agent.announced.status != agent.current.status else { return }
        if agent.current.status == .offline {
            guard let grace = settings.offlineGraceSeconds, agent.load > 0 else { return }
            timers[Timer(agent.id)] = .some(now.addingTimeInterval(Double(grace)))
        } else if agent.announced.status == .offline, agent.load > 0 {
            timers[Timer(agent.id)] = .some(nil)
        }
    }

    // MARK: - Time

    func hasDueTimers() throws -> Bool {
        try transaction.query("SELECT FROM router.timers WHERE client_id = \(tenant) AND due_at <= \(now) LIMIT 1").count > 0
    }

    /// Does what is due. What waits is decided anew when the turn drains.
    /// - Returns: whether more may be due.
    func fireTimers() throws -> Bool {
        let rows = try transaction.pipeline([
            transaction.scope(to: tenant),
            """
            SELECT kind, subject_id FROM router.timers WHERE client_id = \(tenant) AND due_at <= \(now)
             ORDER BY due_at, kind, subject_id LIMIT \(Self.firedMax)
            """,
        ])[1]
        var conversations: [ConversationID] = []
        var absent: [AgentID] = []
        for row in rows {
            let name: String = try row["kind"]
            guard let kind = Timer.Kind(rawValue: name) else { throw DatabaseError.decoding("kind is \(name)") }
            let subject: UUID = try row["subject_id"]
            // Taken away, unless the turn's end finds a next time.
            timers[Timer(kind: kind, subject: subject)] = .some(nil)
            switch kind {
            case .conversation: conversations.append(ConversationID(subject))
            case .agent: absent.append(AgentID(subject))
            }
        }
        if !conversations.isEmpty { try readItems(where: "conversation_id = ANY(\(conversations))") }
        for id in conversations {
            guard var item = items[id], let offer = item.offer, offer.expiresAt <= now else { continue }
            try offerAgain(&item, because: .expired)
        }
        // Back a moment ago, and nobody has said so yet: whoever is there keeps everything.
        if !absent.isEmpty { try readPresence(of: absent) }
        let gone = absent.filter { agents[$0]?.effectiveStatus == .offline && settings.offlineGraceSeconds != nil }
        if !gone.isEmpty {
            try readItems(where: "agent_id = ANY(\(gone))")
            for var item in items.values.filter({ $0.agentID.map(gone.contains) ?? false }).sorted() {
                // Who comes back may have it again.
                try giveBack(&item, reason: "agent_offline", by: .system, mayReturn: true)
            }
        }
        return rows.count == Self.firedMax
    }

    /// New settings: what waits is looked at again, and gets its times, as if they had come; ``firedMax`` in a turn, so that however many
    /// wait, nobody is kept long from the lock. Agents who are offline have the new time from now on. What is on offer keeps the time that its
    /// agent was told.
    var newTimes: [SQL] {
        guard let before = settingsBefore else { return [] }
        var statements: [SQL] = []
        if before.relaxation != settings.relaxation || before.preferredWaitSeconds != settings.preferredWaitSeconds
            || before.priorityFallbackSeconds != settings.priorityFallbackSeconds
        {
            statements.append(
                """
                INSERT INTO router.timers (client_id, kind, subject_id, due_at)
                SELECT client_id, 'conversation', conversation_id, \(now) FROM router.work_items
                 WHERE client_id = \(tenant) AND status = 'waiting'
                   AND (required_capabilities <> '[]' OR preferred_agent_id IS NOT NULL)
                ON CONFLICT (client_id, kind, subject_id) DO UPDATE SET due_at = least(timers.due_at, excluded.due_at)
                """)
        }
        if before.offlineGraceSeconds != settings.offlineGraceSeconds {
            statements.append(
                settings.offlineGraceSeconds.map { grace in
                    """
                    INSERT INTO router.timers (client_id, kind, subject_id, due_at)
                    SELECT client_id, 'agent', id, \(now.addingTimeInterval(Double(grace))) FROM router.sector_agents
                     WHERE client_id = \(tenant) AND announced_status = 'offline' AND load > 0
                    ON CONFLICT (client_id, kind, subject_id) DO UPDATE SET due_at = excluded.due_at
                    """
                } ?? "DELETE FROM router.timers WHERE client_id = \(tenant) AND kind = 'agent'")
        }
        return statements
    }

    /// Which of the turn's items wake when. An item's timer is what its row and the settings say, so it cannot be forgotten.
    private func settleTimers() {
        let fired = timers.keys.filter { $0.kind == .conversation }.map { ConversationID($0.subject) }
        for item in changedItems + fired.compactMap({ items[$0] }) {
            if let date = item.wakesAt(after: now, settings) {
                timers[Timer(item.conversationID)] = .some(date)
            } else if storedItem(item.conversationID)?.mayWake == true {
                timers[Timer(item.conversationID)] = .some(nil)
            }
        }
    }

    var timerStatements: [SQL?] {
        settleTimers()
        let set = timers.compactMap { timer, date in date.map { (timer: timer, date: $0) } }
        let gone = timers.filter { $0.value == nil }.map(\.key)
        return [
            gone.isEmpty
                ? nil
                : """
                DELETE FROM router.timers t USING unnest(\(gone.map(\.kind)), \(gone.map(\.subject))) AS g(kind, subject_id)
                 WHERE t.client_id = \(tenant) AND t.kind = g.kind AND t.subject_id = g.subject_id
                """,
            set.isEmpty
                ? nil
                : """
                INSERT INTO router.timers (client_id, kind, subject_id, due_at)
                SELECT \(tenant), s.* FROM unnest(\(set.map(\.timer.kind)), \(set.map(\.timer.subject)), \(set.map(\.date))) AS s
                ON CONFLICT (client_id, kind, subject_id) DO UPDATE SET due_at = excluded.due_at
                """,
        ]
    }

    var offerStatements: [SQL?] {
        [
            offersEnded.isEmpty
                ? nil
                : """
                UPDATE router.offers o SET state = e.state, ended_at = e.at, note = e.note
                  FROM unnest(\(offersEnded.map(\.id)), \(offersEnded.map(\.state)), \(offersEnded.map(\.at)),
                              \(offersEnded.map(\.note))) AS e(id, state, at, note)
                 WHERE o.client_id = \(tenant) AND o.id = e.id
                """,
            offersBegun.isEmpty
                ? nil
                : """
                INSERT INTO router.offers (client_id, state, id, conversation_id, agent_id, weight, decision_id, offered_at, expires_at)
                SELECT \(tenant), 'offered', o.*
                  FROM unnest(\(offersBegun.map(\.id)), \(offersBegun.map(\.conversation)), \(offersBegun.map(\.agent)),
                              \(offersBegun.map(\.weight)), \(offersBegun.map(\.decision)), \(offersBegun.map(\.offeredAt)),
                              \(offersBegun.map(\.expiresAt))) AS o
                """,
        ]
    }
}
