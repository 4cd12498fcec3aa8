import Contracts

/// What a client says on a socket. Contracts §5.
struct ClientFrame: Decodable {
    let type: String
    let id: MessageID?
    let sessionID: ConversationID?
    let after: Int64?
    let through: Int64?
    let active: Bool?
    let kind: Message.Kind?
    let text: String?
    let metadata: [String: JSONValue]?
    let expectedSequence: Int64?

    private enum CodingKeys: String, CodingKey {
        case type, id, after, through, active, kind, text, metadata
        case sessionID = "session_id"
        case expectedSequence = "expected_sequence"
    }

    func required<Value>(_ value: Value?, _ field: String) throws -> Value {
        guard let value else { throw Problem.body(field, "is missing") }
        return value
    }

    func sequence(_ value: Int64?, _ field: String) throws -> Int64? {
        guard value.map(GatewayCall.sequenceRange.contains) ?? true else { throw Problem.body(field, "is not a sequence") }
        return value
    }
}
