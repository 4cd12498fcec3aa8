import Contracts
import Foundation

/// What people decide about one conversation.
extension QueueTurn {
    /// Taken by an agent, given by a supervisor, passed on by whoever holds it. The same agent again gets the assignment that stands.
    package mutating func assign(_ id: ConversationID, to target: AgentID, note: String?, by principal: Principal) throws -> Assignment {
        var item = try openItem(id)
        if item.agentID == target { return try standingAssignment(of: id) }
        if !principal.isSenior {
            if let holder = item.agentID, holder != principal.subject {
                throw RoutingError.conversationHeldByColleague(name: agents[holder]?.name ?? "")
            }
            // What nobody holds an agent may take, and not give away.
            guard item.agentID != nil || target == principal.subject else {
                throw RoutingError.roleMayNot(role: principal.role.rawValue)
            }
        }
        if let team = item.teamID { try facts.demand(.answering(team)) }
        if target == principal.subject, agents[target] == nil { put(try ownAgent(of: principal)) }
        guard let agent = agents[target], agent.deletedAt == nil else { throw RoutingError.agentNotFound(id: target) }
        // A supervisor who is not in the rotation may still take over by hand.
        let mayHold = agent.takesWork || (target == principal.subject && principal.isSenior && !agent.isSuspended)
        guard mayHold else { throw RoutingError.agentNotActive(name: agent.name) }
        // Whoever was asked to take it need not answer any more; whoever takes it by hand has answered.
        let offered = item.offer?.agentID
        try endOffer(of: &item, as: offered == target ? .accepted : .withdrawn)
        guard let taker = agents[target], taker.hasRoom(for: item) else {
            throw RoutingError.agentAtCapacity(name: agent.name, capacity: agent.capacity)
        }
        let verdict = try manualVerdict(taker, item.work(at: now, settings))
        let isTransfer = item.agentID != nil
        try endAssignment(of: &item, reason: "transferred")
        return try claim(
            &item, for: target, because: verdict,
            reason: isTransfer ? "transferred" : target == principal.subject ? "taken" : "assigned", note: note, by: Author(principal))
    }

    /// Back into the queue, of its team or another one.
    package mutating func giveBack(_ id: ConversationID, to team: TeamID?, note: String?, by principal: Principal) throws {
        var item = try openItem(id)
        guard let holder = item.agentID else { throw RoutingError.conversationNotAssigned(id: id) }
        guard principal.isSenior || holder == principal.subject else {
            throw RoutingError.conversationHeldByColleague(name: agents[holder]?.name ?? "")
        }
        if let team {
            guard let team = try facts.team(team) else {
                throw RoutingError.referenceNotFound(field: "team_id", id: EntityID(team.uuid))
            }
            item.teamID = team.id
            item.sector = team.sector
            item.wasMoved = true
        }
        try giveBack(&item, reason: "returned", note: note, by: Author(principal))
    }

    private func openItem(_ id: ConversationID) throws -> WorkItem {
        guard let item = items[id] else { throw RoutingError.conversationNotFound(id: id) }
        guard item.status != .closed else { throw RoutingError.conversationClosed(id: id) }
        return item
    }

    func standingAssignment(of id: ConversationID) throws -> Assignment {
        guard let assignment = try facts.standingAssignment(of: id) else { throw RoutingTrouble.ledgerBroken(id) }
        return assignment
    }
}

extension Principal {
    fileprivate var isSenior: Bool { role == .administrator || role == .supervisor }
}
