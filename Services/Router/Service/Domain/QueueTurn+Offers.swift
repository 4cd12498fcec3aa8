import Contracts
import Foundation

/// Asking agents before they get something.
extension QueueTurn {
    /// Whoever declined is asked again after so many seconds without a further refusal, if it still waits then.
    static let roundPauseSeconds = 30.0
    /// Agents that declined one waiting conversation and are remembered; the oldest are forgotten beyond it.
    static let declinedMax = 100

    /// What draining decided: an offer where the tenant's people are asked, otherwise an assignment at once.
    mutating func give(_ item: inout WorkItem, to agentID: AgentID, because verdict: RoutingVerdict) throws {
        guard let timeout = settings.offerTimeoutSeconds, agents[agentID]?.kind == .human else {
            _ = try claim(&item, for: agentID, because: verdict, reason: "routed", by: .system)
            return
        }
        guard var agent = agents[agentID], item.status == .waiting, agent.hasRoom(for: item) else {
            throw RoutingTrouble.ledgerBroken(item.conversationID)
        }
        let at = nextInstant()
        let decision = record(verdict, about: item, at: at)
        agent.hold(item, 1)
        put(agent)
        // Whole milliseconds, as its event and its row say.
        let offer = WorkItem.OpenOffer(
            id: .new(), agentID: agentID, expiresAt: Timestamp.rounded(now.addingTimeInterval(Double(timeout))))
        item.offer = offer
        item.status = .offered
        put(item)
        changes.offersBegun.append(
            OfferEntry(
                id: offer.id, conversation: item.conversationID, agent: agentID, weight: item.weight, decision: decision, offeredAt: at,
                expiresAt: offer.expiresAt))
        try say(offer, of: item, state: .offered)
    }

    private mutating func say(_ offer: WorkItem.OpenOffer, of item: WorkItem, state: OfferState) throws {
        try say(
            OfferChanged(
                id: offer.id, sessionID: item.conversationID, channel: item.channel, priority: item.priority, expiresAt: offer.expiresAt,
                state: state),
            key: offer.agentID.uuid, about: item)
    }

    /// Gives the room back that was kept for the answer. An offered item waits again; the caller puts it.
    mutating func endOffer(of item: inout WorkItem, as state: OfferState, note: String? = nil) throws {
        guard let offer = item.offer else { return }
        guard var agent = agents[offer.agentID], agent.load >= item.weight,
            !changes.offersBegun.contains(where: { $0.id == offer.id })
        else { throw RoutingTrouble.ledgerBroken(item.conversationID) }
        agent.hold(item, -1)
        put(agent)
        item.offer = nil
        if item.status == .offered { item.status = .waiting }
        if state == .declined || state == .expired {
            item.declinedBy.removeAll { $0 == agent.id }
            item.declinedBy = item.declinedBy.suffix(Self.declinedMax - 1) + [agent.id]
            item.declinedUntil = now.addingTimeInterval(Self.roundPauseSeconds)
        }
        changes.offersEnded.append(OfferEntry.End(id: offer.id, state: state, at: nextInstant(), note: note))
        try say(offer, of: item, state: state)
    }

    /// The item waits again and somebody else is asked, or its further waiting explained.
    mutating func offerAgain(_ item: inout WorkItem, because state: OfferState, note: String? = nil) throws {
        try endOffer(of: &item, as: state, note: note)
        put(item)
        noteQueued(item.conversationID)
    }

    // MARK: - Answering

    package mutating func accept(_ id: EntityID, by principal: Principal) throws -> Assignment {
        let known = try offer(id, to: principal)
        guard var item = items[known.conversation] else { throw RoutingTrouble.ledgerBroken(known.conversation) }
        if known.state == .accepted, item.agentID == principal.subject { return try standingAssignment(of: known.conversation) }
        guard known.state == .offered, let offer = item.offer, offer.id == id, offer.expiresAt > now else {
            throw RoutingError.offerExpired(id: id)
        }
        try endOffer(of: &item, as: .accepted)
        return try claim(
            &item, for: principal.subject, at: nextInstant(), decision: known.decision, reason: "routed", by: Author(principal))
    }

    package mutating func decline(_ id: EntityID, note: String?, by principal: Principal) throws {
        let known = try offer(id, to: principal)
        if known.state == .declined { return }
        guard var item = items[known.conversation] else { throw RoutingTrouble.ledgerBroken(known.conversation) }
        guard known.state == .offered, let offer = item.offer, offer.id == id, offer.expiresAt > now else {
            throw RoutingError.offerExpired(id: id)
        }
        try offerAgain(&item, because: .declined, note: note)
    }

    /// With its conversation among ``items``.
    private func offer(_ id: EntityID, to principal: Principal) throws -> KnownOffer {
        guard let offer = try facts.offer(id, to: principal.subject) else { throw RoutingError.offerNotFound(id: id) }
        if items[offer.conversation] == nil { try demand(.conversations([offer.conversation])) }
        return offer
    }

    // MARK: - Going away

    /// Whoever went offline cannot answer: what was offered to them waits again.
    mutating func withdrawOffersOfAbsent() throws {
        let gone = agents.touched.values.filter { $0.announced.status != .offline && $0.effectiveStatus == .offline && $0.load > 0 }.map(
            \.id)
        guard !gone.isEmpty else { return }
        try withdrawOffers(to: Set(gone)) { _ in true }
    }

    /// - Parameter which: of the conversations offered to these agents.
    mutating func withdrawOffers(to agents: Set<AgentID>, where which: (WorkItem) -> Bool) throws {
        try demand(.offered(to: agents.sorted()))
        for var item in items.sorted(where: { $0.offer.map { agents.contains($0.agentID) } ?? false }) where which(item) {
            try offerAgain(&item, because: .withdrawn)
        }
    }
}
