import Bus
import Contracts
import Foundation

struct GetCustomerHandler: RequestHandler {
    let customers: CustomerRepository

    func answer(_ request: GetCustomer, context: RequestContext) async throws -> CustomerCard {
        try Permission.read.demandStaff(of: request.principal)
        return try await customers.card(request.id, clientID: request.principal.clientID)
    }
}

/// The company's people change any card; a visitor the own one, which is made here if it writes its address before its first message.
struct UpdateCustomerHandler: RequestHandler {
    let customers: CustomerRepository

    func answer(_ request: UpdateCustomer, context: RequestContext) async throws -> CustomerCard {
        try Permission.write.demand(of: request.principal)
        if let own = request.principal.customerID, own != request.id { throw ChatError.customerNotFound(id: request.id) }
        try TextLimits.validateLine(request.name, field: "name")
        try TextLimits.validateEmail(request.email)
        try TextLimits.validateLine(request.phone, field: "phone")
        try TextLimits.validateLine(request.locale, field: "locale")
        try TextLimits.validateMetadata(request.attributes, field: "attributes")
        try CustomerRepository.validate(request.page)
        return try await customers.update(request, traceparent: context.traceparent)
    }
}

struct BlockCustomerHandler: RequestHandler {
    let customers: CustomerRepository

    func answer(_ request: BlockCustomer, context: RequestContext) async throws -> Done {
        try Permission.write.demandStaff(of: request.principal)
        try TextLimits.validateLine(request.reason, field: "reason")
        try await customers.setBlocked(
            true, request.customerID, reason: request.reason, by: request.principal, traceparent: context.traceparent)
        return Done()
    }
}

struct UnblockCustomerHandler: RequestHandler {
    let customers: CustomerRepository

    func answer(_ request: UnblockCustomer, context: RequestContext) async throws -> Done {
        try Permission.write.demandStaff(of: request.principal)
        try await customers.setBlocked(false, request.customerID, reason: nil, by: request.principal, traceparent: context.traceparent)
        return Done()
    }
}

struct ListBlockedCustomersHandler: RequestHandler {
    let customers: CustomerRepository

    func answer(_ request: ListBlockedCustomers, context: RequestContext) async throws -> Page<BlockedCustomer> {
        try Permission.read.demandStaff(of: request.principal)
        return try await customers.blocked(
            clientID: request.principal.clientID, limit: try validLimit(request.limit), cursor: request.cursor)
    }
}

struct ReportPresentVisitorsHandler: RequestHandler {
    let customers: CustomerRepository

    func answer(_ request: ReportPresentVisitors, context: RequestContext) async throws -> Done {
        try await customers.seen(request.visitors)
        return Done()
    }
}
