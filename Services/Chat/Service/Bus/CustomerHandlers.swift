import Bus
import Contracts
import Foundation
import ServiceKit

struct GetCustomerHandler: RequestHandler {
    let customers: CustomerRepository

    func answer(_ request: GetCustomer, context: RequestContext) async throws -> CustomerCard {
        return try await customers.card(request.id, clientID: request.principal.clientID)
    }
}

/// The company's people change any card; a visitor the own one, which is made here if it writes its address before its first message.
struct UpdateCustomerHandler: RequestHandler {
    let customers: CustomerRepository

    func answer(_ request: UpdateCustomer, context: RequestContext) async throws -> CustomerCard {
        if let own = request.principal.customerID, own != request.id { throw ChatError.customerNotFound(id: request.id) }
        try TextLimits.validateLine(request.name, field: "name")
        try TextLimits.validateEmail(request.email)
        try TextLimits.validateLine(request.phone, field: "phone")
        try TextLimits.validateLine(request.locale, field: "locale")
        try MetadataLimits.validate(request.attributes, field: "attributes")
        try CustomerRepository.validate(request.page)
        return try await customers.update(request, traceparent: context.traceparent)
    }
}

/// From here on chat refuses whatever the customer asks, everywhere; what colleagues see of it at this moment ends too.
struct BlockCustomerHandler: RequestHandler {
    let customers: CustomerRepository
    let conversations: ConversationRepository
    let bus: any Bus

    func answer(_ request: BlockCustomer, context: RequestContext) async throws -> Done {
        try TextLimits.validate(request.reason, .note, field: "reason")
        try await customers.setBlocked(
            true, request.customerID, reason: request.reason, by: request.principal, traceparent: context.traceparent)
        try await endTyping(of: request.customerID, clientID: request.principal.clientID)
        return Done()
    }

    private func endTyping(of customerID: CustomerID, clientID: TenantID) async throws {
        let author = Author(kind: .customer, id: EntityID(customerID.uuid), name: "")
        for id in try await conversations.openConversations(of: customerID, clientID: clientID) {
            bus.publish(try .typing(TypingChanged(sessionID: id, author: author, active: false), clientID: clientID))
        }
    }
}

struct UnblockCustomerHandler: RequestHandler {
    let customers: CustomerRepository

    func answer(_ request: UnblockCustomer, context: RequestContext) async throws -> Done {
        try await customers.setBlocked(false, request.customerID, reason: nil, by: request.principal, traceparent: context.traceparent)
        return Done()
    }
}

struct ListBlockedCustomersHandler: RequestHandler {
    let customers: CustomerRepository

    func answer(_ request: ListBlockedCustomers, context: RequestContext) async throws -> Page<BlockedCustomer> {
        return try await customers.blocked(
            clientID: request.principal.clientID, limit: try validLimit(request.limit), cursor: request.cursor)
    }
}

struct ReportPresentVisitorsHandler: RequestHandler {
    let customers: CustomerRepository
    let setAside: SetAside

    func answer(_ request: ReportPresentVisitors, context: RequestContext) async throws -> Done {
        for (clientID, visitors) in Dictionary(grouping: request.visitors, by: \.clientID) {
            _ = try await setAside.attempt(["client_id": "\(clientID)"]) {
                try await customers.seen(visitors.map(\.customerID), of: clientID)
            }
        }
        return Done()
    }
}
