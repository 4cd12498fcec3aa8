import Bus
import Contracts
import Foundation
import Hummingbird

/// Messages of a conversation. The client chooses the message's id, so that a retry is the same message (200) and not a second one (201).
struct MessageController {
    var routes: [Route] {
        [
            Route(.post, "/api/v1/chat/messages", "sendMessage", AppendMessage.access) { try await send($0) },
            Route(.get, "/api/v1/chat/messages/{id}", "listMessages", ListMessages.access) { try await list($0) },
            Route(.put, "/api/v1/chat/messages/{id}", "editMessage", EditMessage.access) { try await edit($0) },
            Route(.delete, "/api/v1/chat/messages/{id}", "deleteMessage", DeleteMessage.access) { try await delete($0) },
        ]
    }

    struct NewMessage: Decodable {
        let id: MessageID?
        let sessionID: ConversationID
        let kind: Message.Kind?
        let text: String
        let metadata: [String: JSONValue]?
        let expectedSequence: Int64?

        enum CodingKeys: String, CodingKey {
            case id, kind, text, metadata
            case sessionID = "session_id"
            case expectedSequence = "expected_sequence"
        }
    }

    private func send(_ call: GatewayCall) async throws -> Response {
        let draft = try call.decode(NewMessage.self)
        let kind = draft.kind ?? .message
        guard kind == .message || kind == .note else { throw Problem.body("kind", "is neither message nor note") }
        let request = AppendMessage(
            principal: call.principal, id: try draft.id ?? MessageID(call.newID()), sessionID: draft.sessionID, kind: kind,
            text: draft.text, metadata: draft.metadata ?? [:], expectedSequence: draft.expectedSequence)
        let reply = try await call.askForBytes(request)
        guard let stored = AppendedMessageBytes(reply) else { throw BusError.malformed("\(AppendMessage.subject)") }
        return .json(buffer: ByteBuffer(bytes: stored.message), status: stored.isRepeat ? .ok : .created)
    }

    /// The path's id is the session's here, and the message's in the other two: the interface is fixed that way.
    private func list(_ call: GatewayCall) async throws -> Response {
        let after = try call.sequence("after")
        let before = try call.sequence("before")
        if after != nil, before != nil { throw Problem.parameter("before", "cannot be given together with after") }
        return try await call.pass(
            ListMessages(
                principal: call.principal, sessionID: try call.id("conversation"), after: after, before: before, limit: try call.limit()))
    }

    struct Edit: Decodable {
        let text: String
    }

    private func edit(_ call: GatewayCall) async throws -> Response {
        let id: MessageID = try call.id("message")
        return try await call.pass(EditMessage(principal: call.principal, id: id, text: try call.decode(Edit.self).text))
    }

    private func delete(_ call: GatewayCall) async throws -> Response {
        _ = try await call.askForBytes(DeleteMessage(principal: call.principal, id: try call.id("message")))
        return Response(status: .noContent)
    }
}

extension MessageController.Edit: Described {
    static let meaning = Meaning(
        "MessageEdit", .question, "Another text.",
        fields: [
            Field("text", "The new text, at most 64 KiB of UTF-8.")
        ],
        example: ["text": "It arrives on Friday."])
}

extension MessageController.NewMessage: Described {
    static let meaning = Meaning(
        "NewMessage", .question, "What is written.",
        fields: [
            Field("id", "Chosen by you: the same id again is the same message."),
            Field("session_id", "Where it is written."),
            Field("text", "At most 64 KiB of UTF-8."),
            Field("kind", "A note is seen by the company's people only.", .standard("message"), .words(["message", "note"])),
            Field("expected_sequence", "Refused with `conversation-moved-on` if messages came since.", .sequence),
            Field("metadata", "Yours: kept and given back, never read."),
        ],
        example: [
            "id": "0193f2a4-8d02-7c4f-8a31-5b7c1e0d4f22", "session_id": "0193f2a4-7c1e-7b60-9d52-2f1f6a0c9e11",
            "text": "It arrives tomorrow.", "expected_sequence": 3,
        ])
}
