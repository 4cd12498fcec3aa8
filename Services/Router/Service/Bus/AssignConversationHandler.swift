import Bus
import Contracts
import Foundation
import Storage

/// Taken by an agent, given by a supervisor, passed on by whoever holds it. The same agent again gets the assignment that stands.
struct AssignConversationHandler: RequestHandler {
    /// Characters of what a person may write about it.
    static let noteLengthMax = 1000
    /// Words that say how it came about and no more.
    private static let words: Set<String> = ["", "taken", "assigned", "transferred", "routed", "returned"]

    let desk: RoutingDesk

    func answer(_ request: AssignConversation, context: RequestContext) async throws -> Assignment {
        let principal = request.principal
        try principal.mustBe(in: Role.answering, context)
        let note = try Self.note(request.reason)
        let target = request.agentID ?? principal.subject
        let needs = QueueTurn.Needs(
            tenant: principal.clientID, conversations: [request.sessionID], agents: [target], traceparent: context.traceparent)
        return try await desk.turn(needs) { turn in
            try turn.assign(request.sessionID, to: target, note: note, by: principal)
        }
    }

    /// - Returns: what is more than a word of ours.
    static func note(_ reason: String) throws -> String? {
        guard reason.count <= noteLengthMax else {
            throw RoutingError.fieldInvalid(field: "reason", detail: "has more than \(noteLengthMax) characters")
        }
        guard !reason.utf8.contains(0) else {
            throw RoutingError.fieldInvalid(field: "reason", detail: "contains a character that cannot be stored")
        }
        return words.contains(reason) ? nil : reason
    }
}

extension QueueTurn {
    func assign(_ id: ConversationID, to target: AgentID, note: String?, by principal: Principal) throws -> Assignment {
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

    func openItem(_ id: ConversationID) throws -> WorkItem {
        guard let item = items[id] else { throw RoutingError.conversationNotFound(id: id) }
        guard item.status != .closed else { throw RoutingError.conversationClosed(id: id) }
        return item
    }

    func standingAssignment(of id: ConversationID) throws -> Assignment {
        let rows = try transaction.query(
            """
            SELECT \(Assignment.columns) FROM router.assignments s
              JOIN router.sector_agents a ON a.client_id = s.client_id AND a.id = s.agent_id
             WHERE s.client_id = \(tenant) AND s.conversation_id = \(id) AND s.ended_at IS NULL
            """)
        guard let row = rows.first else { throw RoutingTrouble.ledgerBroken(id) }
        return try Assignment(row)
    }
}
