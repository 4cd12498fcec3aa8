/// Why the router refuses.
package enum RoutingError: ServiceError {
    case agentNotFound(id: AgentID)
    case agentIDReused(id: AgentID)
    case agentAtCapacity(name: String, capacity: Int)
    case agentHoldsConversations(count: Int)
    case agentNotActive(name: String)
    /// Also one that never waited.
    case conversationNotFound(id: ConversationID)
    case conversationClosed(id: ConversationID)
    case conversationNotAssigned(id: ConversationID)
    case conversationHeldByColleague(name: String)
    case fieldInvalid(field: String, detail: String)
    /// Also somebody else's.
    case offerNotFound(id: EntityID)
    /// Answered too late, already answered, or withdrawn.
    case offerExpired(id: EntityID)
    case roleMayNot(role: String)
    case teamNotFound(id: TeamID)
    case teamMemberNotFound(id: TeamMemberID)
    case teamAssignmentNotFound(id: TeamAssignmentID)
    /// What a field names is none of the tenant's.
    case referenceNotFound(field: String, id: EntityID)
    /// What a field holds is already held by another one.
    case alreadyTaken(field: String)
    case simulationNotFound(id: SimulationID)
    /// The id is another draft's.
    case simulationIDReused(id: SimulationID)
    /// One simulation of a tenant at a time, and few in all.
    case simulationRunning
    /// One of several changes was refused, so none took effect.
    case operationRefused(index: Int, code: String, details: JSONValue)
    /// From a newer service.
    case unknown(code: String)

    package var code: String {
        switch self {
        case .agentNotFound: "agent-not-found"
        case .agentIDReused: "agent-id-reused"
        case .agentAtCapacity: "agent-at-capacity"
        case .agentHoldsConversations: "agent-holds-conversations"
        case .agentNotActive: "agent-not-active"
        case .conversationNotFound: "conversation-not-found"
        case .conversationClosed: "conversation-closed"
        case .conversationNotAssigned: "conversation-not-assigned"
        case .conversationHeldByColleague: "conversation-held-by-colleague"
        case .fieldInvalid: "field-invalid"
        case .offerNotFound: "offer-not-found"
        case .offerExpired: "offer-expired"
        case .roleMayNot: "role-may-not"
        case .teamNotFound: "team-not-found"
        case .teamMemberNotFound: "team-member-not-found"
        case .teamAssignmentNotFound: "team-assignment-not-found"
        case .referenceNotFound: "reference-not-found"
        case .alreadyTaken: "already-taken"
        case .simulationNotFound: "simulation-not-found"
        case .simulationIDReused: "simulation-id-reused"
        case .simulationRunning: "simulation-running"
        case .operationRefused: "operation-refused"
        case .unknown(let code): code
        }
    }

    package var details: [String: JSONValue] {
        switch self {
        case .agentNotFound(let id): ["id": .string(id.description)]
        case .agentIDReused(let id): ["id": .string(id.description)]
        case .agentAtCapacity(let name, let capacity): ["name": .string(name), "capacity": .integer(Int64(capacity))]
        case .agentHoldsConversations(let count): ["count": .integer(Int64(count))]
        case .agentNotActive(let name): ["name": .string(name)]
        case .conversationNotFound(let id): ["id": .string(id.description)]
        case .conversationClosed(let id): ["id": .string(id.description)]
        case .conversationNotAssigned(let id): ["id": .string(id.description)]
        case .conversationHeldByColleague(let name): ["name": .string(name)]
        case .fieldInvalid(let field, let detail): ["field": .string(field), "detail": .string(detail)]
        case .offerNotFound(let id): ["id": .string(id.description)]
        case .offerExpired(let id): ["id": .string(id.description)]
        case .roleMayNot(let role): ["role": .string(role)]
        case .teamNotFound(let id): ["id": .string(id.description)]
        case .teamMemberNotFound(let id): ["id": .string(id.description)]
        case .teamAssignmentNotFound(let id): ["id": .string(id.description)]
        case .referenceNotFound(let field, let id): ["field": .string(field), "id": .string(id.description)]
        case .alreadyTaken(let field): ["field": .string(field)]
        case .simulationNotFound(let id), .simulationIDReused(let id): ["id": .string(id.description)]
        case .simulationRunning: [:]
        case .operationRefused(let index, let code, let details):
            ["index": .integer(Int64(index)), "code": .string(code), "details": details]
        case .unknown: [:]
        }
    }

    package init(code: String, details: [String: JSONValue]) {
        let fields = RefusalDetails(details)
        do {
            switch code {
            case "agent-not-found": self = .agentNotFound(id: try fields.identifier("id"))
            case "agent-id-reused": self = .agentIDReused(id: try fields.identifier("id"))
            case "agent-at-capacity": self = .agentAtCapacity(name: try fields.text("name"), capacity: try fields.integer("capacity"))
            case "agent-holds-conversations": self = .agentHoldsConversations(count: try fields.integer("count"))
            case "agent-not-active": self = .agentNotActive(name: try fields.text("name"))
            case "conversation-not-found": self = .conversationNotFound(id: try fields.identifier("id"))
            case "conversation-closed": self = .conversationClosed(id: try fields.identifier("id"))
            case "conversation-not-assigned": self = .conversationNotAssigned(id: try fields.identifier("id"))
            case "conversation-held-by-colleague": self = .conversationHeldByColleague(name: try fields.text("name"))
            case "field-invalid": self = .fieldInvalid(field: try fields.text("field"), detail: try fields.text("detail"))
            case "offer-not-found": self = .offerNotFound(id: try fields.identifier("id"))
            case "offer-expired": self = .offerExpired(id: try fields.identifier("id"))
            case "role-may-not": self = .roleMayNot(role: try fields.text("role"))
            case "team-not-found": self = .teamNotFound(id: try fields.identifier("id"))
            case "team-member-not-found": self = .teamMemberNotFound(id: try fields.identifier("id"))
            case "team-assignment-not-found": self = .teamAssignmentNotFound(id: try fields.identifier("id"))
            case "reference-not-found": self = .referenceNotFound(field: try fields.text("field"), id: try fields.identifier("id"))
            case "already-taken": self = .alreadyTaken(field: try fields.text("field"))
            case "simulation-not-found": self = .simulationNotFound(id: try fields.identifier("id"))
            case "simulation-id-reused": self = .simulationIDReused(id: try fields.identifier("id"))
            case "simulation-running": self = .simulationRunning
            case "operation-refused":
                self = .operationRefused(
                    index: try fields.integer("index"), code: try fields.text("code"), details: details["details"] ?? .object([:]))
            default: self = .unknown(code: code)
            }
        } catch {  // a newer service says this code with other details
            self = .unknown(code: code)
        }
    }
}
