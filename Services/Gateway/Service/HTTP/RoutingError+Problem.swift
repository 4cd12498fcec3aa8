import Contracts

extension RoutingError {
    /// No `default`: a new case does not compile until someone chose its status and its sentence.
    package var problem: Problem {
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
        case .offerNotFound(let id):
            Problem(.notFound, code, detail: "You have no offer \(id).")
        case .offerExpired:
            Problem(.conflict, code, detail: "This offer no longer stands.")
        case .roleMayNot(let role):
            Problem(.forbidden, code, detail: "The role \(role) may not do this.")
        case .teamNotFound(let id):
            Problem(.notFound, code, detail: "You have no team \(id).")
        case .teamMemberNotFound(let id):
            Problem(.notFound, code, detail: "The team has no member \(id).")
        case .teamAssignmentNotFound(let id):
            Problem(.notFound, code, detail: "The team has no assignment \(id).")
        case .referenceNotFound(let field, let id):
            Problem(.notFound, code, field: field, detail: "names nothing of yours: \(id)")
        case .alreadyTaken(let field):
            Problem(.conflict, code, field: field, detail: "is already taken")
        case .simulationNotFound(let id):
            Problem(.notFound, code, detail: "You have no simulation \(id).")
        case .simulationIDReused:
            Problem(.conflict, code, field: "id", detail: "is the id of a simulation of another draft or period")
        case .simulationRunning:
            Problem(.conflict, code, detail: "Another simulation is running; try again when it is done.")
        case .operationRefused(let index, let code, let details):
            RoutingError(code: code, details: details.members).problem.within("operations[\(index)]")
        case .unknown(let code):
            Problem(serviceRefusal: code, service: "router")
        }
    }
}

extension JSONValue {
    fileprivate var members: [String: JSONValue] { if case .object(let members) = self { members } else { [:] } }
}
