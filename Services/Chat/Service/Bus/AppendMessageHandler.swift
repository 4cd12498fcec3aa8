import Bus
import Contracts
import Foundation
import Storage

/// Takes its turn in the partition's batch. An agent who answers a conversation nobody holds takes it first: the router
/// claims the capacity, and its assignment is applied in the same transaction as the message.
struct AppendMessageHandler: RequestHandler {
    let writer: ConversationWriter
    let bus: any Bus

    func answer(_ request: AppendMessage, context: RequestContext) async throws -> AppendedMessage {
        let isCustomers = request.principal.role == .customer || request.author?.kind == .customer
        guard request.kind == .message || (request.kind == .note && !isCustomers) else {
            throw ChatError.fieldInvalid(field: "kind", detail: "A message is of kind “message” or, for the company's people, “note”.")
        }
        try TextLimits.validateMessage(request.text)
        try TextLimits.validateLine(request.author?.name, field: "author.name")
        try MetadataLimits.validate(request.metadata)
        if case .message(let message, let isRepeat) = try await append(request, taking: nil, context: context) {
            return AppendedMessage(message: message, isRepeat: isRepeat)
        }
        let assignment = try await take(request, context: context)
        guard case .message(let message, let isRepeat) = try await append(request, taking: assignment, context: context) else {
            // The conversation went back to the queue in this very moment; the same id may try again.
            throw BusError.unavailable(retryAfter: .seconds(1))
        }
        return AppendedMessage(message: message, isRepeat: isRepeat)
    }

    private func append(
        _ request: AppendMessage, taking assignment: Assignment?, context: RequestContext
    ) async throws -> ConversationOutcome {
        do {
            return try await writer.perform(
                ConversationCommand(
                    clientID: request.principal.clientID, conversationID: request.sessionID,
                    order: .append(request, taking: assignment), traceparent: context.traceparent), context: context)
        } catch DatabaseError.uniqueViolation {
            // The id is another conversation's message; within one conversation a repeat is recognised before anything moves.
            throw ChatError.messageIDReused(id: request.id)
        }
    }

    private func take(_ request: AppendMessage, context: RequestContext) async throws -> Assignment {
        do {
            return try await bus.request(
                AssignConversation(principal: request.principal, sessionID: request.sessionID, agentID: nil, reason: "taken"),
                clientID: request.principal.clientID, budget: context.remaining, traceparent: context.traceparent)
        } catch RoutingError.agentAtCapacity(let name, _) {
            throw ChatError.agentAtCapacity(name: name)
        } catch RoutingError.conversationHeldByColleague(let name) {
            throw ChatError.conversationHeldByColleague(name: name)
        } catch RoutingError.conversationClosed(let id) {
            throw ChatError.conversationClosed(id: id)
        } catch RoutingError.conversationNotFound {
            // The router has not heard of it yet; it will in a moment.
            throw BusError.unavailable(retryAfter: .seconds(1))
        } catch let error as RoutingError {
            throw ChatError.fieldInvalid(field: "session_id", detail: "The conversation could not be taken: \(error.code).")
        }
    }
}
