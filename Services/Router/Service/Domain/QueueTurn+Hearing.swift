import Contracts
import Foundation

/// What chat and accounts say.
extension QueueTurn {
    package mutating func hear(_ event: ConversationWaiting, at date: Date) throws {
        guard var item = items[event.sessionID] else {
            var item = WorkItem(event, at: date)
            item.weight = settings.weight(of: item.channel)
            try settleSector(of: &item)
            put(item)
            noteQueued(event.sessionID)
            return
        }
        switch item.hear(event, at: date) {
        case .nothing: return
        case .details, .released: break
        case .queued:
            var settled = item
            try settleSector(of: &settled)
            // Chat had applied the assignment and says that it waits again: it has no agent there.
            try endAssignment(of: &item, reason: "waiting")
            item.weight = settings.weight(of: item.channel)
            (item.sector, item.teamID) = (settled.sector, settled.teamID)
            noteQueued(item.conversationID)
        }
        put(item)
    }

    /// A team's work stands in its sector's queue. A sector without anybody would wait for ever: such work is everybody's.
    private func settleSector(of item: inout WorkItem) throws {
        if let team = item.teamID {
            if let sector = try facts.team(team)?.sector { item.sector = sector } else { item.teamID = nil }
        }
        if !hasAgents(in: item.sector) { item.sector = Sector.general }
    }

    /// - Parameter sequence: the conversation's sequence of the change.
    package mutating func hear(_ event: ConversationStatusChanged, sequence: Int64) throws {
        // One that never waited needs nobody, and if it will, that is said with a higher sequence.
        guard var item = items[event.sessionID] else { return }
        switch item.hear(event, sequence: sequence) {
        case .nothing: return
        case .details, .queued: break
        case .released:
            try endAssignment(of: &item, reason: event.status.rawValue)
            try endOffer(of: &item, as: .withdrawn)
        }
        put(item)
    }

    /// Whoever may answer customers is an agent; whoever may no longer loses what it holds.
    package mutating func hear(_ user: UserAccount) throws {
        guard var agent = agents[user.id] else {
            guard user.answersCustomers else { return }
            let agent = AgentRecord(
                id: user.id, name: user.name, kind: .human, isActive: user.role == .agent, userRole: user.role, at: now)
            put(agent)
            changes.audits.append(
                AgentAudit(agent: agent.id, action: "created", actor: .system, before: nil, after: agent.settings))
            return
        }
        let before = agent
        agent.name = user.name
        // Switched on by becoming an agent; nobody is switched off by being promoted.
        if user.role == .agent && agent.userRole != .agent { agent.isActive = true }
        agent.userRole = user.role
        agent.isSuspended = !user.answersCustomers
        guard agent != before else { return }
        put(agent)
        if agent.settings != before.settings {
            let action = agent.isSuspended == before.isSuspended ? "changed" : agent.isSuspended ? "suspended" : "resumed"
            changes.audits.append(
                AgentAudit(agent: agent.id, action: action, actor: .system, before: before.settings, after: agent.settings))
        }
        if agent.isSuspended && !before.isSuspended { try returnEverything(of: agent.id) }
    }

    /// The agent is gone: what it held waits again, at its old place. At most ``AgentRecord/capacityMax`` conversations.
    private mutating func returnEverything(of id: AgentID) throws {
        for var item in items.sorted(where: { $0.agentID == id }) { try giveBack(&item, reason: "agent_gone", by: .system) }
    }
}

extension Role {
    /// Roles whose people are agents.
    static let answering: Set<Role> = [.agent, .supervisor, .administrator]
}

extension UserAccount {
    var answersCustomers: Bool { !disabled && Role.answering.contains(role) }
}
