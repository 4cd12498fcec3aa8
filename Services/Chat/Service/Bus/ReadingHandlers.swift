import Bus
import Contracts
import Foundation

struct GetConversationHandler: RequestHandler {
    let conversations: ConversationRepository

    func answer(_ request: GetConversation, context: RequestContext) async throws -> Session {
        return try await conversations.conversation(request.id, for: request.principal)
    }
}

struct ListConversationsHandler: RequestHandler {
    let conversations: ConversationRepository

    func answer(_ request: ListConversations, context: RequestContext) async throws -> Page<Session> {
        if let text = request.filter.text, text.showsSomething { try TextLimits.validate(text, .note, field: "text") }
        return try await conversations.list(
            request.filter, limit: try validLimit(request.limit), cursor: request.cursor, for: request.principal)
    }
}

struct CountConversationsHandler: RequestHandler {
    let conversations: ConversationRepository

    func answer(_ request: CountConversations, context: RequestContext) async throws -> ConversationCounts {
        return try await conversations.counts(for: request.principal)
    }
}

struct ListCustomerNamesHandler: RequestHandler {
    let conversations: ConversationRepository

    func answer(_ request: ListCustomerNames, context: RequestContext) async throws -> CustomerNames {
        guard request.sessionIDs.count <= Page<Session>.limitMax else {
            throw ChatError.fieldInvalid(field: "session_ids", detail: "At most \(Page<Session>.limitMax) conversations at once.")
        }
        return CustomerNames(items: try await conversations.customerNames(in: request.sessionIDs, of: request.principal.clientID))
    }
}

struct ListParticipantsHandler: RequestHandler {
    let conversations: ConversationRepository

    func answer(_ request: ListParticipants, context: RequestContext) async throws -> Page<Participant> {
        return Page(items: try await conversations.participants(request.sessionID, for: request.principal))
    }
}

struct ListMessagesHandler: RequestHandler {
    let messages: MessageRepository

    func answer(_ request: ListMessages, context: RequestContext) async throws -> MessagePage {
        _ = try validLimit(request.limit)
        return try await messages.page(request)
    }
}

struct ReadEntriesHandler: RequestHandler {
    let messages: MessageRepository

    func answer(_ request: ReadEntries, context: RequestContext) async throws -> ConversationEntries {
        _ = try validLimit(request.limit)
        return try await messages.entries(request)
    }
}

struct FindOpenConversationHandler: RequestHandler {
    let conversations: ConversationRepository

    func answer(_ request: FindOpenConversation, context: RequestContext) async throws -> FoundConversation {
        let visitor = CustomerID(request.principal.subject.uuid)
        return FoundConversation(
            sessionID: try await conversations.openConversation(ofVisitor: visitor, clientID: request.principal.clientID))
    }
}

/// - Throws: ``ChatError/fieldInvalid(field:detail:)`` outside 1 to ``Page/limitMax``.
func validLimit(_ limit: Int) throws(ChatError) -> Int {
    guard (1...Page<Session>.limitMax).contains(limit) else {
        throw .fieldInvalid(field: "limit", detail: "The limit is a number from 1 to \(Page<Session>.limitMax).")
    }
    return limit
}
