import Bus
import Contracts
import Storage

/// Status, priority and subject, as somebody asked for them.
struct ChangeConversationHandler: RequestHandler {
    let conversations: ConversationRepository
    let writer: ConversationWriter

    func answer(_ request: ChangeConversation, context: RequestContext) async throws -> Session {
        try TextLimits.validateLine(request.subject, field: "subject")
        if let priority = request.priority, !(0...10).contains(priority) {
            throw ChatError.fieldInvalid(field: "priority", detail: "The priority is a number from 0 to 10.")
        }
        if let status = request.status, !ConversationStatus.allCases.contains(status) {
            throw ChatError.fieldInvalid(
                field: "status", detail: "The status is one of \(ConversationStatus.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        _ = try await writer.session(
            ConversationCommand(
                clientID: request.principal.clientID, conversationID: request.id, order: .change(request),
                traceparent: context.traceparent), context: context)
        return try await conversations.conversation(request.id, for: request.principal)
    }
}
