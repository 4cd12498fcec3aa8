/// Creates an agent or changes what is given.
package struct SaveAgent: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = RoutingAgent
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.save-agent"
    package static let service = ServiceName.router
    package static let access = Access.supervisors
    package let principal: Principal
    package let id: AgentID
    package let isNew: Bool
    package let name: String?
    package let kind: String?
    package let sector: String?
    package let priority: Int?
    package let capabilities: [AgentCapability]?
    package let capacity: Int?
    /// Replaces all of them; an empty one takes them away.
    package let channelCapacities: [String: Int]?
    package let successRate: Double?
    package let meanHandlingSeconds: Double?
    package let active: Bool?

    package init(
        principal: Principal, id: AgentID, isNew: Bool, name: String? = nil, kind: String? = nil, sector: String? = nil,
        priority: Int? = nil, capabilities: [AgentCapability]? = nil, capacity: Int? = nil, channelCapacities: [String: Int]? = nil,
        successRate: Double? = nil,
        meanHandlingSeconds: Double? = nil, active: Bool? = nil
    ) {
        self.principal = principal
        self.id = id
        self.isNew = isNew
        self.name = name
        self.kind = kind
        self.sector = sector
        self.priority = priority
        self.capabilities = capabilities
        self.capacity = capacity
        self.channelCapacities = channelCapacities
        self.successRate = successRate
        self.meanHandlingSeconds = meanHandlingSeconds
        self.active = active
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id, name, sector, priority, capabilities, capacity, active
        case isNew = "is_new"
        case kind = "type"
        case channelCapacities = "channel_capacities"
        case successRate = "success_rate"
        case meanHandlingSeconds = "mean_handling_seconds"
    }
}
