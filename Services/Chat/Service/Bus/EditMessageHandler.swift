import Bus
import Contracts

struct EditMessageHandler: RequestHandler {
    let conversations: ConversationRepository
    let writer: ConversationWriter

    func answer(_ request: EditMessage, context: RequestContext) async throws -> Message {
        try TextLimits.validateMessage(request.text)
        let conversation = try await conversations.conversation(of: request.id, clientID: request.principal.clientID)
        return try await hidingTheConversation(request.id) {
            try await writer.message(
                ConversationCommand(
                    clientID: request.principal.clientID, conversationID: conversation, order: .edit(request),
                    traceparent: context.traceparent), context: context)
        }
    }
}

struct DeleteMessageHandler: RequestHandler {
    let conversations: ConversationRepository
    let writer: ConversationWriter

    func answer(_ request: DeleteMessage, context: RequestContext) async throws -> Message {
        let conversation = try await conversations.conversation(of: request.id, clientID: request.principal.clientID)
        return try await hidingTheConversation(request.id) {
            try await writer.message(
                ConversationCommand(
                    clientID: request.principal.clientID, conversationID: conversation, order: .delete(request),
                    traceparent: context.traceparent), context: context)
        }
    }
}

/// Who may not see the conversation was asked for a message and hears of a message.
private func hidingTheConversation(_ id: MessageID, _ work: () async throws -> Message) async throws -> Message {
    do {
        return try await work()
    } catch ChatError.conversationNotFound {
        throw ChatError.messageNotFound(id: id)
    }
}
