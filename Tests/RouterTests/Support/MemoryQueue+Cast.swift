import Contracts
import Foundation
import RouterService

extension MemoryQueue {
    func principal(_ id: AgentID, role: Role = .agent) -> Principal {
        Principal(clientID: tenant, subject: id, role: role, name: "Somebody")
    }

    var admin: Principal { principal(.new(), role: .administrator) }

    /// An agent who is online.
    mutating func agent(
        _ name: String = "Agent", capacity: Int? = nil, channels: [String: Int]? = nil, speaks: [AgentCapability]? = nil,
        priority: Int? = nil
    ) throws -> AgentID {
        let id = AgentID.new()
        try turn {
            try $0.hear(
                UserAccount(
                    id: id, email: "somebody@example.com", name: name, role: .agent, disabled: false,
                    createdAt: Date(timeIntervalSince1970: 0)))
        }
        let admin = self.admin
        _ = try turn {
            try $0.save(
                SaveAgent(
                    principal: admin, id: id, isNew: false, priority: priority, capabilities: speaks, capacity: capacity,
                    channelCapacities: channels))
        }
        try choose(.online, id)
        return id
    }

    mutating func choose(_ status: AgentStatus, _ id: AgentID) throws {
        let principal = self.principal(id)
        _ = try turn { try $0.setStatus(status, isChosen: true, of: principal) }
    }

    /// Chat says that somebody is needed.
    mutating func waits(
        _ id: ConversationID = .new(), priority: Int = 5, channel: Channel = .website, team: TeamID? = nil,
        requires: [AgentCapability]? = nil
    ) throws -> ConversationID {
        let event = ConversationWaiting(
            sessionID: id, customerID: .new(), channel: channel, priority: priority, sector: nil, preferredAgentID: nil, statusSequence: 1,
            assignmentNumber: 0, teamID: team, requiredCapabilities: requires)
        let now = self.now
        try turn(about: [id]) { try $0.hear(event, at: now) }
        return id
    }

    /// Chat says that nobody is needed any more, and has applied what was said of it.
    mutating func ends(_ id: ConversationID, as status: ConversationStatus = .resolved) throws {
        let event = ConversationStatusChanged(
            sessionID: id, status: status, previousStatus: .assigned, by: .system, priority: 5, channel: .website,
            customer: Session.CustomerSummary(id: .new(), name: nil, email: nil), assignmentNumber: items[id]?.assignmentNumber ?? 0,
            at: now)
        try turn(about: [id]) { try $0.hear(event, sequence: 9) }
    }

    /// Time passes, and what is due happens.
    mutating func pass(_ seconds: Double) throws {
        now.addTimeInterval(seconds)
        while try turn({ try $0.fireTimers() }) {}
    }

    /// A team that these agents work for, each for itself.
    mutating func team(_ name: String, of agents: [AgentID], fallback: TeamID? = nil) throws -> TeamID {
        let (id, admin) = (TeamID.new(), self.admin)
        _ = try turn {
            try $0.save(
                SaveTeam(principal: admin, id: id, isNew: true, name: name, fallbackTeamID: fallback, removesFallback: false))
        }
        for agent in agents {
            let member = TeamMemberID.new()
            _ = try turn { try $0.save(SaveTeamMember(principal: admin, teamID: id, id: member, isNew: true, userID: agent)) }
            let assignment = TeamAssignmentID.new()
            _ = try turn { try $0.assign(AssignTeamAgent(principal: admin, teamID: id, id: assignment, memberID: member)) }
        }
        return id
    }

    func holder(of id: ConversationID) -> AgentID? { items[id]?.agentID }

    func load(_ id: AgentID) -> Int? { agents[id]?.load }

    /// What was said, in its order.
    func said<E: Event>(_ type: E.Type) throws -> [E] {
        try events.filter { $0.subject == E.subject }.map { try JSON.decode(type, from: $0.payload) }
    }

    /// Of the conversation, latest first.
    func decisions(about id: ConversationID) -> [Decision] { decisions.map(\.decision).filter { $0.sessionID == id }.reversed() }
}
