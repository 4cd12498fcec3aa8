/// Why chat refuses. Each case is something the caller can act on; a bug is not a case.
package enum ChatError: ServiceError {
    /// Also for conversations of others: their existence is private.
    case conversationNotFound(id: ConversationID)
    case conversationClosed(id: ConversationID)
    /// Messages came after the one the writer had seen.
    case conversationMovedOn(lastMessageSequence: Int64)
    case conversationHeldByColleague(name: String)
    /// The id belongs to another customer's conversation of this tenant, or the request differs.
    case conversationIDReused(id: ConversationID)
    case statusChangeNotAllowed(from: String, to: String)
    case messageNotFound(id: MessageID)
    /// The same id with another content, author or conversation.
    case messageIDReused(id: MessageID)
    /// A deleted message cannot be edited.
    case messageDeleted(id: MessageID)
    case messageNotYours(id: MessageID)
    case textEmpty(field: String)
    case textTooLong(field: String, bytes: Int, limit: Int)
    /// A field's value cannot be taken; `detail` is a sentence for people.
    case fieldInvalid(field: String, detail: String)
    case customerNotFound(id: CustomerID)
    case customerBlocked
    case roomNotFound(id: RoomID)
    case roleMayNot(role: String)
    /// Replying would take the conversation, and the agent is full.
    case agentAtCapacity(name: String)
    /// From a newer service.
    case unknown(code: String)

    package var code: String {
        switch self {
        case .conversationNotFound: "conversation-not-found"
        case .conversationClosed: "conversation-closed"
        case .conversationMovedOn: "conversation-moved-on"
        case .conversationHeldByColleague: "conversation-held-by-colleague"
        case .conversationIDReused: "conversation-id-reused"
        case .statusChangeNotAllowed: "status-change-not-allowed"
        case .messageNotFound: "message-not-found"
        case .messageIDReused: "message-id-reused"
        case .messageDeleted: "message-deleted"
        case .messageNotYours: "message-not-yours"
        case .textEmpty: "text-empty"
        case .textTooLong: "text-too-long"
        case .fieldInvalid: "field-invalid"
        case .customerNotFound: "customer-not-found"
        case .customerBlocked: "customer-blocked"
        case .roomNotFound: "room-not-found"
        case .roleMayNot: "role-may-not"
        case .agentAtCapacity: "agent-at-capacity"
        case .unknown(let code): code
        }
    }

    package var details: [String: JSONValue] {
        switch self {
        case .conversationNotFound(let id): ["id": .string(id.description)]
        case .conversationClosed(let id): ["id": .string(id.description)]
        case .conversationMovedOn(let lastMessageSequence): ["last_message_sequence": .integer(lastMessageSequence)]
        case .conversationHeldByColleague(let name): ["name": .string(name)]
        case .conversationIDReused(let id): ["id": .string(id.description)]
        case .statusChangeNotAllowed(let from, let to): ["from": .string(from), "to": .string(to)]
        case .messageNotFound(let id): ["id": .string(id.description)]
        case .messageIDReused(let id): ["id": .string(id.description)]
        case .messageDeleted(let id): ["id": .string(id.description)]
        case .messageNotYours(let id): ["id": .string(id.description)]
        case .textEmpty(let field): ["field": .string(field)]
        case .textTooLong(let field, let bytes, let limit):
            ["field": .string(field), "bytes": .integer(Int64(bytes)), "limit": .integer(Int64(limit))]
        case .fieldInvalid(let field, let detail): ["field": .string(field), "detail": .string(detail)]
        case .customerNotFound(let id): ["id": .string(id.description)]
        case .roomNotFound(let id): ["id": .string(id.description)]
        case .roleMayNot(let role): ["role": .string(role)]
        case .agentAtCapacity(let name): ["name": .string(name)]
        case .customerBlocked, .unknown: [:]
        }
    }

    package init(code: String, details: [String: JSONValue]) {
        let fields = RefusalDetails(details)
        do {
            switch code {
            case "conversation-not-found": self = .conversationNotFound(id: try fields.identifier("id"))
            case "conversation-closed": self = .conversationClosed(id: try fields.identifier("id"))
            case "conversation-moved-on": self = .conversationMovedOn(lastMessageSequence: try fields.integer64("last_message_sequence"))
            case "conversation-held-by-colleague": self = .conversationHeldByColleague(name: try fields.text("name"))
            case "conversation-id-reused": self = .conversationIDReused(id: try fields.identifier("id"))
            case "status-change-not-allowed": self = .statusChangeNotAllowed(from: try fields.text("from"), to: try fields.text("to"))
            case "message-not-found": self = .messageNotFound(id: try fields.identifier("id"))
            case "message-id-reused": self = .messageIDReused(id: try fields.identifier("id"))
            case "message-deleted": self = .messageDeleted(id: try fields.identifier("id"))
            case "message-not-yours": self = .messageNotYours(id: try fields.identifier("id"))
            case "text-empty": self = .textEmpty(field: try fields.text("field"))
            case "text-too-long":
                self = .textTooLong(field: try fields.text("field"), bytes: try fields.integer("bytes"), limit: try fields.integer("limit"))
            case "field-invalid": self = .fieldInvalid(field: try fields.text("field"), detail: try fields.text("detail"))
            case "customer-not-found": self = .customerNotFound(id: try fields.identifier("id"))
            case "customer-blocked": self = .customerBlocked
            case "room-not-found": self = .roomNotFound(id: try fields.identifier("id"))
            case "role-may-not": self = .roleMayNot(role: try fields.text("role"))
            case "agent-at-capacity": self = .agentAtCapacity(name: try fields.text("name"))
            default: self = .unknown(code: code)
            }
        } catch {  // a newer service says this code with other details
            self = .unknown(code: code)
        }
    }
}
