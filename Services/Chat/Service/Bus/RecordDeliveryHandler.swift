import Bus
import Contracts

struct RecordDeliveryHandler: RequestHandler {
    let conversations: ConversationRepository
    let writer: ConversationWriter

    func answer(_ request: RecordDelivery, context: RequestContext) async throws -> RecordedDelivery {
        try validate(request)
        let conversation = try await conversations.conversation(of: request.messageID, clientID: request.principal.clientID)
        let message = try await writer.message(
            ConversationCommand(
                clientID: request.principal.clientID, conversationID: conversation, order: .deliver(request),
                traceparent: context.traceparent), context: context)
        guard let delivery = message.delivery else { throw UnexpectedOutcome() }
        return RecordedDelivery(state: delivery.state, attempt: delivery.attempt)
    }

    private func validate(_ request: RecordDelivery) throws(ChatError) {
        guard DeliveryProgress.states.contains(request.state) else {
            throw .fieldInvalid(
                field: "state", detail: "The state is one of \(DeliveryProgress.states.map(\.rawValue).joined(separator: ", ")).")
        }
        guard request.attempt >= 1 else { throw .fieldInvalid(field: "attempt", detail: "Attempts count from 1.") }
        try TextLimits.validate(request.providerMessageID, InboundLimits.identifier, field: "provider_message_id")
        guard let error = request.error else { return }
        guard request.state == .failed || request.state == .unknown else {
            throw .fieldInvalid(field: "error", detail: "Only “failed” and “unknown” have an error.")
        }
        try TextLimits.validate(error.code, .label, field: "error.code")
        try TextLimits.validate(error.detail, .note, field: "error.detail")
    }
}
