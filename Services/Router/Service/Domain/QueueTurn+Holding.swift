import Contracts
import Foundation

/// Who holds what: claims, their ends, and going back to the queue.
extension QueueTurn {
    /// Gives back the capacity that the item's agent held for it. The caller decides where the item stands now.
    /// - Parameter team: whose it is counted as, if the conversation was for no team.
    /// - Returns: who held it.
    @discardableResult
    mutating func endAssignment(
        of item: inout WorkItem, reason: String, note: String? = nil, countedFor team: TeamID? = nil
    ) throws -> AgentRecord? {
        guard let agentID = item.agentID, let assignmentID = item.assignmentID else { return nil }
        guard var agent = agents[agentID], agent.load >= item.weight,
            !changes.begun.contains(where: { $0.assignment.id == assignmentID })
        else { throw RoutingTrouble.ledgerBroken(item.conversationID) }
        agent.hold(item, -1)
        if let succeeded = Outcomes.succeeded(reason) { agent.outcomes.note(succeeded, on: [item.topic]) }
        put(agent)
        item.agentID = nil
        item.assignmentID = nil
        // The caller may have given it to another team, which has not done anything yet.
        let heldFor = (items[item.conversationID] ?? item).teamID ?? team
        changes.ended.append(LedgerEntry.End(id: assignmentID, at: nextInstant(), reason: reason, note: note, teamID: heldFor))
        return agent
    }

    /// The agent holds the item from now on. The caller has seen that there is room.
    mutating func claim(
        _ item: inout WorkItem, for agentID: AgentID, because verdict: RoutingVerdict, reason: String, note: String? = nil,
        by author: Author
    ) throws -> Assignment {
        let at = nextInstant()
        let decisionID = record(verdict, about: item, at: at)
        return try claim(&item, for: agentID, at: at, decision: decisionID, reason: reason, note: note, by: author)
    }

    /// - Parameter decision: what was decided, now or when it was offered.
    mutating func claim(
        _ item: inout WorkItem, for agentID: AgentID, at: Date, decision decisionID: DecisionID, reason: String, note: String? = nil,
        by author: Author
    ) throws -> Assignment {
        guard var agent = agents[agentID], item.agentID == nil, item.offer == nil, agent.hasRoom(for: item) else {
            throw RoutingTrouble.ledgerBroken(item.conversationID)
        }
        agent.hold(item, 1)
        agent.lastAssignedAt = at
        put(agent)
        let waited = items.stored(item.conversationID).flatMap { before in
            before.isQueued ? max(0, at.timeIntervalSince(before.waitingSince)) : nil
        }
        item.assignmentNumber += 1
        item.status = .assigned
        item.agentID = agentID
        item.preferredAgentID = nil
        item.returnedByAgentID = nil
        item.declinedBy = []
        item.declinedUntil = nil
        let assignment = Assignment(
            id: .new(), number: item.assignmentNumber, sessionID: item.conversationID, agent: agent.summary, reason: reason,
            decisionID: decisionID, by: author, at: Timestamp.rounded(at), teamID: item.teamID)
        item.assignmentID = assignment.id
        put(item)
        changes.begun.append(
            LedgerEntry(
                assignment: assignment, startedAt: at, weight: item.weight, note: note, waitedSeconds: waited, teamID: item.teamID))
        try say(ConversationAssigned(assignment: assignment), key: item.conversationID.uuid, about: item)
        return assignment
    }

    /// The conversation has no agent any more and waits again, at its old place; whoever had it does not get it back at once.
    /// - Parameters:
    ///   - mayReturn: … or does, being there again.
    ///   - team: whose it is counted as, if it waits for no team.
    mutating func giveBack(
        _ item: inout WorkItem, reason: String, note: String? = nil, by author: Author, mayReturn: Bool = false,
        countedFor team: TeamID? = nil
    ) throws {
        guard let agent = try endAssignment(of: &item, reason: reason, note: note, countedFor: team) else { return }
        item.status = .waiting
        item.returnedByAgentID = mayReturn ? nil : agent.id
        item.preferredAgentID = nil
        item.assignmentNumber += 1
        put(item)
        noteQueued(item.conversationID)
        try say(
            ConversationUnassigned(
                sessionID: item.conversationID, number: item.assignmentNumber, previousAgent: agent.summary, reason: reason, by: author,
                teamID: item.teamID),
            key: item.conversationID.uuid, about: item)
    }
}
