import Bus
import Contracts
import Foundation

/// Creates an agent or changes what is given. Room that this makes is filled at once.
struct SaveAgentHandler: RequestHandler {
    let desk: RoutingDesk

    func answer(_ request: SaveAgent, context: RequestContext) async throws -> RoutingAgent {
        let principal = request.principal
        try principal.mustBe(in: Role.managing, context)
        let needs = QueueTurn.Needs(tenant: principal.clientID, agents: [request.id], traceparent: context.traceparent)
        return try await desk.turn(needs) { turn in
            let agent = try turn.save(request)
            try turn.drain()
            return turn.agents[agent.id]?.routingAgent ?? agent.routingAgent
        }
    }
}

extension QueueTurn {
    /// Checks everything before it changes anything.
    func save(_ request: SaveAgent) throws -> AgentRecord {
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
        put(agent)
        // Whoever is asked no more need not be waited for.
        if !request.isNew, !agent.isActive, known?.isActive == true { try withdrawOffers(to: [agent.id]) { _ in true } }
        audit(
            AgentAudit(
                agent: agent.id, action: request.isNew ? "created" : "changed", actor: Author(request.principal),
                before: request.isNew ? nil : known?.settings, after: agent.settings))
        return agent
    }
}

extension AgentRecord {
    /// What a new agent keeps of the one that had its id and was taken out of routing.
    fileprivate mutating func continues(_ known: AgentRecord) {
        load = known.load
        channelLoads = known.channelLoads
        isSuspended = known.isSuspended
        status = known.status
        isPresent = known.isPresent
        presentUntil = known.presentUntil
        connectedUntil = known.connectedUntil
        lastAssignedAt = known.lastAssignedAt
        announced = known.announced
    }

    fileprivate mutating func take(_ request: SaveAgent) throws {
        if let name = request.name { self.name = name }
        guard !name.isEmpty else { throw RoutingError.fieldInvalid(field: "name", detail: "is missing") }
        if let kind = request.kind.flatMap(Kind.init(rawValue:)), kind != self.kind {
            self.kind = kind
            // Nobody sits there to choose it.
            status = kind == .automated ? .online : .offline
            isPresent = kind == .automated
        }
        if let sector = request.sector { self.sector = sector }
        if let priority = request.priority { self.priority = priority }
        if let capabilities = request.capabilities { self.capabilities = capabilities }
        if let capacity = request.capacity { self.capacity = capacity }
        if let channelCapacities = request.channelCapacities { self.channelCapacities = channelCapacities }
        if let successRate = request.successRate { self.successRate = successRate }
        if let meanHandlingSeconds = request.meanHandlingSeconds { self.meanHandlingSeconds = meanHandlingSeconds }
        if let active = request.active { isActive = active }
    }
}

extension SaveAgent {
    private static let nameLengthMax = 200
    private static let capabilitiesMax = 100
    private static let capabilityLengthMax = 100
    private static let handlingSecondsMax = 1e9

    func validate() throws(RoutingError) {
        func check(_ isRight: Bool?, _ field: String, _ detail: String) throws(RoutingError) {
            if isRight == false { throw .fieldInvalid(field: field, detail: detail) }
        }
        try check(
            name.map { $0.contains { !$0.isWhitespace } && $0.count <= Self.nameLengthMax }, "name",
            "needs 1 to \(Self.nameLengthMax) characters")
        try check(name.map { !$0.utf8.contains(0) }, "name", "contains a character that cannot be stored")
        try check(kind.map { AgentRecord.Kind(rawValue: $0) != nil }, "type", "is neither human nor automated")
        try check(sector.map(Sector.isName), "sector", "needs 1 to \(Sector.lengthMax) characters")
        try check(priority.map { (0...10).contains($0) }, "priority", "is not between 0 and 10")
        try check(
            capacity.map { (0...AgentRecord.capacityMax).contains($0) }, "capacity", "is not between 0 and \(AgentRecord.capacityMax)")
        for (channel, limit) in (channelCapacities ?? [:]).sorted(by: { $0.key < $1.key }) {
            let field = "channel_capacities.\(channel)"
            try check(Channel.all.contains(Channel(rawValue: channel)), field, "is not a channel")
            try check((0...AgentRecord.capacityMax).contains(limit), field, "is not between 0 and \(AgentRecord.capacityMax)")
        }
        try check(successRate.map { (0...1).contains($0) }, "success_rate", "is not between 0 and 1")
        try check(
            meanHandlingSeconds.map { (0...Self.handlingSecondsMax).contains($0) }, "mean_handling_seconds", "is not a number of seconds")
        try check(capabilities.map { $0.count <= Self.capabilitiesMax }, "capabilities", "are more than \(Self.capabilitiesMax)")
        try check(
            capabilities.map {
                $0.allSatisfy { !$0.name.isEmpty && $0.name.count <= Self.capabilityLengthMax && !$0.name.utf8.contains(0) }
            },
            "capabilities", "have a name that is empty or too long")
        try check(capabilities.map { $0.allSatisfy { (1...5).contains($0.level) } }, "capabilities", "have a level outside 1 to 5")
        try check(capabilities.map { Set($0.map(\.name)).count == $0.count }, "capabilities", "name one of them twice")
    }
}
