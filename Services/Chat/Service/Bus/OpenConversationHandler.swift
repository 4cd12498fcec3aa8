import Bus
import Contracts
import Foundation
import Storage

/// The request for help: it is queued at once. A visitor who has an open conversation gets that one.
struct OpenConversationHandler: RequestHandler {
    /// Two tabs may open at the same moment; the loser finds the winner's conversation on the next attempt.
    private static let attemptsMax = 3

    let conversations: ConversationRepository
    let customers: CustomerRepository
    let writer: ConversationWriter

    func answer(_ request: OpenConversation, context: RequestContext) async throws -> OpenedConversation {
        try validate(request)
        let customerID = try await customers.find(for: request)
        for _ in 1...Self.attemptsMax {
            if request.channel == .website,
                let open = try await conversations.openConversation(of: customerID, clientID: request.principal.clientID),
                open != request.id
            {
                if let opened = try await append(to: open, request, context: context) { return opened }
                continue
            }
            do {
                let outcome = try await writer.perform(
                    ConversationCommand(
                        clientID: request.principal.clientID, conversationID: request.id, order: .open(request, customerID: customerID),
                        traceparent: context.traceparent), context: context)
                guard case .opened(let session, let message, let isRepeat) = outcome else { throw UnexpectedOutcome() }
                return OpenedConversation(session: session, isRepeat: isRepeat, message: message)
            } catch DatabaseError.uniqueViolation(let constraint) where constraint == "conversations_one_open" {
                continue
            } catch DatabaseError.uniqueViolation(let constraint) where constraint == "communication_messages_client_id_id_key" {
                throw ChatError.messageIDReused(id: request.message?.id ?? MessageID(request.id.uuid))
            } catch DatabaseError.foreignKeyViolation {
                throw ChatError.roomNotFound(id: request.roomID ?? RoomID(request.id.uuid))
            }
        }
        throw BusError.unavailable(retryAfter: .seconds(1))
    }

    /// - Returns: nil if the conversation was closed in between.
    private func append(
        to open: ConversationID, _ request: OpenConversation, context: RequestContext
    ) async throws -> OpenedConversation? {
        var message: Message?
        if let draft = request.message {
            do {
                let outcome = try await writer.perform(
                    ConversationCommand(
                        clientID: request.principal.clientID, conversationID: open,
                        order: .append(draft.append(to: open, of: request), taking: nil), traceparent: context.traceparent),
                    context: context)
                if case .message(let appended, _) = outcome { message = appended }
            } catch ChatError.conversationClosed {
                return nil
            }
        }
        let session = try await conversations.conversation(open, for: request.principal)
        return OpenedConversation(session: session, isRepeat: true, message: message)
    }

    private func validate(_ request: OpenConversation) throws {
        if request.principal.role == .customer, request.customer != nil {
            throw ChatError.roleMayNot(role: request.principal.role.rawValue)
        }
        if request.principal.role != .customer, request.customer == nil {
            throw ChatError.fieldInvalid(field: "customer", detail: "Say which customer the conversation is with.")
        }
        if let priority = request.priority, !(0...10).contains(priority) {
            throw ChatError.fieldInvalid(field: "priority", detail: "The priority is a number from 0 to 10.")
        }
        if request.channel == .website, request.accountID != nil {
            throw ChatError.fieldInvalid(field: "account_id", detail: "The website has no account.")
        }
        try TextLimits.validateLine(request.author?.name, field: "author.name")
        try TextLimits.validateLine(request.subject, field: "subject")
        try TextLimits.validateLine(request.locale, field: "locale")
        try MetadataLimits.validate(request.metadata)
        if let message = request.message {
            try TextLimits.validateMessage(message.text, field: "message.text")
            try MetadataLimits.validate(message.metadata, field: "message.metadata")
        }
        try CustomerRepository.validate(request.page)
        if let customer = request.customer {
            try TextLimits.validateLine(customer.name, field: "customer.name")
            try TextLimits.validateEmail(customer.email, field: "customer.email")
            try TextLimits.validateLine(customer.phone, field: "customer.phone")
        }
    }
}
