import Contracts

extension AgentRecord {
    /// What a new agent keeps of the one that had its id and was taken out of routing.
    mutating func continues(_ known: AgentRecord) {
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

    /// What is given.
    mutating func take(_ request: SaveAgent) throws {
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

    /// Whether what its person chose stands against a page that says by itself that it opened, or was signed out of. Away and busy are
    /// always chosen; somebody who chose online and leaves is not there any more.
    func keepsStatus(against automatic: AgentStatus) -> Bool {
        switch status {
        case .online: automatic == .online
        case .offline: hasChosenStatus
        default: true
        }
    }
}
