import Contracts

extension ChatError {
    /// No `default`: a new case does not compile until someone chose its status and its sentence.
    package var problem: Problem {
        switch self {
        case .conversationNotFound(let id):
            Problem(.notFound, code, detail: "You have no conversation \(id).")
        case .conversationClosed:
            Problem(.conflict, code, detail: "This conversation is closed.")
        case .conversationMovedOn(let last):
            Problem(.conflict, code, detail: "Messages came after the one you had seen.").with(\.lastMessageSequence, last)
        case .conversationHeldByColleague(let name):
            Problem(.forbidden, code, detail: "\(name) holds this conversation.")
        case .conversationIDReused:
            Problem(.conflict, code, detail: "This id belongs to another conversation.")
        case .statusChangeNotAllowed(let from, let to):
            Problem(.conflict, code, detail: "A conversation that is \(from) cannot become \(to).")
        case .messageNotFound(let id):
            Problem(.notFound, code, detail: "You have no message \(id).")
        case .messageIDReused:
            Problem(.conflict, code, detail: "This id belongs to another message.")
        case .messageDeleted:
            Problem(.conflict, code, detail: "This message was deleted.")
        case .messageNotYours:
            Problem(.forbidden, code, detail: "Only its author or a supervisor may change a message.")
        case .textEmpty(let field):
            Problem(.badRequest, code, field: field, detail: "is empty")
        case .textTooLong(let field, let bytes, let limit):
            Problem(.contentTooLarge, code, field: field, detail: "has \(bytes) bytes; at most \(limit) are taken")
        case .fieldInvalid(let field, let detail):
            Problem(.badRequest, code, field: field, detail: detail)
        case .customerNotFound(let id):
            Problem(.notFound, code, detail: "You have no customer \(id).")
        case .customerBlocked:
            Problem(.forbidden, code, detail: "Messages are not accepted any more.")
        case .roomNotFound(let id):
            Problem(.notFound, code, detail: "You have no room \(id).")
        case .roleMayNot(let role):
            Problem(.forbidden, code, detail: "The role \(role) may not do this.")
        case .agentAtCapacity(let name):
            Problem(.conflict, code, detail: "\(name) has no room for another conversation.")
        case .unknown(let code):
            Problem(serviceRefusal: code, service: "chat")
        }
    }
}
