import Bus
import Contracts

/// Nothing is stored: published at once to whoever listens. Chat says it so that nobody can type in a stranger's conversation.
struct ReportTypingHandler: RequestHandler {
    let conversations: ConversationRepository
    let bus: any Bus

    func answer(_ request: ReportTyping, context: RequestContext) async throws -> Done {
        let state = try await conversations.state(request.sessionID, for: request.principal)
        try state.demandOpen()
        let typing = TypingChanged(sessionID: state.id, author: state.author(for: request.principal), active: request.active)
        bus.publish(try .typing(typing, clientID: request.principal.clientID))
        return Done()
    }
}

extension Delivery {
    static func typing(_ typing: TypingChanged, clientID: TenantID) throws -> Delivery {
        .ephemeral(
            EphemeralFrame(
                stream: .chat, subject: TypingChanged.subject, audience: .everyone, clientID: clientID, key: typing.sessionID.uuid,
                payload: try JSON.encode(typing)))
    }
}
