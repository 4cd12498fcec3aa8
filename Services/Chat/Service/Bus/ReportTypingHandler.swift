import Bus
import Contracts

/// Nothing is stored: published at once to whoever listens. Chat says it so that nobody can type in a stranger's conversation.
struct ReportTypingHandler: RequestHandler {
    let conversations: ConversationRepository
    let bus: any Bus

    func answer(_ request: ReportTyping, context: RequestContext) async throws -> Done {
        try Permission.write.demand(of: request.principal)
        let session = try await conversations.conversation(request.sessionID, for: request.principal)
        guard session.status != .closed else { throw ChatError.conversationClosed(id: session.id) }
        let typing = TypingChanged(sessionID: session.id, author: Author(request.principal), active: request.active)
        bus.publish(
            .ephemeral(
                EphemeralFrame(
                    stream: .chat, subject: TypingChanged.subject, audience: .everyone, clientID: request.principal.clientID,
                    key: session.id.uuid, payload: try JSON.encode(typing))))
        return Done()
    }
}
