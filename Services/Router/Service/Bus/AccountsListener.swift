import Bus
import Contracts
import Foundation
import Storage

/// Hears who may answer customers: people become agents by themselves. And how a company routes.
package struct AccountsListener: Sendable {
    let desk: RoutingDesk

    package func apply(_ frames: [EventFrame], in transaction: Transaction) throws {
        var users: [TenantID: [UserAccount]] = [:]
        var rules: [TenantID: [BusinessRules]] = [:]
        for frame in frames {
            if let changed = try frame.decode(BusinessRulesChanged.self) {
                guard let tenant = frame.header.clientID else { throw RoutingTrouble.eventIncomplete(frame.header.subject) }
                rules[tenant, default: []].append(changed.rules)
                continue
            }
            guard let user = try frame.decode(UserCreated.self)?.user ?? frame.decode(UserChanged.self)?.user else { continue }
            guard let tenant = frame.header.clientID else { throw RoutingTrouble.eventIncomplete(frame.header.subject) }
            users[tenant, default: []].append(user)
        }
        let tenants = Set(users.keys).union(rules.keys)
        guard !tenants.isEmpty else { return }
        let needs = tenants.map { tenant in
            let users = users[tenant] ?? []
            return QueueTurn.Needs(
                tenant: tenant, agents: Set(users.map(\.id)), conversationsOf: Set(users.filter { !$0.answersCustomers }.map(\.id)))
        }
        let turns = try desk.begin(needs, in: transaction)
        for turn in turns {
            for rules in rules[turn.tenant] ?? [] { turn.hear(rules) }
            for user in users[turn.tenant] ?? [] { try turn.hear(user) }
        }
        try desk.finish(turns, in: transaction)
    }
}

extension Role {
    /// Roles whose people are agents.
    static let answering: Set<Role> = [.agent, .supervisor, .administrator]
}

extension UserAccount {
    fileprivate var answersCustomers: Bool { !disabled && Role.answering.contains(role) }
}

extension QueueTurn {
    func hear(_ user: UserAccount) throws {
        guard var agent = agents[user.id] else {
            guard user.answersCustomers else { return }
            let agent = AgentRecord(
                id: user.id, name: user.name, kind: .human, isActive: user.role == .agent, userRole: user.role, at: now)
            put(agent)
            audit(AgentAudit(agent: agent.id, action: "created", actor: .system, before: nil, after: agent.settings))
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
            audit(AgentAudit(agent: agent.id, action: action, actor: .system, before: before.settings, after: agent.settings))
        }
        if agent.isSuspended && !before.isSuspended { try returnEverything(of: agent.id) }
    }

    /// The agent is gone: what it held waits again, at its old place. At most ``AgentRecord/capacityMax`` conversations.
    private func returnEverything(of id: AgentID) throws {
        for var item in items.values.filter({ $0.agentID == id }).sorted() {
            try giveBack(&item, reason: "agent_gone", by: .system)
        }
    }

    /// The conversation has no agent any more and waits again, at its old place; whoever had it does not get it back at once.
    /// - Parameters:
    ///   - mayReturn: … or does, being there again.
    ///   - team: whose it is counted as, if it waits for no team.
    func giveBack(
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
                sessionID: item.conversationID, number: item.assignmentNumber, previousAgent: agent.summary, reason: reason, by: author),
            key: item.conversationID.uuid)
    }
}
