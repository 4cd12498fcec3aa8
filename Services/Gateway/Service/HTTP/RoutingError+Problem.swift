import Contracts

extension RoutingError {
    /// No `default`: a new case does not compile until someone chose its status and its sentence.
    var problem: Problem {
        switch self {
        case .agentNotFound(let id):
            Problem(.notFound, code, detail: "You have no agent \(id).")
        case .agentIDReused:
            Problem(.conflict, code, field: "id", detail: "belongs to another agent")
        case .agentAtCapacity(let name, let capacity):
            Problem(.conflict, code, detail: "\(name) holds as many conversations as allowed: \(capacity).")
        case .agentHoldsConversations(let count):
            Problem(.conflict, code, detail: "The agent still holds \(count) conversations.")
        case .agentNotActive(let name):
            Problem(.conflict, code, detail: "\(name) takes no conversations.")
        case .conversationNotFound(let id):
            Problem(.notFound, code, detail: "You have no conversation \(id).")
        case .conversationClosed:
            Problem(.conflict, code, detail: "This conversation is closed.")
        case .conversationNotAssigned:
            Problem(.conflict, code, detail: "Nobody holds this conversation.")
        case .conversationHeldByColleague(let name):
            Problem(.forbidden, code, detail: "\(name) holds this conversation.")
        case .fieldInvalid(let field, let detail):
            Problem(.badRequest, code, field: field, detail: detail)
        case .roleMayNot(let role):
            Problem(.forbidden, code, detail: "The role \(role) may not do this.")
        case .unknown(let code):
            Problem(serviceRefusal: code, service: "router")
        }
    }
}
