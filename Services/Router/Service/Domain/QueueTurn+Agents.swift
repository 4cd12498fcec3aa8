import Contracts
import Foundation

/// Changes of agents. Each checks everything before it changes anything.
extension QueueTurn {
    /// Somebody who signed in is an agent, even if accounts' word of it has not arrived here yet.
    mutating func ownAgent(of principal: Principal) throws -> AgentRecord {
        guard let agent = agents[principal.subject] else {
            let agent = AgentRecord(
                id: principal.subject, name: principal.name, kind: .human, isActive: principal.role == .agent, userRole: principal.role,
                at: now)
            changes.audits.append(
                AgentAudit(agent: agent.id, action: "created", actor: Author(principal), before: nil, after: agent.settings))
            return agent
        }
        guard agent.deletedAt == nil else { throw RoutingError.agentNotFound(id: agent.id) }
        return agent
    }

    /// - Parameter isChosen: false: a page says by itself that it opened, or was signed out of.
    package mutating func setStatus(_ status: AgentStatus, isChosen: Bool, of principal: Principal) throws -> AgentRecord {
        var agent = try ownAgent(of: principal)
        if isChosen || !agent.keepsStatus(against: status) {
            agent.status = status
            agent.hasChosenStatus = isChosen
        }
        if status == .online, agent.status == .online {
            agent.presentUntil = now.addingTimeInterval(AgentPresence.graceSeconds)
            agent.isPresent = true
        }
        put(agent)
        return agent
    }

    /// Creates an agent or changes what is given. Room that this makes is filled when the turn drains.
    package mutating func save(_ request: SaveAgent) throws -> AgentRecord {
        try request.validate()
        let known = agents[request.id]
        var agent: AgentRecord
        if request.isNew {
            agent = AgentRecord(
                id: request.id, name: "", kind: .human, isActive: true, userRole: known?.userRole, at: known?.createdAt ?? now)
            if let known { agent.continues(known) }
        } else {
            guard let known, known.deletedAt == nil else { throw RoutingError.agentNotFound(id: request.id) }
            agent = known
        }
        if agent.userRole != nil, request.kind.map({ $0 != AgentRecord.Kind.human.rawValue }) ?? false {
            throw RoutingError.fieldInvalid(field: "type", detail: "is that of a person who signs in")
        }
        try agent.take(request)
        if request.isNew, let known, known.deletedAt == nil {
            // Asked twice, it is the same agent; asked otherwise, the id belongs to another one.
            guard known.settings == agent.settings else { throw RoutingError.agentIDReused(id: request.id) }
            return known
        }
        try check(agent.sector, insteadOf: request.isNew ? nil : known?.sector)
        guard agent.capacity >= agent.load else {
            throw RoutingError.fieldInvalid(field: "capacity", detail: "is below the present load of \(agent.load)")
        }
        for (channel, limit) in agent.channelCapacities.sorted(by: { $0.key < $1.key }) {
            let load = agent.channelLoads[channel] ?? 0
            guard limit >= load else {
                throw RoutingError.fieldInvalid(
                    field: "channel_capacities.\(channel)", detail: "is below the present load of \(load) on this channel")
            }
        }
        if let known, known.deletedAt == nil, known.settings == agent.settings { return known }
        // Whoever is asked no more need not be waited for.
        let isAskedNoMore = !request.isNew && !agent.isActive && known?.isActive == true
        if isAskedNoMore { try demand(.offered(to: [agent.id])) }
        put(agent)
        if isAskedNoMore { try withdrawOffers(to: [agent.id]) { _ in true } }
        changes.audits.append(
            AgentAudit(
                agent: agent.id, action: request.isNew ? "created" : "changed", actor: Author(request.principal),
                before: request.isNew ? nil : known?.settings, after: agent.settings))
        return agent
    }

    /// Takes the agent out of routing, and so out of every team; its history stays.
    package mutating func delete(_ id: AgentID, by author: Author) throws {
        guard var agent = agents[id], agent.deletedAt == nil else { throw RoutingError.agentNotFound(id: id) }
        guard agent.load == 0 else { throw RoutingError.agentHoldsConversations(count: agent.load) }
        let assignments = try facts.teamAssignments(.assignmentsOfAgent(id))
        let before = agent.settings
        agent.deletedAt = now
        put(agent)
        changes.audits.append(AgentAudit(agent: id, action: "deleted", actor: author, before: before, after: nil))
        guard !assignments.isEmpty else { return }
        change(.deleteAssignments(of: id), .audit(entries(ending: assignments, by: author)))
        regroupedTeams.formUnion(assignments.map(\.teamID))
    }

    /// Nobody is put into a sector that the company does not have. Whoever is in one already, stays.
    func check(_ sector: String, insteadOf before: String?) throws(RoutingError) {
        guard sector != before, let sectors = rules.sectors, !sectors.contains(sector) else { return }
        throw .fieldInvalid(field: "sector", detail: Sector.unknown)
    }
}

enum AgentPresence {
    /// Seconds that a connection counts after its last renewal, and a chosen "online" without any.
    static let graceSeconds = 60.0
}
